import Kernels
import Networks

/// What is done, in order, to get from a node's gradient to the picture's: written down once, before there is
/// memory for it.
///
/// Each value of the forward plan has a gradient of the same layout. The first step that gives a value a share
/// writes it, all others add to it.
struct GradientTrace {
  /// Makes a step, once it is known where gradients lie.
  typealias Make = (_ gradient: (Place) -> UnsafeMutablePointer<Float>) throws -> Runner.Operation

  /// Bytes of each gradient: those of the plan's values, then what single steps need for themselves.
  private(set) var sizes: [Int]
  /// For each step the gradients that it touches.
  private(set) var touched: [[Int]] = []
  /// The steps.
  private(set) var makes: [Make] = []

  let plan: GradientPlan
  let forward: Runner
  let gates: [GateGradient?]
  /// The picture's gradient, `[C, H, W]`.
  let picture: UnsafeMutablePointer<Float>
  /// Whether gates' weights are constants.
  let holdsGates: Bool

  /// Whether a value is on a way from the picture to the target.
  private var isActive: [Bool]
  private var isGateActive: [Bool]
  private var hasGradient: [Bool]
  /// Whether a rectified value's gradient is 0 where the value is.
  private var isMasked: [Bool]
  private var isRectified: [Bool]
  /// Gates whose weights' gradient has been begun, and those that have passed theirs on.
  private var isGateBegun: [Bool]
  private var isGateDone: [Bool]

  var lowered: Lowered { plan.plan.lowered }
  var variant: sk_variant { plan.plan.variant }

  /// Traces the way back from a target, whose gradient is taken from `seed` in the order of its node's value.
  init(
    _ target: GradientPlan.Target, of plan: GradientPlan, forward: Runner, gates: [GateGradient?],
    seed: UnsafePointer<Float>, picture: UnsafeMutablePointer<Float>, holdsGates: Bool
  ) {
    self.plan = plan
    self.forward = forward
    self.gates = gates
    self.picture = picture
    self.holdsGates = holdsGates
    let values = plan.plan.lowered.values
    sizes = values.map { 4 * $0.count }
    isActive = values.map { _ in false }
    hasGradient = isActive
    isMasked = isActive
    isRectified = isActive
    isGateActive = plan.gates.map { _ in false }
    isGateBegun = isGateActive
    isGateDone = isGateActive
    findActive(target)
    begin(target, seed)
    for index in lowered.steps.indices.reversed() { visit(index) }
    end()
  }

  // MARK: What takes part

  private mutating func findActive(_ target: GradientPlan.Target) {
    var depends = isActive
    var gateDepends = isGateActive
    let first = lowered.picture
    for value in [first.plain, first.blocked, first.floats].compactMap({ $0 }) {
      depends[value] = true
    }
    for step in lowered.steps {
      if case .gate(_, let index) = step {
        gateDepends[index] =
          !(holdsGates && plan.isHeld[index])
          && plan.sources[index].contains { depends[$0.place.value] }
        continue
      }
      let isReached =
        step.read.contains { depends[$0] } || step.gates.contains { gateDepends[$0] }
      for value in step.written where isReached {
        depends[value] = !(holdsGates && plan.heldValues.contains(value))
      }
      step.rectified.forEach { isRectified[$0] = true }
    }
    var needed = isActive
    for place in target.parts { needed[place.value] = true }
    for step in lowered.steps.reversed() {
      if case .gate(_, let index) = step {
        guard isGateActive[index] else { continue }
        for source in plan.sources[index] { needed[source.place.value] = true }
        continue
      }
      guard step.written.contains(where: { needed[$0] && depends[$0] }) else { continue }
      for value in step.read { needed[value] = true }
      for gate in step.gates where gateDepends[gate] { isGateActive[gate] = true }
    }
    isActive = depends.indices.map { depends[$0] && needed[$0] }
  }

  // MARK: Writing down

  /// A place of a step's own.
  mutating func room(_ count: Int) -> Place {
    sizes.append(4 * count)
    return Place(value: sizes.count - 1)
  }

  mutating func add(_ places: [Place], _ make: @escaping Make) {
    touched.append(places.map(\.value))
    makes.append(make)
  }

  func isWanted(_ place: Place) -> Bool { isActive[place.value] }
  func has(_ place: Place) -> Bool { isActive[place.value] && hasGradient[place.value] }
  func isLive(_ gate: Int) -> Bool { isGateActive[gate] }

  /// Notes that a place's gradient gets a share.
  ///
  /// - Returns: Whether the share is to be added to what is there.
  mutating func receive(_ place: Place, count: Int) -> Bool {
    let value = place.value
    isMasked[value] = false
    guard !hasGradient[value] else { return true }
    hasGradient[value] = true
    guard place.offset > 0 || 4 * count < sizes[value] else { return false }
    clear(Place(value: value))
    return true
  }

  /// Begins a value's gradient with zeros.
  mutating func clear(_ place: Place) {
    let count = sizes[place.value] / 4
    add([place]) { gradient in
      let target = gradient(place)
      return { () throws(EngineError) in target.update(repeating: 0, count: count) }
    }
  }

  /// Where a step that overwrites puts a share, and what is to follow it: an addition if there is one already.
  mutating func overwriting(_ place: Place, count: Int) -> Place {
    receive(place, count: count) ? room(count) : place
  }

  /// Adds what lies in a room to where it belongs.
  mutating func addUp(_ room: Place, to place: Place, count: Int) {
    guard room != place else { return }
    let variant = variant
    add([room, place]) { gradient in
      let (source, target) = (gradient(room), gradient(place))
      return { () throws(EngineError) in sk_add(variant, count, source, target) }
    }
  }

  /// Takes a rectified value's gradient to be 0 where the value is.
  mutating func mask(_ place: Place, channels: Int, positions: Int) {
    guard isRectified[place.value], !isMasked[place.value] else { return }
    isMasked[place.value] = true
    let values = forward.pointer(place)
    let (variant, blocks) = (variant, Int32(channels / variant.lanes))
    add([place]) { gradient in
      let target = gradient(place)
      return { () throws(EngineError) in
        sk_scale_gradient(variant, blocks, positions, nil, nil, target, values, 0, target)
      }
    }
  }

  private mutating func begin(_ target: GradientPlan.Target, _ seed: UnsafePointer<Float>) {
    let variant = variant
    for (part, place) in target.parts.enumerated() where isActive[place.value] {
      hasGradient[place.value] = true
      let source = seed + part * target.channels * target.positions
      add([place]) { gradient in
        let result = gradient(place)
        return { () throws(EngineError) in
          sk_block(variant, Int32(target.channels), target.positions, source, result)
        }
      }
    }
  }

  /// Adds what came to the picture in blocks or as floats.
  private mutating func end() {
    let (variant, picture) = (variant, picture)
    let channels = plan.plan.inputChannels
    let positions = plan.plan.height * plan.plan.width
    let count = channels * positions
    if let value = lowered.picture.blocked, hasGradient[value] {
      let place = Place(value: value)
      let plain = room(count)
      add([place, plain]) { gradient in
        let (source, target) = (gradient(place), gradient(plain))
        return { () throws(EngineError) in
          sk_unblock(variant, Int32(channels), positions, source, target)
          sk_add(variant, count, target, picture)
        }
      }
    }
    if let value = lowered.picture.floats, hasGradient[value] {
      let place = Place(value: value)
      add([place]) { gradient in
        let source = gradient(place)
        return { () throws(EngineError) in sk_add(variant, count, source, picture) }
      }
    }
  }

  // MARK: Gates

  /// Where a gate's users add the gradient of its weights; all zeros at first.
  mutating func weightGradient(ofGate index: Int) -> UnsafeMutablePointer<Float>? {
    guard isLive(index), let gate = gates[index] else { return nil }
    if !isGateBegun[index] {
      isGateBegun[index] = true
      add([]) { _ in
        { () throws(EngineError) in
          gate.weights.floats.update(repeating: 0, count: gate.weights.count)
        }
      }
    }
    return gate.weights.floats
  }

  /// The step from the gradient of a gate's weights to what each position of its maps is owed.
  mutating func passOn(gate index: Int) -> UnsafePointer<Float>? {
    guard isLive(index), isGateBegun[index], let gate = gates[index] else { return nil }
    if !isGateDone[index] {
      isGateDone[index] = true
      let (attention, activated) = (
        forward.attentions[index].floats, forward.hidden[index].floats
      )
      add([]) { _ in
        { () throws(EngineError) in gate.run(attention: attention, activated: activated) }
      }
    }
    return UnsafePointer(gate.addend.floats)
  }

  /// Whether a gate's only user joins the very maps that it sees, so that it can pay them itself.
  func isJoin(gate index: Int, of from: [Place]) -> Bool {
    plan.users[index] == 1 && Set(plan.sources[index].map(\.place)) == Set(from)
      && Set(from).count == from.count
  }

  /// The value by which a step is to mask the first share of a gradient while it writes it; nil for none.
  mutating func rectifier(_ place: Place, adds: Bool) -> UnsafeMutableRawPointer? {
    guard isRectified[place.value], !adds else { return nil }
    isMasked[place.value] = true
    return forward.pointer(place)
  }

  /// Whether a gate has been paid for already.
  func isPaid(_ gate: Int) -> Bool { isGateDone[gate] }
}

extension LoweredStep {
  /// The gates whose weights it uses.
  fileprivate var gates: [Int] {
    switch self {
    case .select(_, _, _, let gate, _), .classify(_, _, _, let gate): gate.map { [$0] } ?? []
    case .excite(let gate, _, _, _, _): [gate]
    default: []
    }
  }

  /// The values that it rectifies.
  fileprivate var rectified: [Int] {
    switch self {
    case .dense(let convolution, _, let to, _) where convolution.activation == .relu: [to.value]
    case .grouped(let convolutions, _, let to, _):
      zip(convolutions, to).compactMap { $0.activation == .relu ? $1.value : nil }
    case .excite(_, _, _, _, let to), .activate(.relu, _, _, _, let to): [to.value]
    default: []
    }
  }
}

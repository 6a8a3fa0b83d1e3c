import Kernels
import Networks

/// Each step's way back.
extension GradientTrace {
  mutating func visit(_ index: Int) {
    switch lowered.steps[index] {
    case .dense(let convolution, let from, let to, _):
      convolve([convolution], from: from, to: [to], index)
    case .grouped(let convolutions, let from, let to, _):
      convolve(convolutions, from: from, to: to, index)
    case .select(let from, let channels, let positions, let gate, let to):
      select(from, channels: channels, positions: positions, gate: gate, to: to)
    case .selectPositions(let selection, let from, let logits, let to):
      select(selection, from, logits, to)
    case .gate(_, let gate): pay(gate)
    case .excite(let gate, let channels, let positions, let from, let to):
      excite(gate, channels: channels, positions: positions, from: from, to: to)
    case .maxPool(let channels, let from, let input, let to, let output, let padding):
      pool(channels, from, input, to, output, padding)
    case .averagePool(let channels, let from, let input, let to, let side):
      average(channels, from, input, to, side)
    case .shuffle(let half, let positions, let left, let right, let to):
      shuffle(half, positions, left, right, to)
    case .gather(let from, let positions, let to): gather(from, positions, to)
    case .normalize(let norm, let extent, let from, let to):
      normalize(norm, extent.positions, from, to, index)
    case .activate(let function, let channels, let extent, let from, let to):
      activate(function, channels * extent.positions, channels, from, to)
    case .block(let channels, let positions, let from, let to):
      reblock(channels, positions, from, to, toBlocks: false)
    case .unblock(let channels, let positions, let from, let to):
      reblock(channels, positions, from, to, toBlocks: true)
    case .plain(let node, let from, let to): plain(node, from, to)
    // Sums are paid for with their gates; a plan for gradients has no other pools, and puts nothing out.
    case .sum, .pool, .probe, .record, .classify, .answer: break
    }
  }

  // MARK: Convolutions

  private mutating func convolve(
    _ convolutions: [LoweredConvolution], from: Place, to: [Place], _ index: Int
  ) {
    let reached = to.map(has)
    guard reached.contains(true) else { return }
    for (m, place) in to.enumerated() where reached[m] {
      mask(
        place, channels: variant.padded(convolutions[m].operation.channels),
        positions: convolutions[m].to.positions)
    }
    guard isWanted(from), let layer = plan.layers[index] else { return }
    let (variant, scratch) = (variant, forward.scratch.raw)
    let first = convolutions[0]
    let count = variant.padded(first.input) * first.from.positions
    switch layer {
    case .picture(let made):
      let channels = first.operation.channels
      let plain = room(channels * first.to.positions)
      add([to[0], plain]) { [picture] gradient in
        let (source, target) = (gradient(to[0]), gradient(plain))
        let columns = scratch.assumingMemoryBound(to: Float.self)
        return { () throws(EngineError) in
          sk_unblock(variant, Int32(channels), first.to.positions, source, target)
          try made.add(target, to: picture, scratch: columns)
        }
      }
    case .transposed(let made):
      let adds = receive(from, count: count)
      if made.shape.accumulates, !adds { clear(Place(value: from.value)) }
      let target = adds && !made.shape.accumulates ? room(count) : from
      add([to[0], target]) { [forward] gradient in
        let call = try made.call(
          source: UnsafeMutableRawPointer(gradient(to[0])),
          output: UnsafeMutableRawPointer(gradient(target)), scratchpad: scratch)
        return { () throws(EngineError) in try call.run(forward.stream.handle) }
      }
      addUp(target, to: from, count: count)
    case .strided(let made):
      let target = overwriting(from, count: count)
      add([to[0], target]) { [forward] gradient in
        let call = try made.call(
          output: UnsafeMutableRawPointer(gradient(to[0])),
          input: UnsafeMutableRawPointer(gradient(target)), scratchpad: scratch)
        return { () throws(EngineError) in try call.run(forward.stream.handle) }
      }
      addUp(target, to: from, count: count)
    case .own(let made):
      let adds = receive(from, count: count)
      add(to.indices.filter { reached[$0] }.map { to[$0] } + [from]) { gradient in
        made.run(
          variant, gradients: to.indices.map { reached[$0] ? gradient(to[$0]) : nil },
          accumulates: adds, into: gradient(from), scratch: scratch)
      }
    case .factors: break
    }
  }

  // MARK: Joins

  private mutating func select(
    _ from: [Place], channels: Int, positions: Int, gate: Int?, to: Place
  ) {
    guard has(to) else { return }
    let (variant, blocks) = (variant, Int32(channels / variant.lanes))
    var addend: UnsafePointer<Float>?
    if let gate, let weights = weightGradient(ofGate: gate) {
      let values = from.map(forward.pointer)
      add([to]) { gradient in
        let source = gradient(to)
        return { () throws(EngineError) in
          for (m, values) in values.enumerated() {
            sk_dot_positions(variant, blocks, positions, source, values, weights + m * channels)
          }
        }
      }
      if isJoin(gate: gate, of: from) { addend = passOn(gate: gate) }
    }
    for (m, place) in from.enumerated() where isWanted(place) {
      let adds = receive(place, count: channels * positions)
      let values = rectifier(place, adds: adds)
      add([to, place]) { [forward, addend] gradient in
        let (source, target) = (gradient(to), gradient(place))
        return { () throws(EngineError) in
          let factor = gate.map { UnsafePointer(forward.weightsInUse[$0] + m * channels) }
          sk_scale_gradient(
            variant, blocks, positions, factor, addend, source, values, adds ? 1 : 0, target)
        }
      }
    }
  }

  /// What the maps are owed that a gate's mean is of.
  private mutating func pay(_ gate: Int) {
    guard !isPaid(gate), let addend = passOn(gate: gate) else { return }
    let variant = variant
    for source in plan.sources[gate] where isWanted(source.place) {
      let adds = receive(source.place, count: source.channels * source.positions)
      let blocks = Int32(source.channels / variant.lanes)
      add([source.place]) { gradient in
        let target = gradient(source.place)
        return { () throws(EngineError) in
          sk_scale_gradient(
            variant, blocks, source.positions, nil, addend, nil, nil, adds ? 1 : 0, target)
        }
      }
    }
  }

  private mutating func select(
    _ selection: LoweredSelection, _ from: [Place], _ logits: [Place], _ to: Place
  ) {
    guard has(to) else { return }
    let count = selection.channels * selection.positions
    func share(_ place: Place, _ isWanted: Bool, _ trace: inout GradientTrace) -> Place {
      isWanted ? trace.overwriting(place, count: count) : trace.room(count)
    }
    let targets = from.map { share($0, isWanted($0), &self) }
    let owed = logits.map { share($0, isWanted($0), &self) }
    let (variant, values) = (variant, from.map { Optional(UnsafeRawPointer(forward.pointer($0))) })
    let logitValues = logits.map { Optional(UnsafeRawPointer(forward.pointer($0))) }
    add([to] + targets + owed) { gradient in
      let source = gradient(to)
      let inputs = targets.map { Optional(UnsafeMutableRawPointer(gradient($0))) }
      let outputs = owed.map { Optional(gradient($0)) }
      return { () throws(EngineError) in
        sk_select_positions_gradient(
          variant, Int32(selection.channels / variant.lanes), selection.positions,
          Int32(selection.branches), selection.isSigmoid ? 1 : 0, logitValues, values, source,
          outputs, inputs)
      }
    }
    for (room, place) in zip(targets + owed, from + logits)
    where isWanted(place) {
      addUp(room, to: place, count: count)
    }
  }

  private mutating func excite(
    _ gate: Int, channels: Int, positions: Int, from: Place, to: Place
  ) {
    guard has(to) else { return }
    mask(to, channels: channels, positions: positions)
    let (variant, blocks) = (variant, Int32(channels / variant.lanes))
    if let weights = weightGradient(ofGate: gate) {
      let values = forward.pointer(from)
      add([to]) { gradient in
        let source = gradient(to)
        return { () throws(EngineError) in
          sk_dot_positions(variant, blocks, positions, source, values, weights)
        }
      }
    }
    guard isWanted(from) else { return }
    let adds = receive(from, count: channels * positions)
    add([to, from]) { [forward] gradient in
      let (source, target) = (gradient(to), gradient(from))
      return { () throws(EngineError) in
        sk_scale_gradient(
          variant, blocks, positions, forward.weightsInUse[gate], nil, source, nil, adds ? 1 : 0,
          target)
      }
    }
  }

  // MARK: Pools and functions

  private mutating func pool(
    _ channels: Int, _ from: Place, _ input: Extent, _ to: Place, _ output: Extent, _ padding: Int
  ) {
    guard has(to), isWanted(from) else { return }
    let count = channels * input.positions
    let target = overwriting(from, count: count)
    let (variant, values) = (variant, forward.pointer(from))
    add([to, target]) { gradient in
      let (source, result) = (gradient(to), gradient(target))
      return { () throws(EngineError) in
        sk_max_pool_gradient(
          variant, Int32(channels / variant.lanes), Int32(input.height), Int32(input.width),
          Int32(padding), Int32(output.height), Int32(output.width), values, source, result)
      }
    }
    addUp(target, to: from, count: count)
  }

  private mutating func average(
    _ channels: Int, _ from: Place, _ input: Extent, _ to: Place, _ side: Int
  ) {
    guard has(to), isWanted(from) else { return }
    let adds = receive(from, count: channels * input.positions)
    let variant = variant
    add([to, from]) { gradient in
      let (source, target) = (gradient(to), gradient(from))
      return { () throws(EngineError) in
        sk_average_pool_gradient(
          variant, Int32(channels / variant.lanes), Int32(input.height), Int32(input.width),
          Int32(side), adds ? 1 : 0, source, target)
      }
    }
  }

  private mutating func normalize(
    _ norm: LoweredNorm, _ positions: Int, _ from: Place, _ to: Place, _ index: Int
  ) {
    guard has(to), isWanted(from), case .factors(let factors) = plan.layers[index] else { return }
    let channels = variant.padded(norm.channels)
    let adds = receive(from, count: channels * positions)
    let (variant, values) = (variant, norm.isRectified ? forward.pointer(to) : nil)
    add([to, from]) { gradient in
      let (source, target) = (gradient(to), gradient(from))
      return { () throws(EngineError) in
        sk_scale_gradient(
          variant, Int32(channels / variant.lanes), positions, factors.floats, nil, source, values,
          adds ? 1 : 0, target)
      }
    }
  }

  private mutating func activate(
    _ function: Activation, _ count: Int, _ channels: Int, _ from: Place, _ to: Place
  ) {
    guard has(to), isWanted(from) else { return }
    let adds = receive(from, count: count)
    let variant = variant
    let values = forward.pointer(from)
    add([to, from]) { gradient in
      let (source, target) = (gradient(to), gradient(from))
      if function == .relu {
        return { () throws(EngineError) in
          sk_scale_gradient(
            variant, Int32(channels / variant.lanes), count / channels, nil, nil, source, values,
            adds ? 1 : 0, target)
        }
      }
      let inputs = values.assumingMemoryBound(to: Float.self)
      return { () throws(EngineError) in
        for i in 0..<count {
          let share = source[i] * function.derivative(at: inputs[i])
          target[i] = adds ? target[i] + share : share
        }
      }
    }
  }
}

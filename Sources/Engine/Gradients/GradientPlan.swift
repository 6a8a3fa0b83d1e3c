import Kernels
import Memory
import Networks
import Wording

/// A network compiled so that gradients of some of its nodes with respect to the picture are fast.
///
/// Batch norm is as at inference. Immutable and shared by threads; each thread takes gradients through a
/// `GradientRunner` of its own.
public final class GradientPlan: Sendable {
  /// A node whose gradients are wanted.
  struct Target: Sendable {
    var node: Int
    /// Channels of each part of its map.
    var channels: Int
    var positions: Int
    var parts: [Place]
    var count: Int { parts.count * channels * positions }
  }

  /// A gate that can be read, held and replaced.
  struct NodeGate: Sendable {
    /// The lowered network's gates that give its weights.
    var gates: [Int]
    /// Where its weights lie if they are none of these, but a plain step's value.
    var place: Place?
    var count: Int
  }

  /// A convolution's way back.
  enum Layer: Sendable {
    /// At stride 1 it is a convolution itself.
    case transposed(LibraryConvolution)
    case strided(LibraryInputGradient)
    case own(OwnInputGradient)
    case picture(PictureGradient)
    /// A batch norm's factors, one a channel.
    case factors(Buffer)
  }

  /// A map that a gate's mean is of.
  struct Source: Hashable, Sendable {
    var place: Place
    var channels: Int
    var positions: Int
  }

  /// The way forward, all values kept.
  let plan: Plan
  let targets: [Target]
  /// For each step of the lowered network the way back of its convolutions.
  let layers: [Layer?]
  /// For each gate the maps whose mean it sees.
  let sources: [[Source]]
  /// For each gate how many steps its weights are used by.
  let users: [Int]
  /// For each gate what makes it; nil for one at every position.
  let gates: [Gate?]
  /// By its node what is known of a gate.
  let gatesOfNode: [Int: NodeGate]
  /// For each gate of the lowered network whether it is one of those that can be held.
  let isHeld: [Bool]
  /// The values of those that are none of the lowered network's.
  let heldValues: Set<Int>
  let scratchBytes: Int
  /// Names of targets and of nodes with gates, for messages.
  let names: [Int: String]

  /// Compiles what the targets need.
  ///
  /// What no pattern or kernel has the way back of goes back by its plain step, and so does a gate whose weights no
  /// pattern gives; all else stays compiled.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - weights: Its tensors; they are copied.
  ///   - picture: Size of the input in pixels.
  ///   - targets: The nodes whose gradients are wanted.
  ///   - gates: Nodes that are to be read, held or replaced, gates' weights above all; those that no target depends
  ///     on are left out.
  ///   - instructionSet: What to use of the processor; results differ by rounding only.
  ///   - workers: Runners that will share the plan, for which there must be memory too.
  /// - Throws: As `Plan.init`, and `EngineError.intervention` for a target or gate that is a constant.
  public init(
    _ graph: Graph, weights: Weights, picture: SpatialSize, targets: [Int], gates: [Int],
    instructionSet: InstructionSet = .best, workers: Int = 1
  ) throws {
    let variant = try instructionSet.kernels(.f32)
    let targets = Array(Set(targets)).sorted()
    let reached = Set(graph.ancestors(of: targets))
    let gates = Set(gates).intersection(reached)
    var plainly: Set<Int> = []
    while true {
      let network = PlannedNetwork(graph, targets: targets, plainly: plainly)
      let shapes = try network.shapes(picture)
      let plan = try Plan(
        network, weights: weights, picture: picture, .f32, instructionSet, variant, workers
      ) {
        _ = try weights.tensors(of: graph, shapes, nodes: reached.sorted())
      }
      let compiled = try Library.single {
        try GradientCompiler(plan.lowered, weights: weights, variant: variant).compile()
      }
      let own = plan.lowered.gates(of: gates) { shapes[$0]?.reduce(1, *) ?? 0 }
      let refused = gates.filter { own[$0] == nil }.union(graph.nodes(of: compiled.refused))
      if refused.isEmpty {
        self.plan = plan
        layers = compiled.layers
        scratchBytes = max(plan.scratchBytes, compiled.scratchBytes)
        gatesOfNode = own
        break
      }
      if let node = refused.intersection(plainly).min() {
        throw EngineError.intervention(
          "node '\(abbreviated(graph.nodes[node].name))' is worked out by no step: it cannot be held"
        )
      }
      plainly.formUnion(refused)
    }
    let lowered = plan.lowered
    isHeld = lowered.gateNodes.map { [gatesOfNode] in
      gatesOfNode[$0]?.place == nil && gates.contains($0)
    }
    heldValues = Set(gatesOfNode.values.compactMap { $0.place?.value })
    var found: [Target] = []
    for case .probe(let index, let channels, let positions, let parts) in lowered.steps {
      found.append(
        Target(node: targets[index], channels: channels, positions: positions, parts: parts))
    }
    self.targets = found
    names = Dictionary((targets + gates).map { ($0, graph.nodes[$0].name) }) { first, _ in first }
    if let missing = targets.first(where: { target in !found.contains { $0.node == target } }) {
      throw EngineError.intervention(
        "node '\(abbreviated(graph.nodes[missing].name))' is a constant, whose gradient is none")
    }
    var made = [Gate?](repeating: nil, count: lowered.gates.count)
    for case .gate(let gate, let index) in plan.steps { made[index] = gate }
    self.gates = made
    (sources, users) = lowered.gateSources(variant)
  }
}

extension Graph {
  /// The nodes that are some convolutions.
  fileprivate func nodes(of convolutions: Set<Operation.Convolution>) -> [Int] {
    nodes.indices.filter { index in
      guard case .convolution(let convolution) = nodes[index].operation else { return false }
      return convolutions.contains(convolution)
    }
  }
}

extension Lowered {
  /// Where the weights of some gates are that can be read, held and replaced; none for those that patterns have
  /// taken in so that they cannot.
  fileprivate func gates(
    of nodes: Set<Int>, count: (Int) -> Int
  ) -> [Int: GradientPlan.NodeGate] {
    var found: [Int: GradientPlan.NodeGate] = [:]
    for case .plain(let node, _, let to) in steps where nodes.contains(node) {
      found[node] = .init(gates: [], place: to, count: count(node))
    }
    for node in nodes {
      let own = gateNodes.indices.filter { gateNodes[$0] == node }
      guard !own.isEmpty else { continue }
      // A gate at every position has no rows; what is read otherwise as well has two places.
      let rows = own.flatMap { gateRows[$0].joined() }
      let isWhole = own.allSatisfy { !gateRows[$0].isEmpty } && Set(rows).count == count(node)
      found[node] =
        isWhole && found[node] == nil ? .init(gates: own, place: nil, count: count(node)) : nil
    }
    return found
  }

  /// For each gate the maps whose mean it sees, and how many steps use its weights.
  fileprivate func gateSources(
    _ variant: sk_variant
  ) -> (sources: [[GradientPlan.Source]], users: [Int]) {
    var sources = gates.map { _ in [GradientPlan.Source]() }
    var users = gates.map { _ in 0 }
    var pending: [GradientPlan.Source] = []
    for step in steps {
      switch step {
      case .sum(let channels, let positions, let from):
        pending.append(.init(place: from, channels: channels, positions: positions))
      case .grouped(let convolutions, _, let to, true):
        pending += zip(convolutions, to).map {
          .init(
            place: $1, channels: variant.padded($0.operation.channels), positions: $0.to.positions)
        }
      case .gate(_, let index):
        sources[index] = pending
        pending = []
      case .select(_, _, _, let gate?, _), .excite(let gate, _, _, _, _): users[gate] += 1
      case .selectPositions(let selection, _, _, _): users[selection.gate] += 1
      default: break
      }
    }
    return (sources, users)
  }
}

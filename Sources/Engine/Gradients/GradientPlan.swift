import Kernels
import Memory
import Networks
import Wording

/// A network compiled so that gradients of some of its nodes with respect to the picture are fast.
///
/// Batch norm is as at inference. Immutable and shared by threads; each thread takes gradients through a
/// `GradientRunner` of its own.
public final class GradientPlan: Sendable {
  /// What the fast way does not do; the plain one does.
  struct Unsupported: Error {
    /// Why: the node or layer, and what it is about it.
    var problem: String

    /// Says what is wrong with a node.
    init(node: String, _ problem: String) {
      self.problem = "node '\(abbreviated(node))': " + problem
    }
  }

  /// A node whose gradients are wanted.
  struct Target: Sendable {
    var node: Int
    /// Channels of each part of its map.
    var channels: Int
    var positions: Int
    var parts: [Place]
    var count: Int { parts.count * channels * positions }
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
  /// For each node with gates their numbers, and how many values it has.
  let gatesOfNode: [Int: (gates: [Int], count: Int)]
  let scratchBytes: Int
  /// Names of targets and of nodes with gates, for messages.
  let names: [Int: String]

  /// Compiles what the targets need.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - weights: Its tensors; they are copied.
  ///   - picture: Size of the input in pixels.
  ///   - targets: The nodes whose gradients are wanted.
  ///   - gates: Nodes that hold gates' weights, which are to be read, held or replaced; those that no target
  ///     depends on are left out.
  ///   - instructionSet: What to use of the processor; results differ by rounding only.
  ///   - workers: Runners that will share the plan, for which there must be memory too.
  /// - Throws: As `Plan.init`; `Unsupported` where only plain steps take the gradients.
  init(
    _ graph: Graph, weights: Weights, picture: SpatialSize, targets: [Int], gates: [Int],
    instructionSet: InstructionSet = .best, workers: Int = 1
  ) throws {
    let variant = try instructionSet.kernels(.f32)
    let network = PlannedNetwork(graph, targets: Array(Set(targets)).sorted())
    let reached = Set(graph.ancestors(of: network.targets))
    let shapes = try network.shapes(picture)
    plan = try Plan(
      network, weights: weights, picture: picture, .f32, instructionSet, variant, workers
    ) {
      _ = try weights.tensors(of: graph, shapes, nodes: reached.sorted())
    }
    let lowered = plan.lowered
    var found: [Target] = []
    for case .probe(let index, let channels, let positions, let parts) in lowered.steps {
      found.append(
        Target(
          node: network.targets[index], channels: channels, positions: positions, parts: parts))
    }
    self.targets = found
    names = Dictionary((targets + gates).map { ($0, graph.nodes[$0].name) }) { first, _ in first }
    if let missing = network.targets.first(where: { target in
      !found.contains { $0.node == target }
    }) {
      throw Unsupported(node: graph.nodes[missing].name, "its value is no map")
    }

    var gatesOfNode: [Int: (gates: [Int], count: Int)] = [:]
    for node in Set(gates) where reached.contains(node) {
      let own = lowered.gateNodes.indices.filter { lowered.gateNodes[$0] == node }
      let count = shapes[node]?.reduce(1, *) ?? 0
      // A gate at every position has its mean alone.
      let rows = own.flatMap { lowered.gateRows[$0].joined() }
      guard !own.isEmpty, own.allSatisfy({ !lowered.gateRows[$0].isEmpty }),
        Set(rows).count == count
      else {
        throw Unsupported(
          node: graph.nodes[node].name, "its weights are no gate's of the whole map by a pattern")
      }
      gatesOfNode[node] = (own, count)
    }
    // Gates are held all or none.
    if !gatesOfNode.isEmpty, let other = lowered.gateNodes.first(where: { gatesOfNode[$0] == nil })
    {
      throw Unsupported(node: graph.nodes[other].name, "a gate that is neither read nor held")
    }
    self.gatesOfNode = gatesOfNode

    var made = [Gate?](repeating: nil, count: lowered.gates.count)
    for case .gate(let gate, let index) in plan.steps { made[index] = gate }
    self.gates = made
    (sources, users) = lowered.gateSources(variant)
    let compiled = try Library.single {
      try GradientCompiler(lowered, weights: weights, variant: variant).layers()
    }
    layers = compiled.layers
    scratchBytes = max(plan.scratchBytes, compiled.scratchBytes)
  }
}

extension Lowered {
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

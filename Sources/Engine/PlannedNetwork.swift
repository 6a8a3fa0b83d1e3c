import Kernels
import Memory
import Networks

/// What a plan is made of: a graph, its answer, and its units.
struct PlannedNetwork {
  /// A unit before it is known which gate is its.
  private struct NamedUnit {
    var unit: PlannedUnit
    /// The node that it puts out, if its means can be asked for.
    var output: Int?
    /// The node that holds its attention.
    var attention: Int?
  }

  let graph: Graph
  /// The node that goes out; nil without a classifier.
  let answer: Int?
  private let named: [NamedUnit]
  /// The nodes whose values are asked for.
  private let records: [Int]
  /// The nodes whose gradients are wanted, if it is for these.
  let targets: [Int]
  /// The nodes that no pattern may take in.
  private let plainly: Set<Int>

  /// A network of selective-kernel units.
  ///
  /// - Throws: `EngineError.architecture` if it describes none.
  init(_ architecture: Architecture) throws(EngineError) {
    try architecture.check()
    do throws(GraphError) {
      graph = try architecture.graph()
    } catch {
      throw .architecture(error.description)
    }
    answer = architecture.classes > 0 ? graph.output : nil
    records = []
    targets = []
    plainly = []
    named = architecture.units.map { [graph] unit in
      NamedUnit(
        unit: PlannedUnit(
          name: unit.name, width: unit.width, output: unit.output, branches: unit.branches.count),
        output: graph.index(named: unit.name),
        attention: unit.hasAttention ? graph.index(named: "attention." + unit.name) : nil)
    }
  }

  /// Any graph, without units; some nodes' values are taken down.
  init(_ graph: Graph, recording records: [Int] = []) {
    self.graph = graph
    self.records = records
    answer = graph.output
    named = []
    targets = []
    plainly = []
  }

  /// A graph as far as some of its nodes, whose gradients are wanted; some nodes by their plain steps.
  init(_ graph: Graph, targets: [Int], plainly: Set<Int>) {
    self.graph = graph
    self.targets = targets
    self.plainly = plainly
    records = []
    answer = nil
    named = []
  }

  /// Channels of the picture.
  var inputChannels: Int {
    for case .picture(let channels) in graph.nodes.lazy.map(\.operation) { return channels }
    return 0
  }

  /// The shape of each node's value.
  func shapes(_ picture: SpatialSize) throws(EngineError) -> [[Int]?] {
    do throws(GraphError) {
      return try graph.shapes(picture: picture)
    } catch {
      throw .architecture(error.description)
    }
  }

  /// The network's steps.
  ///
  /// - Throws: `EngineError` naming a node that cannot be run, `MemoryError` if there is none for the
  ///   weights.
  func lowered(
    _ picture: SpatialSize, _ variant: sk_variant, blocksPicture: Bool = false
  ) throws -> Lowered {
    guard (1...8192).contains(picture.height), (1...8192).contains(picture.width) else {
      throw EngineError.architecture(
        "an input of \(picture.height)×\(picture.width) pixels; expected 1 to 8192")
    }
    let shapes = try shapes(picture)
    let weights = graph.counts(shapes).reduce(ByteCount(0)) {
      $0 + ByteCount([$1.parameters], of: variant.size)
    }
    try ProcessMemory.require(
      weights, for: "the network at \(picture.height) × \(picture.width) pixels")
    let probes =
      targets.enumerated().map { ($1, $0) }
      + named.enumerated().compactMap { index, unit in unit.output.map { ($0, index) } }
    var lowering = Lowering(
      graph, shapes: shapes, answer: answer,
      probes: Dictionary(probes, uniquingKeysWith: { first, _ in first }), records: records,
      plainly: plainly, variant: variant, blocksPicture: blocksPicture,
      keepsValues: !targets.isEmpty)
    try lowering.lower()
    return lowering.lowered
  }

  /// The units with their gates.
  func units(_ lowered: Lowered) -> [PlannedUnit] {
    let gates = Dictionary(
      lowered.gateNodes.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return named.map { unit in
      var result = unit.unit
      var node = unit.attention
      while let index = node, result.gate == nil {
        result.gate = gates[index]
        node = graph.nodes[index].inputs.first
      }
      return result
    }
  }
}

extension Lowered {
  /// The nodes that run by plain steps, and the constants that they take.
  func plainNodes(_ graph: Graph) -> Set<Int> {
    var nodes: Set<Int> = []
    for case .plain(let node, _, _) in steps {
      nodes.insert(node)
      for input in graph.nodes[node].inputs {
        if case .constant = graph.nodes[input].operation { nodes.insert(input) }
      }
    }
    return nodes
  }
}

extension GraphProgram {
  /// Scratch of some nodes' plain steps.
  func scratchBytes(of nodes: some Sequence<Int>) -> Int {
    nodes.reduce(0) { largest, index in
      guard let output = shapes[index], let first = graph.nodes[index].inputs.first,
        let input = shapes[first]
      else { return largest }
      return max(
        largest, 4 * graph.nodes[index].operation.scratchCount(input: input, output: output))
    }
  }
}

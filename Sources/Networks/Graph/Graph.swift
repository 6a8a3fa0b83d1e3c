/// A network as nodes: everything else that can be said of it is a fold over this value.
///
/// Nodes stand in topological order, each with a name, an operation and the earlier nodes that it
/// takes. Values carry the batch's axis, `[1, C, H, W]`, so that axes count as in the frameworks'
/// own files. Weights go by name and live elsewhere.
public struct Graph: Codable, Hashable, Sendable {
  /// One value of the network and what makes it.
  public struct Node: Codable, Hashable, Sendable {
    /// What the value is called; unique within the graph.
    public var name: String
    /// What makes it.
    public var operation: Operation
    /// The nodes that it is made from, by index, all before it.
    public var inputs: [Int]

    /// Describes a node.
    public init(name: String, operation: Operation, inputs: [Int]) {
      self.name = name
      self.operation = operation
      self.inputs = inputs
    }
  }

  /// The nodes in an order in which each comes after all that it takes.
  public private(set) var nodes: [Node] = []
  /// The node that holds the network's answer, `[1, classes]` where it classifies.
  public var output = 0
  /// Further names of nodes: a unit's for its output, `attention.UNIT` for its gate's weights.
  public private(set) var aliases: [String: Int] = [:]

  private var indices: [String: Int] = [:]

  /// A graph without nodes.
  public init() {}

  /// Adds a node behind all others.
  ///
  /// - Returns: Its index.
  /// - Throws: `GraphError` if the name is taken, an input is no earlier node, or there are too many
  ///   nodes.
  public mutating func add(
    _ name: String, _ operation: Operation, _ inputs: [Int] = []
  ) throws(GraphError) -> Int {
    guard nodes.count < Limits.nodes else {
      throw GraphError(node: name, problem: "more than \(Limits.nodes) nodes")
    }
    guard indices[name] == nil, aliases[name] == nil else {
      throw GraphError(node: name, problem: "there are two values of this name")
    }
    guard inputs.allSatisfy(nodes.indices.contains) else {
      throw GraphError(node: name, problem: "takes a value that comes after it")
    }
    indices[name] = nodes.count
    nodes.append(Node(name: name, operation: operation, inputs: inputs))
    return nodes.count - 1
  }

  /// Gives a node a further name.
  ///
  /// - Throws: `GraphError` if the name is taken.
  public mutating func alias(_ name: String, for node: Int) throws(GraphError) {
    guard indices[name] == nil, aliases[name] == nil else {
      throw GraphError(node: name, problem: "there are two values of this name")
    }
    aliases[name] = node
  }

  /// The node of a name or a further name.
  public func index(named name: String) -> Int? { indices[name] ?? aliases[name] }

  /// The nodes that any of some nodes depend on, themselves included, ascending.
  public func ancestors(of targets: [Int]) -> [Int] {
    var isNeeded = [Bool](repeating: false, count: nodes.count)
    for target in targets { isNeeded[target] = true }
    for index in nodes.indices.reversed() where isNeeded[index] {
      for input in nodes[index].inputs { isNeeded[input] = true }
    }
    return nodes.indices.filter { isNeeded[$0] }
  }

  /// The nodes that everything passes on its way from the picture to the output, in that order: the picture
  /// itself, what comes out of a stage or a residual unit, the output; nothing within branches.
  public var bottlenecks: [Int] {
    let depends = dependsOnPicture
    let way = ancestors(of: [output]).filter { depends[$0] }
    // The furthest node that anything up to a node is read by.
    var furthest: [Int: Int] = [:]
    for node in way {
      for input in nodes[node].inputs where depends[input] {
        furthest[input] = max(furthest[input] ?? 0, node)
      }
    }
    var reach = 0
    return way.filter { node in
      let isPassed = reach <= node
      reach = max(reach, furthest[node] ?? 0)
      return isPassed
    }
  }

  /// For each node whether it depends on the picture.
  public var dependsOnPicture: [Bool] {
    var result = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      if case .picture = node.operation { result[index] = true }
      if node.inputs.contains(where: { result[$0] }) { result[index] = true }
    }
    return result
  }

  /// Bounds on what a file may ask for.
  public enum Limits {
    /// Nodes of a network.
    public static let nodes = 200_000
    /// Values of one node.
    public static let values = 1 << 31
    /// Axes of a value, the batch's included.
    public static let rank = 8
  }

  private enum CodingKeys: CodingKey { case nodes, output, aliases }

  /// Decodes and checks: names, order and the output.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    for node in try values.decode([Node].self, forKey: .nodes) {
      _ = try add(node.name, node.operation, node.inputs)
    }
    output = try values.decode(Int.self, forKey: .output)
    let aliases = try values.decode([String: Int].self, forKey: .aliases)
    for (name, node) in aliases.sorted(by: { $0.key < $1.key }) { try alias(name, for: node) }
    guard nodes.indices.contains(output), aliases.values.allSatisfy(nodes.indices.contains) else {
      throw GraphError(node: "output", problem: "is none of the nodes")
    }
  }
}

/// What is wrong with a network's graph, at a node.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The node's name.
  public var node: String
  /// What was expected, and what was found.
  public var problem: String

  /// Says what is wrong with a node.
  package init(node: String, problem: String) {
    self.node = node
    self.problem = problem
  }

  /// One line: the node and the problem.
  public var description: String { "node '\(node)': \(problem)" }
}

/// The gates of a network, as they are listed.
public struct GateSummary: Codable, Hashable, Sendable {
  /// A gate.
  public struct Gate: Codable, Hashable, Sendable {
    /// Name of the node that holds the weights.
    public var name: String
    /// Softmax or sigmoid over branches, or the excitation of one map.
    public var kind: GraphGate.Kind
    /// Whether each position has weights of its own.
    public var isSpatial: Bool
    /// The maps that are weighed.
    public var branches: [Branch]
  }

  /// A map that a gate weighs.
  public struct Branch: Codable, Hashable, Sendable {
    /// Name of its node.
    public var name: String
    /// What its positions can depend on.
    public var field: GraphSummary.Field
  }

  /// The gates, in the order in which a picture meets them.
  public var gates: [Gate]

  /// Finds the gates of a graph.
  ///
  /// - Throws: `GraphError` naming a node whose inputs do not fit.
  public init(graph: Graph, input: SpatialSize) throws(GraphError) {
    let shapes = try graph.shapes(picture: input)
    let fields = graph.theoreticalFields(shapes)
    gates = graph.gates(shapes).map { gate in
      Gate(
        name: graph.nodes[gate.node].name, kind: gate.kind, isSpatial: gate.isSpatial,
        branches: gate.branches.map {
          Branch(name: graph.nodes[$0].name, field: GraphSummary.Field(fields[$0]))
        })
    }
  }

  /// A table for a terminal: a gate a line.
  public var text: String {
    guard !gates.isEmpty else { return "gates: none" }
    let rows = gates.map { gate in
      [
        gate.name, gate.kind.rawValue + (gate.isSpatial ? " a position" : ""),
        gate.kind == .excitation ? "weighs one map: no choice between branches" : "",
        gate.branches.map { branch in
          branch.name + (branch.field.size.map { " \($0[0])" } ?? "")
        }.joined(separator: ", "),
      ]
    }
    return
      (["gates:"]
      + aligned(rows: [["weights", "kind", "", "branches, field px"]] + rows, leading: 4))
      .joined(separator: "\n")
  }
}

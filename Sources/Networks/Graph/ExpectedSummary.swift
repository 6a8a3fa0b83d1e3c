import Foundation
import Wording

/// How far a network's gates look at given weights of their branches.
public struct ExpectedSummary: Sendable {
  /// A gate at these weights.
  public struct Selection: Encodable, Sendable {
    /// Name of the node that holds the weights.
    public var name: String
    /// Weights of the branches.
    public var attention: [Double]
    /// Σ of weight times size, in positions of what the branches share.
    public var kernelSize: Double?
    /// Standard deviation of the weighed sum's field, height and width, in pixels.
    public var sigma: [Double]?
  }

  private let name: String
  /// The gates with as many branches as there are weights, in the order in which a picture meets them.
  public let selections: [Selection]

  /// Works the gates out at one set of weights for all of them; nil if none has as many branches.
  ///
  /// - Throws: `GraphError` naming a node whose inputs do not fit.
  public init?(
    name: String, graph: Graph, input: SpatialSize, attention: [Double]
  ) throws(GraphError) {
    self.name = name
    let shapes = try graph.shapes(picture: input)
    let gates = graph.gates(shapes)
      .filter { $0.kind != .excitation && $0.branches.count == attention.count }
    guard !gates.isEmpty else { return nil }
    let given = Dictionary(gates.map { ($0.node, attention) }) { first, _ in first }
    selections = graph.expectedFields(shapes, attention: given).selections
      .filter { given[$0.gate.node] != nil }
      .map {
        Selection(
          name: graph.nodes[$0.gate.node].name, attention: $0.attention,
          kernelSize: $0.kernelSize,
          sigma: $0.field.map { [$0.rows.squareRoot(), $0.columns.squareRoot()] })
      }
  }

  /// A table for a terminal.
  public var text: String {
    let rows = selections.map { selection in
      [
        selection.name,
        selection.attention.map { String(format: "%.4f", $0) }.joined(separator: " "),
        selection.kernelSize.map { String(format: "%.4f", $0) } ?? "",
        selection.sigma.map { String(format: "%.2f", $0[0]) } ?? "",
      ]
    }
    let notes = [
      "kernel size: Σ of weight × size, in positions. σ: of the weighed sum's field along the height, in",
      "pixels, all gates before it at these weights; kernels taken as uniform, shortcuts left out.",
    ]
    return
      ([visible(name) + ": expected fields", ""]
      + aligned(rows: [["gate", "attention", "kernel size", "σ px"]] + rows) + [""] + notes)
      .joined(separator: "\n")
  }
}

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
    /// Standard deviation of the weighed sum's field, height and width, in pixels; shortcuts left out.
    public var sigma: [Double]?
    /// The same, shortcuts counted by their measured magnitudes; nil if none were measured.
    public var sigmaWithShortcuts: [Double]?
  }

  private let name: String
  /// Where the weights come from, for the note.
  private let source: String?
  /// The gates with as many branches as there are weights, in the order in which a picture meets them.
  public let selections: [Selection]

  /// Works the gates out at one set of weights for all of them; nil if none has as many branches.
  ///
  /// - Throws: `GraphError` naming a node whose inputs do not fit.
  public init?(
    name: String, graph: Graph, input: SpatialSize, attention: [Double]
  ) throws(GraphError) {
    let gates = graph.gates(try graph.shapes(picture: input))
      .filter { $0.kind != .excitation && $0.branches.count == attention.count }
    try self.init(
      name: name, graph: graph, input: input,
      attention: Dictionary(gates.map { ($0.node, attention) }) { first, _ in first })
  }

  /// Works some gates out, each at its own weights; nil if there are none.
  ///
  /// - Parameters:
  ///   - name: The network's.
  ///   - graph: The network.
  ///   - input: Size of its pictures.
  ///   - attention: Weights of a gate's branches, by its node.
  ///   - magnitudes: By a sum's node the magnitude of each of its terms, as measured; nil if none were.
  ///   - source: What was measured, for the table's note.
  /// - Throws: `GraphError` naming a node whose inputs do not fit.
  public init?(
    name: String, graph: Graph, input: SpatialSize, attention: [Int: [Double]],
    magnitudes: [Int: [Double]]? = nil, source: String? = nil
  ) throws(GraphError) {
    self.name = name
    self.source = source
    let shapes = try graph.shapes(picture: input)
    let along = graph.expectedFields(shapes, attention: attention).selections
    let mixed = magnitudes.map {
      graph.expectedFields(shapes, attention: attention, shortcuts: .magnitudes($0)).selections
    }
    func sigma(_ field: ExpectedField?) -> [Double]? {
      field.map { [$0.rows.squareRoot(), $0.columns.squareRoot()] }
    }
    selections = along.enumerated().compactMap { index, selection in
      guard attention[selection.gate.node] != nil else { return nil }
      return Selection(
        name: graph.nodes[selection.gate.node].name, attention: selection.attention,
        kernelSize: selection.kernelSize, sigma: sigma(selection.field),
        sigmaWithShortcuts: mixed.flatMap { sigma($0[index].field) })
    }
    guard !selections.isEmpty else { return nil }
  }

  /// A table for a terminal.
  public var text: String {
    let isMeasured = selections.contains { $0.sigmaWithShortcuts != nil }
    let header =
      ["gate", "attention", "kernel size", "σ px"] + (isMeasured ? ["σ px with shortcuts"] : [])
    let rows = selections.map { selection in
      [
        selection.name,
        selection.attention.map { String(format: "%.4f", $0) }.joined(separator: " "),
        selection.kernelSize.map { String(format: "%.4f", $0) } ?? "",
        selection.sigma.map { String(format: "%.2f", $0[0]) } ?? "",
      ]
        + (isMeasured
          ? [selection.sigmaWithShortcuts.map { String(format: "%.2f", $0[0]) } ?? ""] : [])
    }
    var notes = [
      "kernel size: Σ of weight × size, in positions. σ: of the weighed sum's field along the height, in",
      "pixels, all gates before it at these weights; kernels taken as uniform, shortcuts left out.",
    ]
    if isMeasured {
      notes += [
        "With shortcuts: the terms of each sum, residual path and shortcut, mixed by their magnitudes, the",
        "means of their values' absolutes.",
      ]
    }
    if let source { notes.append(source) }
    return
      ([visible(name) + ": expected fields", ""] + aligned(rows: [header] + rows) + [""] + notes)
      .joined(separator: "\n")
  }
}

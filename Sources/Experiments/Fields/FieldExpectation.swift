import Analysis
import Engine
import Networks

/// What arithmetic expects of the targets' fields, given how the gates weighed their branches.
struct FieldExpectation: Sendable {
  /// Of so many pictures at the beginning of a run the shortcuts' magnitudes are measured, by plain steps.
  static let measured = 4

  private let fields: ExpectedFieldArithmetic
  private let gates: [RecordedGate]
  private let targets: [FieldTarget]
  private let graph: Graph
  private let weights: Weights
  private let picture: SpatialSize
  private let terms: TermMagnitudes
  /// The expectation without gates, which is every picture's.
  private let constant: [ExpectedSpread?]?

  init(_ graph: Graph, weights: Weights, picture: SpatialSize, targets: [FieldTarget]) throws {
    (self.graph, self.weights, self.picture) = (graph, weights, picture)
    let shapes = try graph.shapes(picture: picture)
    fields = ExpectedFieldArithmetic(graph, shapes)
    gates = graph.recordedGates(shapes)
    self.targets = targets
    terms = TermMagnitudes(graph, shapes)
    constant = gates.isEmpty ? Self.spreads(of: targets, fields.fields(), gates: []) : nil
  }

  /// The expectation for one picture.
  ///
  /// - Parameters:
  ///   - weights: What the gates' nodes hold.
  ///   - input: The picture, where the shortcuts' magnitudes are wanted too.
  /// - Returns: One a target; nil where no field is known.
  /// - Throws: What the engine throws, where magnitudes are measured.
  func spreads(
    weights: [Int: [Float]], measuring input: [Float]?
  ) throws -> [ExpectedSpread?] {
    let attention = Dictionary(
      uniqueKeysWithValues: gates.compactMap { gate in
        weights[gate.node].map {
          (
            gate.node,
            AttentionProfile.means(gate.attention($0), branches: gate.sizes.count)
          )
        }
      })
    var spreads =
      constant
      ?? Self.spreads(of: targets, fields.fields(attention: attention), gates: gates)
    guard let input else { return spreads }
    let mixed = Self.spreads(
      of: targets,
      fields.fields(attention: attention, shortcuts: .magnitudes(try magnitudes(of: input))),
      gates: [])
    for place in spreads.indices { spreads[place]?.sigmaWithShortcuts = mixed[place]?.sigma }
    return spreads
  }

  /// The mean magnitude of each of a sum's inputs, of the sums that a target depends on.
  private func magnitudes(of input: [Float]) throws -> [Int: [Double]] {
    let runner = try GraphRunner(
      GraphProgram(graph, weights: weights, picture: picture), nodes: targets.map(\.node))
    try runner.run(input)
    return terms.measured(in: runner)
  }

  private static func spreads(
    of targets: [FieldTarget],
    _ found: (nodes: [ExpectedField?], selections: [Graph.ExpectedSelection]),
    gates: [RecordedGate]
  ) -> [ExpectedSpread?] {
    targets.map { target in
      guard let field = found.nodes[target.node] else { return nil }
      let gate = gates.first { $0.name == target.name }
      return ExpectedSpread(
        sigma: [field.rows.squareRoot(), field.columns.squareRoot()],
        kernelSize: gate.flatMap { gate in
          found.selections.first { $0.gate.node == gate.node }?.kernelSize
        })
    }
  }
}

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
  /// Sums of maps, with what is added.
  private let sums: [(node: Int, inputs: [Int])]
  /// The expectation without gates, which is every picture's.
  private let constant: [ExpectedSpread?]?

  init(_ graph: Graph, weights: Weights, picture: SpatialSize, targets: [FieldTarget]) throws {
    (self.graph, self.weights, self.picture) = (graph, weights, picture)
    let shapes = try graph.shapes(picture: picture)
    fields = ExpectedFieldArithmetic(graph, shapes)
    gates = graph.recordedGates(shapes)
    self.targets = targets
    let depends = graph.dependsOnPicture
    sums = graph.nodes.enumerated().compactMap { index, node in
      guard case .combination(.add) = node.operation,
        node.inputs.allSatisfy({ depends[$0] && shapes[$0]?.count == 4 })
      else { return nil }
      return (index, node.inputs)
    }
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
    var magnitudes: [Int: [Double]] = [:]
    for (node, inputs) in sums where !runner.value(of: node).isEmpty {
      magnitudes[node] = inputs.map { input in
        let values = runner.value(of: input)
        return values.reduce(0) { $0 + Double(abs($1)) } / Double(max(values.count, 1))
      }
    }
    return magnitudes
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

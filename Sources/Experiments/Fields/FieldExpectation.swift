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

  /// How much the terms of sums count in the run's first pictures, by steps that keep every node's value.
  ///
  /// That takes as much memory as a worker's gradients: it is done, and given back, before these take theirs.
  ///
  /// - Parameters:
  ///   - pending: The pictures to come; of those that cannot be shown nothing is told.
  ///   - source: What makes their stimuli.
  /// - Returns: By picture, at every scale, what `TermMagnitudes` measures.
  /// - Throws: What the engine throws where the network cannot be run so.
  func magnitudes(
    of pending: [Int], from source: FieldSource
  ) throws -> [Int: [[Int: [Double]]]] {
    let first = pending.filter { $0 < Self.measured }
    guard !first.isEmpty else { return [:] }
    guard !terms.isEmpty else {
      return Dictionary(uniqueKeysWithValues: first.map { ($0, source.scales.map { _ in [:] }) })
    }
    let runner = try GraphRunner(
      GraphProgram(graph, weights: weights, picture: picture), nodes: targets.map(\.node),
      takingGradients: false)
    var found: [Int: [[Int: [Double]]]] = [:]
    for index in first {
      // What is wrong with a picture is said when it is measured.
      found[index] = try? source.zooms(of: index, at: picture).map { input in
        try runner.run(input)
        return terms.measured(in: runner)
      }
    }
    return found
  }

  /// The expectation for one picture.
  ///
  /// - Parameters:
  ///   - weights: What the gates' nodes hold.
  ///   - magnitudes: How much the terms of sums count in it; nil where that was not measured.
  /// - Returns: One a target; nil where no field is known.
  func spreads(weights: [Int: [Float]], magnitudes: [Int: [Double]]?) -> [ExpectedSpread?] {
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
    guard let magnitudes else { return spreads }
    let mixed = Self.spreads(
      of: targets, fields.fields(attention: attention, shortcuts: .magnitudes(magnitudes)),
      gates: [])
    for place in spreads.indices { spreads[place]?.sigmaWithShortcuts = mixed[place]?.sigma }
    return spreads
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

import Analysis
import Checkpoints
import Figures
import Networks
import Observing
import Wording

/// What `sknet inspect` says of a model.
public struct Inspection: Sendable {
  /// Of networks of selective-kernel units; nil for any other.
  private let summary: NetworkSummary?
  private let nodes: GraphSummary
  private let gates: GateSummary
  private let source: String?
  private let reading: String?
  private let rows: GraphRows
  private let expected: ExpectedSummary?

  /// Looks a model up.
  ///
  /// - Parameters:
  ///   - model: A catalogue name, a weight file or an ONNX file.
  ///   - size: Side of the input in pixels; nil for the model's.
  ///   - attention: Weights of the branches for which to tell expected fields; nil for none, or for those that
  ///     the gates choose for the pictures.
  ///   - pictures: Files of pictures by which shortcuts' magnitudes, and attention if none is given, are measured
  ///     for expected fields.
  ///   - input: How these become the input, where that is not the model's own; its size is not read.
  /// - Throws: If there is no such model, its input cannot have that size, no gate has as many branches, or a
  ///   picture cannot be read.
  public init(
    model: String, size: Int? = nil, attention: [Double]? = nil, pictures: [String] = [],
    input: InputChoice = InputChoice()
  ) throws {
    let found = try ModelSource.outline(model, size: size)
    reading = found.reading
    source = ModelSource.file(model)
    nodes = try GraphSummary(name: found.name, graph: found.graph, input: found.picture)
    gates = try GateSummary(graph: found.graph, input: found.picture)
    rows = GraphRows(graph: found.graph, summary: nodes)
    if let attention {
      guard attention.allSatisfy({ $0.isFinite && $0 >= 0 }), attention.contains(where: { $0 > 0 })
      else {
        throw ExperimentError.usage("--attention: expected weights of 0 or more, not all 0")
      }
    }
    expected =
      pictures.isEmpty
      ? try attention.map { try Self.expected(of: found, attention: $0) }
      : try Self.measured(model, size: size, attention: attention, pictures, input)
    summary = try found.architecture.map {
      try NetworkSummary(name: found.name, architecture: $0, input: found.picture)
    }
  }

  private static func expected(
    of found: ModelSource.Outline, attention: [Double]
  ) throws -> ExpectedSummary {
    guard
      let summary = try ExpectedSummary(
        name: found.name, graph: found.graph, input: found.picture, attention: attention)
    else { throw noGates(found.name, attention) }
    return summary
  }

  /// With what the network makes of pictures.
  private static func measured(
    _ name: String, size: Int?, attention: [Double]?, _ pictures: [String], _ input: InputChoice
  ) throws -> ExpectedSummary {
    var model = try ModelSource.graph(name, size: size)
    _ = model.nameUntrained()
    let taken = try model.take(input, for: pictures)
    let mixture = try MeasuredMixture(model, pictures: pictures)
    // Given weights go to the gates with as many branches.
    let weights = attention.map { given in
      mixture.attention.filter { $0.value.count == given.count }.mapValues { _ in given }
    }
    let measured = attention == nil ? "Attention and magnitudes" : "Magnitudes"
    let line = taken.map { $0.isOwn ? "" : "\n" + $0.line } ?? ""
    guard
      let summary = try ExpectedSummary(
        name: model.name, graph: model.graph, input: model.picture,
        attention: weights ?? mixture.attention, magnitudes: mixture.magnitudes,
        source: "\(measured): means over \(counted(pictures.count, "picture")).\(line)")
    else { throw noGates(model.name, attention) }
    return summary
  }

  private static func noGates(_ name: String, _ attention: [Double]?) -> ExperimentError {
    .usage(
      attention.map {
        "--attention: \(name) has no gate with \(counted($0.count, "branch")) to weigh"
      } ?? "--picture: \(name) has no gate that chooses between branches")
  }

  /// Tables to print.
  public var text: String {
    if let expected { return expected.text }
    if let summary { return summary.text }
    let note = reading.map { "\n\nas read here: \($0)" } ?? ""
    return nodes.text + "\n\n" + gates.text + note
  }

  /// The same as JSON, every node's field included.
  public func json() throws -> String {
    try JSONText.of(
      Report(
        summary: summary, nodes: nodes, gates: gates, reading: reading,
        expected: expected?.selections))
  }

  /// What is said of the units, where there are any, and what is said of every node, as one object.
  private struct Report: Encodable {
    var summary: NetworkSummary?
    var nodes: GraphSummary
    var gates: GateSummary
    var reading: String?
    var expected: [ExpectedSummary.Selection]?

    private enum Keys: CodingKey {
      case name, input, parameters, macs, reading, nodes, gates, expected
    }

    func encode(to encoder: any Encoder) throws {
      try summary?.encode(to: encoder)
      var container = encoder.container(keyedBy: Keys.self)
      if summary == nil {
        try container.encode(nodes.name, forKey: .name)
        try container.encode(nodes.input, forKey: .input)
        try container.encode(nodes.parameters, forKey: .parameters)
        try container.encode(nodes.macs, forKey: .macs)
        try container.encodeIfPresent(reading, forKey: .reading)
      }
      try container.encode(nodes.nodes, forKey: .nodes)
      try container.encode(gates.gates, forKey: .gates)
      try container.encodeIfPresent(expected, forKey: .expected)
    }
  }

  /// The network as a drawing, with the receptive field of every unit.
  public func graph(format: FigureFormat) throws -> [UInt8] {
    if let summary { return try NetworkGraph(summary: summary).data(format: format) }
    return try diagram().data(format: format)
  }

  /// Draws the network into a file, which appears whole or not at all; `-` is standard output.
  ///
  /// - Throws: One line naming the file that cannot be written or must not be replaced.
  public func writeGraph(format: FigureFormat, toFile path: String) throws {
    let path = try OutputFile.checked(path, inputs: source.map { [$0] } ?? [])
    if let summary {
      try NetworkGraph(summary: summary).write(toFile: path, format: format)
    } else {
      try diagram().write(toFile: path, format: format)
    }
  }

  private func diagram() throws -> GraphDiagram {
    guard
      let diagram = GraphDiagram(rows, parameters: nodes.parameters, macs: nodes.macs)
    else {
      throw ExperimentError.failure(
        "\(nodes.name): has \(rows.rows.count) layers, more than the \(GraphDiagram.mostRows) that are"
          + " drawn")
    }
    return diagram
  }
}

/// What `sknet inspect --all` says: the paper's tables, exact counts beside the printed ones.
public struct CatalogueInspection: Sendable {
  private let tables: [PaperTable]

  /// Counts every network of the catalogue.
  public init() throws { tables = try PaperTable.all() }

  /// Tables to print.
  public var text: String { PaperTable.text(tables) }

  /// The same as JSON.
  public func json() throws -> String { try JSONText.of(tables) }
}

import Analysis
import Checkpoints
import Figures
import Networks

/// What `sknet inspect` says of a model.
public struct Inspection: Sendable {
  /// Of networks of selective-kernel units; nil for any other.
  private let summary: NetworkSummary?
  private let nodes: GraphSummary
  private let gates: GateSummary
  private let source: String?
  private let reading: String?

  /// Looks a model up.
  ///
  /// - Parameters:
  ///   - model: A catalogue name, a weight file or an ONNX file.
  ///   - size: Side of the input in pixels; nil for the model's.
  /// - Throws: If there is no such model, or its input cannot have that size.
  public init(model: String, size: Int? = nil) throws {
    let found = try ModelSource.outline(model, size: size)
    reading = found.reading
    source = ModelSource.file(model)
    nodes = try GraphSummary(name: found.name, graph: found.graph, input: found.picture)
    gates = try GateSummary(graph: found.graph, input: found.picture)
    summary = try found.architecture.map {
      try NetworkSummary(name: found.name, architecture: $0, input: found.picture)
    }
  }

  /// Tables to print.
  public var text: String {
    if let summary { return summary.text }
    let note = reading.map { "\n\nas read here: \($0)" } ?? ""
    return nodes.text + "\n\n" + gates.text + note
  }

  /// The same as JSON, every node's field included.
  public func json() throws -> String {
    try JSONText.of(
      Report(summary: summary, nodes: nodes, gates: gates, reading: reading))
  }

  /// What is said of the units, where there are any, and what is said of every node, as one object.
  private struct Report: Encodable {
    var summary: NetworkSummary?
    var nodes: GraphSummary
    var gates: GateSummary
    var reading: String?

    private enum Keys: CodingKey { case name, input, parameters, macs, reading, nodes, gates }

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
    }
  }

  /// The network as a drawing, with the receptive field of every unit.
  public func graph(format: FigureFormat) throws -> [UInt8] { try drawing().data(format: format) }

  /// Draws the network into a file, which appears whole or not at all; `-` is standard output.
  ///
  /// - Throws: One line naming the file that cannot be written or must not be replaced.
  public func writeGraph(format: FigureFormat, toFile path: String) throws {
    let path = try OutputFile.checked(path, inputs: source.map { [$0] } ?? [])
    try drawing().write(toFile: path, format: format)
  }

  private func drawing() throws -> NetworkGraph {
    guard let summary else {
      throw ExperimentError.failure(
        "\(nodes.name): only networks of selective-kernel units can be drawn so far")
    }
    return NetworkGraph(summary: summary)
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

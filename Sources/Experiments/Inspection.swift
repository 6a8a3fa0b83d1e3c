import Analysis
import Checkpoints
import Figures
import Networks

/// What `sknet inspect` says of a model.
public struct Inspection: Sendable {
  private let summary: NetworkSummary

  /// Looks a model up.
  ///
  /// - Parameters:
  ///   - model: A catalogue name or a weight file.
  ///   - size: Side of the input in pixels; nil for the model's.
  /// - Throws: If there is no such model, or its input cannot have that size.
  public init(model: String, size: Int? = nil) throws {
    let found = try ModelSource.architecture(model)
    if let size, size < 1 { throw ExperimentError.usage("--size must be positive, not \(size)") }
    let side = size ?? found.size
    summary = try NetworkSummary(
      name: found.name, architecture: found.architecture, input: SpatialSize(side: side))
  }

  /// Tables to print.
  public var text: String { summary.text }

  /// The same as JSON.
  public func json() throws -> String { try JSONText.of(summary) }

  /// The network as a drawing, with the receptive field of every unit.
  public func graph(format: FigureFormat) throws -> [UInt8] {
    try NetworkGraph(summary: summary).data(format: format)
  }

  /// Draws the network into a file, which appears whole or not at all.
  public func writeGraph(format: FigureFormat, toFile path: String) throws {
    try NetworkGraph(summary: summary).write(toFile: path, format: format)
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

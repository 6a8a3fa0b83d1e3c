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
}

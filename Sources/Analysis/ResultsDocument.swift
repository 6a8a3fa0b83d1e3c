/// What an experiment found, as it is written into the run's folder.
public protocol ResultsDocument: Codable, Sendable {
  /// Sorted keys, one value a line.
  func json() throws -> String
}

/// What an experiment found, as it is written into the run's folder.
public protocol ResultsDocument: Codable, Sendable {
  /// Sorted keys, one value a line.
  func json() throws -> String
}

extension ZoomResults: ResultsDocument {}
extension LesionResults: ResultsDocument {}
extension FieldResults: ResultsDocument {}
extension AblationResults: ResultsDocument {}

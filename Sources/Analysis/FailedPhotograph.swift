/// A photograph that could not be used.
public struct FailedPhotograph: Codable, Equatable, Sendable {
  /// Its path.
  public var path: String
  /// Why, in one line.
  public var error: String

  /// Joins a path and a reason.
  public init(path: String, error: String) {
    self.path = path
    self.error = error
  }
}

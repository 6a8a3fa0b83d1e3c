import Foundation

/// Why stimuli cannot be made.
public enum StimulusError: Error, Hashable, CustomStringConvertible, LocalizedError {
  /// A value of the specification makes no sense, for any picture.
  case specification(field: String, reason: String)
  /// This picture does not allow them.
  case picture(name: String, reason: String)
  /// A file of target boxes, or a line of it, makes no sense.
  case boxes(path: String, line: Int?, reason: String)

  /// One line: what, and what is wrong with it.
  public var description: String {
    switch self {
    case .specification(let field, let reason): "\(field): \(reason)"
    case .picture(let name, let reason): "\(name): \(reason)"
    case .boxes(let path, let line, let reason): "\(path):\(line.map { "\($0):" } ?? "") \(reason)"
    }
  }
  /// The same as `description`.
  public var errorDescription: String? { description }
}

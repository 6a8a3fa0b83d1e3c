import Foundation

/// What can go wrong between a request and its run, in one line that names the place.
public enum ExperimentError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The request itself is wrong: a flag, a key or a value.
  case usage(String)
  /// Something in the world is: a file, a folder, the machine.
  case failure(String)

  /// The line to show.
  public var description: String {
    switch self {
    case .usage(let text), .failure(let text): text
    }
  }

  /// The line to show.
  public var errorDescription: String? { description }
}

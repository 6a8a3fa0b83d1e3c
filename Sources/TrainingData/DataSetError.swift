import Foundation
import Pictures

/// Why pictures cannot be learnt from, in one line.
public struct DataSetError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The folder or file.
  public let path: String
  /// What was expected there, what was found.
  public let problem: String

  /// Says that a folder or file has a fault.
  public init(_ path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  /// The file of an error that a picture's bytes gave.
  init(_ error: PictureError) { self.init(error.path, error.reason) }

  /// `data/train: …`.
  public var description: String { "\(path): \(problem)" }
  /// The same as `description`.
  public var errorDescription: String? { description }
}

import Foundation
import Networks
import Wording

/// What is wrong with a weight file, and where.
public struct CheckpointError: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
  /// Path of the file.
  public var file: String
  /// Place in the file: `tensor 'stem.conv.weight'`, `header`, `metadata 'input'`.
  public var place: String?
  /// What was expected and what was found.
  public var problem: String
  /// What to do about it, where there is something to do.
  public var advice: String?

  /// Describes a fault.
  public init(file: String, place: String? = nil, problem: String, advice: String? = nil) {
    self.file = file
    self.place = place
    self.problem = problem
    self.advice = advice
  }

  /// One line: file, place, problem, advice.
  public var description: String {
    [file, place.map(abbreviated), problem].compactMap { $0 }.joined(separator: ": ")
      + (advice.map { "; " + $0 } ?? "")
  }

  /// The same line.
  public var errorDescription: String? { description }
}

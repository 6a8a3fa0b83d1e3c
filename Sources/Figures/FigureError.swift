import Foundation

/// A figure that could not be drawn or written.
public struct FigureError: Error, CustomStringConvertible, LocalizedError, Equatable {
  /// What went wrong and what to do, in one line.
  public let description: String

  /// The same line, for Foundation's sake.
  public var errorDescription: String? { description }

  init(_ description: String) {
    self.description = description
  }
}

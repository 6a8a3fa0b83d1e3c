import Foundation

/// A picture makes a network compute what is no finite number: its weights are too large, or broken.
///
/// It is about one picture, which is left out; `EngineError` is about all.
public struct NonFiniteOutput: Error, Hashable, Sendable, CustomStringConvertible, LocalizedError {
  /// The first layer in which it shows: `SK_3_4 expand`.
  public var layer: String

  /// One line: where, and what.
  public var description: String {
    "the network's values are not finite from its layer '\(layer)' on"
  }
  /// The same line.
  public var errorDescription: String? { description }
}

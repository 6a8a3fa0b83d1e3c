import Foundation

/// Why a picture could not be read or written.
public struct PictureError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The file, or what stands for it.
  public let path: String
  /// What is wrong with it, in one line.
  public let reason: String

  /// Says that a file has a fault.
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }

  /// `photo.jpg: truncated JPEG: …`.
  public var description: String { "\(path): \(reason)" }
  /// The same as `description`.
  public var errorDescription: String? { description }
}

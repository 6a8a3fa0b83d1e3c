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

  /// Whether the process has no descriptors left, which says nothing of the picture: work has to stop.
  package var isOfProcess: Bool {
    [EMFILE, ENFILE].contains { reason.hasSuffix(String(cString: strerror($0))) }
  }

  /// `photo.jpg: truncated JPEG: …`.
  public var description: String { "\(path): \(reason)" }
  /// The same as `description`.
  public var errorDescription: String? { description }
}

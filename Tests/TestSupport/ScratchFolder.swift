import Foundation

/// A folder of a test's own, removed when the test lets go of it.
public final class ScratchFolder: Sendable {
  /// Where it lies.
  public let url: URL

  /// Makes an empty folder under the system's temporary one.
  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appending(path: "sknet-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in it.
  public func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file and returns its path.
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: url.appending(path: name))
    return path(name)
  }
}

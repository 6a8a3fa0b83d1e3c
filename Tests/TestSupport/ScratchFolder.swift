import Files
import Foundation
import SystemPackage

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

  /// Writes a file whose name is no text.
  @discardableResult
  public func write(_ bytes: [UInt8], toBytes name: [UInt8]) throws -> FilePath {
    guard let name = FilePath(bytes: name) else { throw Errno.invalidArgument }
    let path = FilePath(url.path).appending(name.components)
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
    try file.closeAfter { _ = try file.writeAll(bytes) }
    return path
  }

  /// Makes a link in it.
  public func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: path(name), withDestinationPath: target)
  }

  /// Makes a folder in it.
  public func folder(_ name: String) throws {
    try FileManager.default.createDirectory(
      atPath: path(name), withIntermediateDirectories: true)
  }

  /// Writes a file and returns its path.
  public func write(_ bytes: [UInt8], to name: String) throws -> String {
    try Data(bytes).write(to: url.appending(path: name))
    return path(name)
  }
}

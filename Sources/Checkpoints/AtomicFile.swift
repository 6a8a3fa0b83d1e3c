import Foundation
import Synchronization

/// A file that appears under its name when it is complete, and not before.
///
/// Bytes go to a hidden neighbour, which `commit()` moves into place once the disk has them; a full
/// disk or a kill leaves what was there before.
public struct AtomicFile: ~Copyable {
  private static let serial = Atomic<Int>(0)

  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private var isOpen: Bool

  /// Begins a file.
  ///
  /// - Throws: `CheckpointError` if nothing can be written beside `path`, or it is no regular file.
  public init(path: String) throws(CheckpointError) {
    let obstacle = AtomicFile.obstacle(at: path)
    let url = URL(filePath: path)
    let serial = AtomicFile.serial.add(1, ordering: .relaxed).newValue
    let name = ".\(url.lastPathComponent).\(getpid())-\(serial).partial"
    temporaryPath = url.deletingLastPathComponent().appending(path: name).path
    self.path = path
    descriptor =
      obstacle == nil
      ? open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) : -1
    isOpen = descriptor >= 0
    if let obstacle { throw obstacle }
    if !isOpen {
      throw CheckpointError(file: path, problem: "cannot be written: \(systemMessage(errno))")
    }
  }

  deinit { if isOpen { discard() } }

  /// Appends bytes.
  public mutating func write(_ bytes: [UInt8]) throws(CheckpointError) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure() }
      done += count
    }
  }

  /// Waits for the disk, then gives the file its name.
  public consuming func commit() throws(CheckpointError) {
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else { throw failure() }
    isOpen = false
    close(descriptor)
    // The name is in the folder, so the folder has to reach the disk too; some systems refuse.
    let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// What a rename must not replace, if it is there: a folder, a pipe, `/dev/null`.
  static func obstacle(at path: String) -> CheckpointError? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return nil }
    return CheckpointError(file: path, problem: "exists and is not a regular file")
  }

  private func discard() {
    close(descriptor)
    unlink(temporaryPath)
  }

  private func failure() -> CheckpointError {
    CheckpointError(file: path, problem: "cannot be written: \(systemMessage(errno))")
  }
}

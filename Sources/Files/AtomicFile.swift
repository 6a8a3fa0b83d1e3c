import Foundation
import Synchronization

/// Why a file cannot be written.
package enum WriteProblem: Hashable, Sendable {
  /// Something stands there that a rename must not replace: a folder, a pipe, `/dev/null`.
  case notRegular
  /// What the system says.
  case system(String)
}

/// A file that appears under its name when it is complete, and not before.
///
/// Bytes go to a hidden neighbour, which `commit()` moves into place once the disk has them; a full
/// disk or a kill leaves what was there before.
package struct AtomicFile<Failure: Error>: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let descriptor: Int32
  private let failure: (WriteProblem) -> Failure
  private var isOpen: Bool

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where it appears.
  ///   - failure: The error for a problem, here and later.
  /// - Throws: That error if nothing can be written beside `path`, or it is no regular file.
  package init(
    path: String, failure: @escaping (WriteProblem) -> Failure
  ) throws(Failure) {
    let isFree = AtomicFile.canReplace(path)
    let url = URL(filePath: path)
    let number = serial.add(1, ordering: .relaxed).newValue
    let name = ".\(url.lastPathComponent).\(getpid())-\(number).partial"
    temporaryPath = url.deletingLastPathComponent().appending(path: name).path
    self.path = path
    self.failure = failure
    descriptor =
      isFree ? open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) : -1
    isOpen = descriptor >= 0
    if !isOpen { throw isFree ? systemFailure() : failure(.notRegular) }
  }

  deinit { if isOpen { discard() } }

  /// Appends bytes.
  package mutating func write(_ bytes: [UInt8]) throws(Failure) {
    var done = 0
    while done < bytes.count {
      let count = bytes.withUnsafeBytes {
        Foundation.write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw systemFailure() }
      done += count
    }
  }

  /// Waits for the disk, then gives the file its name.
  package consuming func commit() throws(Failure) {
    guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else { throw systemFailure() }
    isOpen = false
    close(descriptor)
    // The name is in the folder, so the folder has to reach the disk too; some systems refuse.
    let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  /// Whether there is nothing of that name, or a regular file.
  package static func canReplace(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  private func discard() {
    close(descriptor)
    unlink(temporaryPath)
  }

  private func systemFailure() -> Failure { failure(.system(String(cString: strerror(errno)))) }
}

/// Tells the temporary files of a process apart.
private let serial = Atomic<Int>(0)

import Foundation
import SystemPackage

/// An advisory lock on a folder: one writer at a time, released when its process ends.
package final class FolderLock {
  static let fileName = "run.lock"
  /// What a lock leaves in its folder.
  package static let fileNames: Set = [fileName]
  private var descriptor: Int32

  /// Takes the lock.
  ///
  /// - Throws: `RecordingError.busy` if another process, or another store of this one, holds it.
  package init(_ folder: String) throws {
    let path = FilePath(folder).appending(Self.fileName).string
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RecordingError.storage(
        folder: folder, reason: "cannot be written: \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let reason = errno
      release()
      guard reason == EWOULDBLOCK else {
        throw RecordingError.storage(
          folder: folder, reason: "cannot be locked: \(String(cString: strerror(reason)))")
      }
      throw RecordingError.busy(folder: folder)
    }
  }

  /// Gives the folder up; the file stays, so that no two processes lock different ones.
  package func release() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
  }

  deinit { release() }
}

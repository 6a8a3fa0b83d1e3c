import Foundation
import Synchronization
import SystemPackage

/// An advisory lock on a folder: one writer at a time, released when its process ends.
///
/// A POSIX record lock, because that belongs to one process. `flock` and `F_OFD_SETLK` lock the open file
/// description, which every forked child shares: until it executes another program, or for ever if it
/// does not, it keeps the lock of a parent that has closed the file or was killed. O_CLOEXEC closes a
/// descriptor at the other end of that time. Over NFS Linux makes record locks of all three.
///
/// What record locks are notorious for is provided against here. They do not keep a process from its own
/// locks, so the process lists what it holds. And closing *any* descriptor of a file gives up the
/// process's locks on it, so a second descriptor of a held file stays open until the first is closed, and
/// nothing else opens the file. SQLite's record locks lie on other files.
package final class FolderLock {
  static let fileName = "run.lock"
  /// What a lock leaves in its folder.
  package static let fileNames: Set = [fileName]
  private let descriptor: Int32
  private var identity: FileIdentity?

  /// Descriptors of the files that this process has locked, beside the holders' own.
  private static let held = Mutex<[FileIdentity: [Int32]]>([:])

  /// Takes the lock.
  ///
  /// - Throws: `RecordingError.busy` if another process, or another store of this one, holds it.
  package init(_ folder: String) throws {
    let path = RunDatabase.path(of: Self.fileName, in: folder)
    func failure(_ word: String, _ number: Int32) -> RecordingError {
      .storage(folder: folder, reason: "\(word): \(String(cString: strerror(number)))")
    }
    (descriptor, identity) = try Self.held.withLock { held in
      // A link would make an empty file elsewhere; a pipe must not be waited for.
      let descriptor = open(
        path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0o644)
      guard descriptor >= 0 else {
        throw errno == ELOOP
          ? RecordingError.storage(folder: folder, reason: "\(Self.fileName) is a link")
          : failure("cannot be written", errno)
      }
      guard let identity = FileIdentity(descriptor: descriptor) else {
        close(descriptor)
        throw RecordingError.storage(folder: folder, reason: "\(Self.fileName) is no file")
      }
      if let others = held[identity] {
        held[identity] = others + [descriptor]
        throw RecordingError.busy(folder: folder)
      }
      var whole = flock()
      whole.l_type = Int16(F_WRLCK)
      whole.l_whence = Int16(SEEK_SET)
      guard fcntl(descriptor, F_SETLK, &whole) == 0 else {
        let reason = errno
        close(descriptor)
        guard reason == EACCES || reason == EAGAIN else {
          throw failure("cannot be locked", reason)
        }
        throw RecordingError.busy(folder: folder)
      }
      held[identity] = []
      return (descriptor, identity)
    }
  }

  /// Gives the folder up; the file stays, so that no two processes lock different ones.
  package func release() {
    guard let identity else { return }
    self.identity = nil
    Self.held.withLock { held in
      for other in held.removeValue(forKey: identity) ?? [] { close(other) }
      close(descriptor)
    }
  }

  deinit { release() }
}

import Foundation

extension FolderLock {
  /// Whether some other process holds a folder's lock, asked without taking it.
  ///
  /// Not to be asked of a folder that this process writes: closing any descriptor of a locked file gives the
  /// lock up.
  package static func isHeldElsewhere(_ folder: String) -> Bool {
    let path = RunDatabase.path(of: fileName, in: folder)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var lock = flock()
    lock.l_type = Int16(F_WRLCK)
    lock.l_whence = Int16(SEEK_SET)
    return fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != Int16(F_UNLCK)
  }
}

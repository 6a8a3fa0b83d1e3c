import Foundation
import Synchronization
import SystemPackage

/// A file under a name that nobody can guess, which its writer holds by a lock.
///
/// The lock tells a file that is being written from one whose writer was killed, whichever machine or
/// container the writer is on. It is the file's own, so that it ends with the writer.
struct TemporaryFile {
  let path: FilePath
  let descriptor: Int32

  private static let ending = ".partial"
  private static let digits = 32

  /// Makes a file.
  ///
  /// - Parameters:
  ///   - folder: Where.
  ///   - name: Of the file that it is to become.
  ///   - mode: Its permissions, from which the process's mask is taken.
  /// - Throws: What the system says.
  init(in folder: FilePath, for name: String, mode: mode_t) throws(WriteProblem) {
    Self.removeLeftovers(in: folder)
    while true {
      let path = folder.appending(Self.name(for: name))
      let descriptor = path.withPlatformString {
        open($0, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
      }
      guard descriptor >= 0 else {
        if errno == EEXIST { continue }
        throw WriteProblem(number: errno)
      }
      // Somebody who looks for leftovers may have been quicker than the lock.
      var status = stat()
      let isTaken = flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK
      if !isTaken, fstat(descriptor, &status) == 0, status.st_nlink > 0 {
        (self.path, self.descriptor) = (path, descriptor)
        return
      }
      close(descriptor)
    }
  }

  /// `.NAME.DIGITS.partial`, NAME cut where a file system would not take the whole.
  private static func name(for name: String) -> String {
    var kept = ""
    for scalar in name.unicodeScalars {
      guard kept.utf8.count + 4 + digits + ending.utf8.count + 2 <= 255 else { break }
      kept.unicodeScalars.append(scalar)
    }
    let random = (0..<digits).map { _ in
      String(UInt8.random(in: 0..<16), radix: 16)
    }
    return ".\(kept).\(random.joined())\(ending)"
  }

  /// Whether a name is one that `name(for:)` makes.
  static func isOne(_ name: String) -> Bool {
    guard name.hasPrefix("."), name.hasSuffix(ending) else { return false }
    let parts = name.utf8.dropLast(ending.utf8.count)
    guard parts.count > digits + 2, parts.dropLast(digits).last == UInt8(ascii: ".") else {
      return false
    }
    return parts.suffix(digits).allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
  }

  /// A folder under a name: the numbers of folders that are gone are given to others.
  private struct Place: Hashable {
    let path: FilePath
    let identity: FilePath.Identity
  }

  private static let searched = Mutex<Set<Place>>([])

  /// Removes what killed writers left in a folder, once for each folder and process.
  private static func removeLeftovers(in folder: FilePath) {
    guard let identity = try? folder.identity() else { return }
    let place = Place(path: folder, identity: identity)
    guard searched.withLock({ $0.insert(place).inserted }) else { return }
    sweep(folder)
  }

  /// Removes what killed writers left in a folder.
  static func sweep(_ folder: FilePath) {
    for name in (try? folder.names()) ?? [] where isOne(name.string) {
      let path = folder.appending(name)
      let descriptor = path.withPlatformString {
        open($0, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      }
      guard descriptor >= 0 else { continue }
      var (opened, named) = (stat(), stat())
      // Without its writer's lock, this user's, and still the file of that name.
      if fstat(descriptor, &opened) == 0, opened.st_mode & S_IFMT == S_IFREG,
        opened.st_uid == geteuid(), flock(descriptor, LOCK_EX | LOCK_NB) == 0,
        path.withPlatformString({ lstat($0, &named) }) == 0, named.st_dev == opened.st_dev,
        named.st_ino == opened.st_ino
      {
        path.unlink()
      }
      close(descriptor)
    }
  }
}

extension FilePath {
  /// Takes the name away; without a word, as there is nobody to tell.
  func unlink() { _ = withPlatformString { Foundation.unlink($0) } }
}

/// Removes what killed writers left in a folder; what is being written stays.
package func removeLeftovers(in folder: FilePath) { TemporaryFile.sweep(folder) }

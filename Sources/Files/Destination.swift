import Foundation
import SystemPackage

/// Where the bytes that are written to a path go.
package enum Destination {
  /// A file's path with no link at its end, and what is known of the file if there is one.
  case file(FilePath, replacing: stat?)
  /// A device, a pipe, or one of the process's own descriptors, open for writing.
  case stream(Int32)

  /// Whether links are followed.
  package enum Links: Sendable {
    /// To what they lead to, as for every path that a user names.
    case followed
    /// Not at all, as for files that a program makes in a folder of its own.
    case refused
  }

  /// Finds out where a path leads.
  ///
  /// A pipe is waited for until somebody reads it. Disks and sockets are not written to.
  ///
  /// - Throws: What keeps it from being written.
  package init(_ path: FilePath, links: Links = .followed) throws(WriteProblem) {
    var path = path
    // As many links as Linux itself follows.
    for _ in 0..<40 {
      var status = stat()
      guard path.withPlatformString({ lstat($0, &status) }) == 0 else {
        guard errno == ENOENT, path.lastComponent?.kind == .regular else {
          throw WriteProblem(number: errno)
        }
        self = .file(path, replacing: nil)
        return
      }
      switch status.st_mode & S_IFMT {
      case S_IFREG:
        guard path.withPlatformString({ faccessat(AT_FDCWD, $0, W_OK, AT_EACCESS) }) == 0 else {
          throw WriteProblem(number: errno)
        }
        self = .file(path, replacing: status)
        return
      case S_IFCHR, S_IFIFO:
        self = .stream(try Self.opened(path))
        return
      case S_IFLNK:
        guard links == .followed else { throw .link }
        if let number = Self.ownDescriptor(path) {
          let copy = fcntl(number, F_DUPFD_CLOEXEC, 3)
          guard copy >= 0 else { throw WriteProblem(number: errno) }
          self = .stream(copy)
          return
        }
        path = try Self.target(ofLink: path)
      default: throw .notRegular
      }
    }
    throw WriteProblem(number: ELOOP)
  }

  private static func opened(_ path: FilePath) throws(WriteProblem) -> Int32 {
    let descriptor = path.withPlatformString {
      open($0, O_WRONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC)
    }
    guard descriptor >= 0 else { throw WriteProblem(number: errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0,
      [S_IFCHR, S_IFIFO].contains(status.st_mode & S_IFMT)
    else {
      close(descriptor)
      throw .notRegular
    }
    return descriptor
  }

  /// The number of the descriptor that a path such as `/dev/fd/1` stands for.
  ///
  /// Following it to the file that it was opened with would write a second file of that name.
  private static func ownDescriptor(_ path: FilePath) -> Int32? {
    guard let name = path.lastComponent, let number = Int32(name.string), number >= 0,
      let real = path.folder.withPlatformString({ realpath($0, nil) })
    else { return nil }
    defer { free(real) }
    return String(cString: real) == "/proc/\(getpid())/fd" ? number : nil
  }

  private static func target(ofLink path: FilePath) throws(WriteProblem) -> FilePath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = path.withPlatformString { readlink($0, &buffer, buffer.count) }
    guard count > 0, count < buffer.count else {
      throw WriteProblem(number: count < 0 ? errno : ENAMETOOLONG)
    }
    return path.folder.pushing(FilePath(platformString: Array(buffer[..<count]) + [0]))
  }
}

extension FilePath {
  /// The folder that holds what the path names, `.` for a name alone.
  var folder: FilePath {
    let folder = removingLastComponent()
    return folder.isEmpty ? "." : folder
  }
}

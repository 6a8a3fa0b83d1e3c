import Foundation
import Synchronization
import SystemPackage

/// Which file something is, whatever it is called.
struct FileIdentity: Hashable, Sendable {
  private let device: UInt64
  private let inode: UInt64

  /// The regular file that a descriptor is open on; nil for anything else.
  init?(descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    self.init(status)
  }

  /// The file that has a status.
  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
  }
}

/// The databases that this process has open.
///
/// No other descriptor of one may be closed meanwhile: that would give up SQLite's own record locks.
enum OpenDatabases {
  private static let counts = Mutex<[FileIdentity: Int]>([:])

  static func contains(_ identity: FileIdentity) -> Bool { counts.withLock { $0[identity] != nil } }

  static func add(_ identity: FileIdentity) { counts.withLock { $0[identity, default: 0] += 1 } }

  static func remove(_ identity: FileIdentity) {
    counts.withLock { $0[identity] = $0[identity].flatMap { $0 > 1 ? $0 - 1 : nil } }
  }
}

/// Notices that somebody cut, replaced or deleted a database while it is being written.
///
/// SQLite goes on with the files that it has opened, wherever their names went, and would report as
/// recorded what nobody will find again. No file of a database that is open becomes shorter by itself.
struct DatabaseWatch {
  private struct Known {
    let identity: FileIdentity
    let size: Int64
  }

  private let path: String
  private var known: [String: Known] = [:]

  /// Watches the database at a path from `note()` on.
  init(path: String) { self.path = path }

  /// Takes the files as they are.
  mutating func note() {
    for name in [path, path + "-wal"] { known[name] = Self.look(name) }
  }

  /// What happened to the files since, in words that follow a file's name; nil if nothing did.
  func change() -> (file: String, what: String)? {
    for name in [path, path + "-wal"] {
      guard let before = known[name] else { continue }
      let file = FilePath(name).lastComponent?.string ?? name
      guard let now = Self.look(name) else { return (file, "was deleted") }
      guard now.identity == before.identity else { return (file, "was replaced by another file") }
      guard now.size >= before.size else { return (file, "was cut short") }
    }
    return nil
  }

  /// Bytes of the database and its log.
  var byteCount: Int64 {
    [path, path + "-wal"].reduce(0) { $0 + (Self.look($1)?.size ?? 0) }
  }

  private static func look(_ path: String) -> Known? {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Known(identity: FileIdentity(status), size: Int64(status.st_size))
  }
}

import Foundation
import SystemPackage

/// What lies where a run's database belongs, told from its first bytes.
///
/// SQLite is not asked: opening another program's database may change it.
enum DatabaseKind: Equatable {
  case absent
  /// No bytes yet, as SQLite leaves a file until it first writes.
  case blank
  /// A database that this tool made.
  case run
  /// One of this tool's, in a format of a later version.
  case newer
  /// Something else, with the reason for thinking so.
  case foreign(String)

  /// "sknt", which SQLite keeps at byte 68 of its header.
  static let applicationID: UInt32 = 0x736B_6E74
  /// SQLite's `user_version`, at byte 60; the first version left it at 0.
  ///
  /// It rises when a change is more than a migration that is told by its name.
  static let formatVersion: UInt32 = 1

  /// Looks at a file.
  ///
  /// - Throws: `RecordingError.storage` if it cannot be read.
  init(path: String, folder: String) throws {
    let name = FilePath(path).lastComponent?.string ?? path
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT else { throw Self.unreadable(name, folder) }
      self = .absent
      return
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      self = .foreign("\(name) is no file")
      return
    }
    guard status.st_size > 0 else {
      self = .blank
      return
    }
    if OpenDatabases.contains(FileIdentity(status)) {
      self = .run
      return
    }
    guard let file = FileHandle(forReadingAtPath: path),
      let header = try? file.read(upToCount: 100)
    else { throw Self.unreadable(name, folder) }
    guard header.count == 100, header.starts(with: Data("SQLite format 3\0".utf8)) else {
      self = .foreign("\(name) is not a database")
      return
    }
    func number(at place: Int) -> UInt32 {
      header[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
    guard number(at: 68) == Self.applicationID else {
      self = .foreign("\(name) is another program's database")
      return
    }
    self = number(at: 60) > Self.formatVersion ? .newer : .run
  }

  /// What in the files beside a database would make SQLite write elsewhere; nil if nothing does.
  ///
  /// It follows links when it opens its logs and overwrites what they lead to, and deletes the file that
  /// a rollback journal names as that of a transaction over several databases. This tool makes neither.
  static func trap(beside path: String) -> String? {
    for suffix in ["-wal", "-shm", "-journal"] {
      let name = (FilePath(path).lastComponent?.string ?? path) + suffix
      var status = stat()
      guard lstat(path + suffix, &status) == 0 else { continue }
      guard status.st_mode & S_IFMT == S_IFREG else { return "\(name) is no file of its own" }
      if suffix == "-journal", endsInOtherJournal(path + suffix) {
        return "\(name) names another file"
      }
    }
    return nil
  }

  /// Whether a rollback journal ends with the magic number that stands behind another journal's name.
  private static func endsInOtherJournal(_ path: String) -> Bool {
    let magic = Data([0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7])
    guard let file = FileHandle(forReadingAtPath: path), let end = try? file.seekToEnd(),
      end >= magic.count, (try? file.seek(toOffset: end - UInt64(magic.count))) != nil
    else { return false }
    return (try? file.read(upToCount: magic.count)) == magic
  }

  private static func unreadable(_ name: String, _ folder: String) -> RecordingError {
    .storage(folder: folder, reason: "\(name) cannot be read: \(String(cString: strerror(errno)))")
  }
}

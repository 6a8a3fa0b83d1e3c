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
  /// Something else, with the reason for thinking so.
  case foreign(String)

  /// "sknt", which SQLite keeps at byte 68 of its header.
  static let applicationID: UInt32 = 0x736B_6E74

  /// Looks at a file.
  ///
  /// - Throws: `RecordingError.storage` if it cannot be read.
  init(path: String, folder: String) throws {
    let name = FilePath(path).lastComponent?.string ?? path
    var status = stat()
    guard stat(path, &status) == 0 else {
      if errno == ENOENT { self = .absent; return }
      throw Self.unreadable(name, folder)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      self = .foreign("\(name) is no file")
      return
    }
    guard status.st_size > 0 else {
      self = .blank
      return
    }
    guard let file = FileHandle(forReadingAtPath: path),
      let header = try? file.read(upToCount: 100)
    else { throw Self.unreadable(name, folder) }
    guard header.count == 100, header.starts(with: Data("SQLite format 3\0".utf8)) else {
      self = .foreign("\(name) is not a database")
      return
    }
    let identifier = header[68..<72].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    self =
      identifier == Self.applicationID ? .run : .foreign("\(name) is another program's database")
  }

  private static func unreadable(_ name: String, _ folder: String) -> RecordingError {
    .storage(folder: folder, reason: "\(name) cannot be read: \(String(cString: strerror(errno)))")
  }
}

import Foundation
import GRDB

/// What the stores' databases have in common.
enum RunDatabase {
  /// Names of a database and of what SQLite lays beside it, the database first.
  static func files(of name: String) -> [String] {
    [name, name + "-wal", name + "-shm", name + "-journal"]
  }

  /// Makes a store's folder, and those around it, unless it is there.
  static func makeFolder(_ folder: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw RecordingError.storage(
        folder: folder, reason: "the folder cannot be made: \(RecordingError.cause(of: error))")
    }
  }

  /// Opens a database whose every commit reaches the disk.
  static func open(_ path: String) throws -> DatabaseQueue {
    var configuration = Configuration()
    // Beginning to log waits for those who read the run at rest; logging itself does not.
    configuration.busyMode = .timeout(60)
    configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  /// Marks a database as this tool's.
  static func sign(_ database: DatabaseQueue) throws {
    try database.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA application_id = \(DatabaseKind.applicationID)")
    }
  }
}

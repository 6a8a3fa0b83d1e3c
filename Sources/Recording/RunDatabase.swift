import Foundation
import GRDB
import GRDBSQLite
import SystemPackage

/// An SQLite database in a folder: what the stores have in common.
///
/// Whatever it holds may be a stranger's or spoilt. Only the tables that this tool makes are accepted, as
/// it makes them, so that nothing hides behind their names; what is read is bounded in size and in the
/// work that it may cause.
final class RunDatabase {
  let folder: String
  let fileName: String
  /// Whether the run's lock is held.
  let isForWriting: Bool
  private let queue: DatabaseQueue
  private let budget: QueryBudget
  private let lock: FolderLock?
  private let identity: FileIdentity?
  private var watch: DatabaseWatch
  private var isWatching = false
  private var isLost = false

  /// The longest cell that is read or written, in bytes; outputs of a million classes have 4 MB.
  private static let longestCell: Int32 = 64 << 20

  /// Opens a database, or makes an empty one under a lock.
  ///
  /// - Throws: `RecordingError` if it is damaged, a later version's, or holds what this tool does not make.
  init(folder: String, fileName: String, migrator: DatabaseMigrator, lock: FolderLock?) throws {
    self.folder = folder
    self.fileName = fileName
    self.lock = lock
    isForWriting = lock != nil
    let path = Self.path(of: fileName, in: folder)
    if let reason = DatabaseKind.trap(beside: path) {
      throw RecordingError.storage(folder: folder, reason: reason)
    }
    let budget = QueryBudget()
    self.budget = budget
    watch = DatabaseWatch(path: path)
    var status = stat()
    let isThere = stat(path, &status) == 0
    if isThere { OpenDatabases.add(FileIdentity(status)) }
    do {
      budget.renew(bytes: watch.byteCount)
      queue = try RecordingError.mapping(folder, file: fileName) { try Self.open(path, budget) }
    } catch {
      if isThere { OpenDatabases.remove(FileIdentity(status)) }
      throw error
    }
    if !isThere, stat(path, &status) == 0 {
      OpenDatabases.add(FileIdentity(status))
      identity = FileIdentity(status)
    } else {
      identity = isThere ? FileIdentity(status) : nil
    }
    try read { try SchemaCheck(migrator).check($0, of: self) }
  }

  /// Leaves one plain file behind, unless somebody reads it just now.
  deinit {
    guard !isLost, !isWatching || watch.change() == nil else {
      // Closing would copy the log into a file that is no longer the run's. The process ends soon.
      _ = Unmanaged.passRetained(queue)
      return
    }
    if isForWriting, isWatching {
      budget.renew(bytes: watch.byteCount)
      try? queue.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA busy_timeout = 0")
        _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
      }
    }
    try? queue.close()
    if let identity { OpenDatabases.remove(identity) }
  }

  static func path(of name: String, in folder: String) -> String {
    FilePath(folder).appending(name).string
  }

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
  private static func open(_ path: String, _ budget: QueryBudget) throws -> DatabaseQueue {
    var configuration = Configuration()
    // Beginning to log waits for those who read the run at rest; logging itself does not.
    configuration.busyMode = .timeout(60)
    // Before the schema is read.
    configuration.prepareDatabase { database in
      budget.watch(database)
      sqlite3_limit(database.sqliteConnection, SQLITE_LIMIT_LENGTH, longestCell)
      // Memory that is mapped from a file ends the process when somebody cuts the file.
      try database.execute(
        sql: """
          PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;
          PRAGMA synchronous = FULL
          """)
    }
    return try DatabaseQueue(path: path, configuration: configuration)
  }

  // MARK: Access

  /// Reads, with errors in our words.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try checkFiles()
    budget.renew(bytes: watch.byteCount)
    return try RecordingError.mapping(folder, file: fileName) { try queue.read(body) }
  }

  /// Changes the database in one transaction that is on the disk when this returns.
  ///
  /// - Throws: `RecordingError`, also if the file is no longer the one that was opened.
  func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    guard isForWriting else {
      throw RecordingError.storage(folder: folder, reason: "was opened for reading")
    }
    try checkFiles()
    budget.renew(bytes: watch.byteCount)
    let value = try RecordingError.mapping(folder, file: fileName) { try queue.write(body) }
    try checkFiles()
    watch.note()
    isWatching = true
    return value
  }

  /// Goes over to a write-ahead log: one flush a commit, and others may read.
  func beginLogging() throws -> Bool {
    try checkFiles()
    let isLogging = try RecordingError.mapping(folder, file: fileName) {
      try queue.writeWithoutTransaction {
        try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") == "wal"
      }
    }
    watch.note()
    isWatching = true
    return isLogging
  }

  /// Marks the database as this tool's and brings its tables up to date.
  func prepare(_ migrator: DatabaseMigrator) throws {
    try RecordingError.mapping(folder, file: fileName) {
      try queue.writeWithoutTransaction { database in
        for (pragma, value) in [
          ("application_id", DatabaseKind.applicationID),
          ("user_version", DatabaseKind.formatVersion),
        ] where try UInt32.fetchOne(database, sql: "PRAGMA \(pragma)") != value {
          try database.execute(sql: "PRAGMA \(pragma) = \(value)")
        }
      }
      try migrator.migrate(queue)
    }
    watch.note()
    isWatching = true
  }

  private func checkFiles() throws {
    guard isWatching, let (file, what) = watch.change() else { return }
    isLost = true
    throw RecordingError.damaged(
      folder: folder, file: file,
      reason: "\(what) while it was being written; nothing more is recorded")
  }
}

/// How much work SQLite may do for one access, so that a database whose pages lead in circles comes to an end.
///
/// Used on the connection's queue alone, between and during its accesses.
private final class QueryBudget: @unchecked Sendable {
  private var left = 0
  private static let step: Int32 = 10_000

  /// Reading a row takes some dozen of SQLite's instructions, and a row some dozen bytes.
  func renew(bytes: Int64) { left = 20_000_000 + 64 * Int(clamping: bytes) }

  func watch(_ database: Database) {
    sqlite3_progress_handler(
      database.sqliteConnection, Self.step,
      { context in
        guard let context else { return 0 }
        return Unmanaged<QueryBudget>.fromOpaque(context).takeUnretainedValue().spend()
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  private func spend() -> Int32 {
    left -= Int(Self.step)
    return left < 0 ? 1 : 0
  }
}

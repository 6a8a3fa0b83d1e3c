import Foundation
import GRDB
import SystemPackage

/// The store of many jobs' outcomes: an SQLite database in the folder that holds all of them.
///
/// An outcome is a document under a key, with the text of what was asked for. It is recorded in one
/// transaction, so that a process that is killed loses the job it was at and nothing else. One process
/// at a time may write.
public final class OutcomeStore {
  /// Name of the database within the folder.
  public static let fileName = "ablation.sqlite"

  /// What came of a job.
  public struct Outcome: Equatable, Sendable {
    /// What was asked for, as canonical JSON.
    public var specification: String
    /// The document.
    public var content: String
  }

  /// The folder.
  public let folder: String
  let database: DatabaseQueue
  private let lock: FolderLock?
  var isForWriting: Bool { lock != nil }

  /// Opens a folder's store.
  ///
  /// - Parameters:
  ///   - folder: Made, with an empty store, if outcomes may be recorded and there is none.
  ///   - forWriting: Whether outcomes may be recorded.
  /// - Throws: `RecordingError` if there is none, it is damaged, another program's or a newer version's,
  ///   or another process writes it.
  public init(folder: String, forWriting: Bool) throws {
    self.folder = folder
    let path = Self.path(in: folder)
    if forWriting, !Self.isIn(folder),
      let others = try FolderListing.strangers(
        in: folder, besides: FolderLock.fileNames.union(RunDatabase.files(of: Self.fileName)))
    {
      throw RecordingError.storage(folder: folder, reason: "\(others); choose another --out")
    }
    if forWriting { try RunDatabase.makeFolder(folder) }
    lock = forWriting ? try FolderLock(folder) : nil
    switch try DatabaseKind(path: path, folder: folder) {
    case .foreign(let reason): throw RecordingError.storage(folder: folder, reason: reason)
    case .absent, .blank:
      guard forWriting else {
        throw RecordingError.storage(folder: folder, reason: "holds no \(Self.fileName)")
      }
    case .run: break
    }
    database = try RecordingError.mapping(folder, file: Self.fileName) {
      try RunDatabase.open(path)
    }
    try RecordingError.mapping(folder, file: Self.fileName) {
      if try database.read({ try Self.migrator.hasBeenSuperseded($0) }) {
        throw RecordingError.newer(folder: folder)
      }
      guard forWriting else { return }
      try RunDatabase.sign(database)
      try Self.migrator.migrate(database)
    }
  }

  /// Whether a folder holds such a store.
  public static func isIn(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: path(in: folder))
  }

  private static func path(in folder: String) -> String {
    FilePath(folder).appending(fileName).string
  }

  /// The tables; migrations are only ever appended.
  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: outcomes") { database in
      try database.execute(
        sql: """
          CREATE TABLE outcome (
            key TEXT PRIMARY KEY,
            specification TEXT NOT NULL,
            content TEXT NOT NULL
          ) WITHOUT ROWID;
          """)
    }
    FileManifest.register(in: &migrator, begunIf: "SELECT COUNT(*) > 0 FROM outcome")
    return migrator
  }

  /// What came of a job; nil if it was not done.
  public func outcome(_ key: String) throws -> Outcome? {
    try RecordingError.mapping(folder, file: Self.fileName) {
      try database.read { database in
        guard try database.tableExists("outcome") else { return nil }
        return try Row.fetchOne(
          database, sql: "SELECT specification, content FROM outcome WHERE key = ?",
          arguments: [key]
        ).map { Outcome(specification: $0["specification"], content: $0["content"]) }
      }
    }
  }

  /// Records what came of a job, in the place of what there was.
  public func record(_ key: String, specification: String, content: String) throws {
    guard lock != nil else {
      throw RecordingError.storage(folder: folder, reason: "was opened for reading")
    }
    try RecordingError.mapping(folder, file: Self.fileName) {
      try database.write {
        try $0.execute(
          sql: "INSERT OR REPLACE INTO outcome (key, specification, content) VALUES (?, ?, ?)",
          arguments: [key, specification, content])
      }
    }
  }
}

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

  /// The kind of experiment whose outcomes it keeps.
  public static let kind = "ablation"

  /// What came of a job.
  public struct Outcome: Equatable, Sendable {
    /// What was asked for, as canonical JSON.
    public var specification: String
    /// The document.
    public var content: String
  }

  /// The folder.
  public let folder: String
  let database: RunDatabase
  var isForWriting: Bool { database.isForWriting }

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
    let lock = forWriting ? try FolderLock(folder) : nil
    switch try DatabaseKind(path: path, folder: folder) {
    case .foreign(let reason): throw RecordingError.storage(folder: folder, reason: reason)
    case .newer: throw RecordingError.newer(folder: folder)
    case .absent, .blank:
      guard forWriting else {
        throw RecordingError.storage(folder: folder, reason: "holds no \(Self.fileName)")
      }
    case .run: break
    }
    database = try RunDatabase(
      folder: folder, fileName: Self.fileName, migrator: Self.migrator, lock: lock)
    if forWriting { try database.prepare(Self.migrator) }
  }

  /// Whether a folder holds such a store.
  public static func isIn(_ folder: String) -> Bool {
    FileManager.default.fileExists(atPath: path(in: folder))
  }

  private static func path(in folder: String) -> String {
    RunDatabase.path(of: fileName, in: folder)
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
    try database.read { database in
      guard try database.tableExists("outcome"),
        let row = try Row.fetchOne(
          database, sql: "SELECT specification, content FROM outcome WHERE key = ?",
          arguments: [key])
      else { return nil }
      let outcome = StoreRow(row, in: self.database, "table outcome, row '\(key)'")
      return Outcome(
        specification: try outcome.text("specification", atMost: Self.longestText),
        content: try outcome.text("content", atMost: Self.longestText))
    }
  }

  /// Keys of all outcomes.
  public func keys() throws -> Set<String> {
    try database.read { database in
      guard try database.tableExists("outcome") else { return [] }
      return try String.fetchSet(database, sql: "SELECT key FROM outcome")
    }
  }

  /// The longest document, in bytes.
  private static let longestText = 64 << 20

  /// Records what came of a job, in the place of what there was.
  public func record(_ key: String, specification: String, content: String) throws {
    try database.write {
      try $0.execute(
        sql: "INSERT OR REPLACE INTO outcome (key, specification, content) VALUES (?, ?, ?)",
        arguments: [key, specification, content])
    }
  }
}

import GRDB

/// A store that knows which files its run wrote beside it.
///
/// Names are relative to the folder, with `/` between them. Whoever reads them minds that a store may be a
/// stranger's.
package protocol FileKeeper {
  /// The store's folder.
  var folder: String { get }
  /// Name of the database within it.
  var databaseName: String { get }

  /// Names of the files that the run wrote.
  ///
  /// - Throws: `RecordingError` if the store cannot be read.
  func ownFiles() throws -> Set<String>

  /// Notes names before their files are written.
  ///
  /// - Throws: `RecordingError` if the store cannot be written.
  func claim(_ names: [String]) throws
}

/// The table of the files that a run wrote into its folder.
package enum FileManifest {
  /// Stands for all names that runs used before they were noted.
  package static let legacy = "*"

  /// The migration that makes the table; of a run begun before, whatever has a known name is its own.
  static func register(in migrator: inout DatabaseMigrator, begunIf isBegun: String) {
    migrator.registerMigration("files: what the run wrote beside its store") { database in
      try database.execute(sql: "CREATE TABLE file (name TEXT PRIMARY KEY)")
      if try Bool.fetchOne(database, sql: isBegun) == true {
        try insert([legacy], into: database)
      }
    }
  }

  /// The names; without the table, those of before.
  static func names(_ database: Database) throws -> Set<String> {
    guard try database.tableExists("file") else { return [legacy] }
    // More than any run writes: a stranger's table may have no end.
    return try Set(String.fetchAll(database, sql: "SELECT name FROM file LIMIT 1000000"))
  }

  static func insert(_ names: [String], into database: Database) throws {
    for name in names {
      try database.execute(sql: "INSERT OR IGNORE INTO file VALUES (?)", arguments: [name])
    }
  }
}

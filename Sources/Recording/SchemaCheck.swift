import Foundation
import GRDB
import Wording

/// Accepts a database only if its tables are those that the migrations make, to the letter.
///
/// A view, trigger, virtual table or generated column by the name of ours could take for ever, or run what a
/// stranger wrote. So the migrations that the database says it has had are carried out in memory, and the two
/// schemas compared.
struct SchemaCheck {
  private let migrator: DatabaseMigrator

  /// Where GRDB keeps the names of the migrations.
  private static let migrations = "grdb_migrations"
  /// More objects and migrations than any version has.
  private static let most = 1000

  init(_ migrator: DatabaseMigrator) { self.migrator = migrator }

  /// - Throws: `RecordingError` for what is foreign, and for a database of a later version.
  func check(_ database: Database, of store: RunDatabase) throws {
    func damaged(_ reason: String) -> RecordingError {
      .damaged(folder: store.folder, file: store.fileName, reason: reason)
    }
    let version = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
    guard version <= DatabaseKind.formatVersion else {
      throw RecordingError.newer(folder: store.folder)
    }
    let found = try Self.objects(of: database)
    guard found.count < Self.most else { throw damaged("holds too many tables") }
    if let strange = found.first(where: { !$0.isPlain }) {
      throw damaged(
        "holds the \(strange.type) '\(abbreviated(strange.name))', which this tool does not make")
    }
    guard !found.isEmpty else { return }
    guard found.contains(where: { $0.type == "table" && $0.name == Self.migrations }) else {
      throw damaged("its tables are not this tool's")
    }
    let applied = try String.fetchAll(
      database, sql: "SELECT identifier FROM \(Self.migrations) LIMIT \(Self.most)")
    guard applied.allSatisfy(migrator.migrations.contains) else {
      throw RecordingError.newer(folder: store.folder)
    }
    let expected = try Self.schema(after: applied, migrator)
    guard found == expected else {
      let wrong = found.symmetricDifference(expected).map(\.name).min() ?? ""
      throw damaged("its table '\(abbreviated(wrong))' is not as this tool makes it")
    }
  }

  /// A table or index as SQLite describes it.
  private struct Object: Hashable {
    let type: String
    let name: String
    let table: String
    /// The statement that made it, without spaces and quotation marks; nil of a key's own index.
    let statement: String?

    var isPlain: Bool {
      (type == "table" || type == "index") && statement?.hasPrefix("createvirtual") != true
    }
  }

  private static func objects(of database: Database) throws -> Set<Object> {
    let rows = try Row.fetchAll(
      database, sql: "SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT \(most)")
    return Set(
      try rows.map { row in
        let statement = try row.decode(String?.self, atIndex: 3)
        return Object(
          type: try row.decode(atIndex: 0), name: try row.decode(atIndex: 1),
          table: try row.decode(atIndex: 2),
          statement: statement.map {
            $0.lowercased().filter { !$0.isWhitespace && $0 != "\"" && $0 != "`" }
          })
      })
  }

  private static func schema(
    after applied: [String], _ migrator: DatabaseMigrator
  ) throws -> Set<Object> {
    let model = try DatabaseQueue()
    guard let last = migrator.migrations.last(where: applied.contains) else {
      try model.write {
        try $0.execute(sql: "CREATE TABLE \(migrations) (identifier TEXT NOT NULL PRIMARY KEY)")
      }
      return try model.read(objects)
    }
    try migrator.migrate(model, upTo: last)
    return try model.read(objects)
  }
}

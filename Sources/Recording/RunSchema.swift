import Foundation
import GRDB

/// The tables, and how they came to be.
///
/// Migrations are only ever appended.
enum RunSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1: run, photographs, stimuli, attention") { database in
      try database.execute(
        sql: """
          CREATE TABLE run (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            description TEXT NOT NULL
          );
          CREATE TABLE image (
            id INTEGER PRIMARY KEY,
            path TEXT NOT NULL UNIQUE,
            sha256 TEXT NOT NULL,
            classIndex INTEGER,
            classID TEXT,
            isDone INTEGER NOT NULL,
            error TEXT
          );
          -- Blobs are little-endian arrays; logits float32 [classes].
          CREATE TABLE stimulus (
            image INTEGER NOT NULL REFERENCES image (id),
            ordinal INTEGER NOT NULL,
            scale REAL NOT NULL,
            control TEXT,
            isUndersampled INTEGER NOT NULL,
            visibleShare REAL NOT NULL,
            sourceSide REAL NOT NULL,
            rank INTEGER,
            logits BLOB NOT NULL,
            PRIMARY KEY (image, ordinal)
          ) WITHOUT ROWID;
          -- means float64 [M], profile float32 [M, points], channels float32 [M, C] or null.
          CREATE TABLE attention (
            image INTEGER NOT NULL,
            ordinal INTEGER NOT NULL,
            unit INTEGER NOT NULL,
            means BLOB NOT NULL,
            profile BLOB NOT NULL,
            channels BLOB,
            channelsUp REAL,
            PRIMARY KEY (image, ordinal, unit),
            FOREIGN KEY (image, ordinal) REFERENCES stimulus (image, ordinal)
          );
          """)
    }
    FileManifest.register(in: &migrator, begunIf: "SELECT COUNT(*) = 1 FROM run")
    migrator.registerMigration("lesions: photographs that others take from") { database in
      // Lesions put the mean attention of these, or one's of these, in the place of a photograph's own.
      try database.execute(
        sql: "CREATE TABLE source (image INTEGER PRIMARY KEY REFERENCES image (id))")
    }
    migrator.registerMigration("doses: how far lesions move the attention") { database in
      try database.execute(
        sql:
          "ALTER TABLE stimulus ADD COLUMN dose REAL; ALTER TABLE stimulus ADD COLUMN ownMove REAL")
    }
    migrator.registerMigration("kinds: which experiment a run is of, and plain numbers") {
      database in
      try database.execute(
        sql: """
          ALTER TABLE run ADD COLUMN kind TEXT NOT NULL DEFAULT '\(EarlierRuns.zoom)';
          -- Little-endian float64 arrays, whose meaning the kind knows.
          CREATE TABLE measurement (
            image INTEGER NOT NULL REFERENCES image (id),
            ordinal INTEGER NOT NULL,
            numbers BLOB NOT NULL,
            PRIMARY KEY (image, ordinal)
          );
          """)
      for description in try String.fetchAll(database, sql: "SELECT description FROM run LIMIT 1") {
        try database.execute(
          sql: "UPDATE run SET kind = ?", arguments: [EarlierRuns.kind(of: description)])
      }
    }
    migrator.registerMigration("sessions: when photographs were recorded") { database in
      // Seconds since 1970; photographs of all batches but the first.
      try database.execute(
        sql: """
          CREATE TABLE session (
            id INTEGER PRIMARY KEY, began REAL NOT NULL, ended REAL NOT NULL,
            photographs INTEGER NOT NULL
          )
          """)
    }
    return migrator
  }
}

/// Runs that were begun before the store said of which kind they are.
enum EarlierRuns {
  static let zoom = "zoom"

  /// A zoom, or a lesion run: the only kinds that there were, told by what their specifications hold.
  static func kind(of description: String) -> String {
    let run = try? JSONDecoder().decode(RunDescription.self, from: Data(description.utf8))
    let specification = run.flatMap {
      try? JSONSerialization.jsonObject(with: Data($0.specification.utf8)) as? [String: Any]
    }
    return specification?["lesions"] == nil ? zoom : "lesion"
  }
}

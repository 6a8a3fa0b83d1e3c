import Foundation
import GRDB

extension RunStore {
  /// Takes over what photographs are now that could not be used, or not even be read, when the run was at
  /// them last: they may have been repaired.
  ///
  /// - Parameter images: The run's photographs as they are found.
  /// - Throws: `RecordingError`; then nothing is changed.
  public func renewUnusable(from images: [RecordedImage]) throws {
    let recorded = try self.images()
    let renewed = zip(recorded, images).filter { old, new in
      (old.error != nil || old.sha256.isEmpty) && old.sha256 != new.sha256 && old.path == new.path
    }
    guard !renewed.isEmpty else { return }
    try database.write { database in
      for (old, new) in renewed {
        try database.execute(
          sql: "UPDATE image SET sha256 = ? WHERE id = ?", arguments: [new.sha256, old.index])
      }
    }
  }

  /// Keeps a specification that has the same recorded, and reports it otherwise.
  ///
  /// - Throws: `RecordingError`; then nothing is changed.
  public func present(as specification: String) throws {
    var description = try description()
    description.specification = specification
    let json = String(decoding: try JSONEncoder().encode(description), as: UTF8.self)
    try database.write { database in
      try database.execute(sql: "UPDATE run SET description = ?", arguments: [json])
    }
  }

  /// Indices of the photographs that the recorded ones' stimuli were made with; empty if none were noted.
  public func sources() throws -> Set<Int> {
    try database.read { database in
      Set(try Int.fetchAll(database, sql: "SELECT image FROM source"))
    }
  }

  /// Notes the photographs that all others' stimuli are made with, and forgets what was made with others.
  ///
  /// - Parameters:
  ///   - sources: Their indices.
  ///   - forgetting: Whether what is recorded was made with others, so that all photographs become pending.
  /// - Throws: `RecordingError`; then nothing is changed.
  public func note(sources: Set<Int>, forgetting: Bool) throws {
    try database.write { database in
      if forgetting {
        try database.execute(
          sql: """
            DELETE FROM attention; DELETE FROM stimulus;
            UPDATE image SET isDone = 0 WHERE error IS NULL
            """)
      }
      try database.execute(sql: "DELETE FROM source")
      for image in sources.sorted() {
        try database.execute(sql: "INSERT INTO source VALUES (?)", arguments: [image])
      }
    }
  }
}

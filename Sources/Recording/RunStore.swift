import Files
import Foundation
import GRDB
import SystemPackage

/// The store of one run: what was asked, and what was seen, photograph by photograph.
///
/// An SQLite database in the run's folder. A photograph is recorded whole or not at all, in the
/// transaction of its batch; a process that is killed loses nothing that was committed. While a run
/// is recorded the journal is a write-ahead log with full synchronisation: one flush a batch, safe
/// against a power cut, and others may read. At rest the run is one plain file, which can be read
/// in a folder that cannot be written.
public final class RunStore {
  /// Name of the database within the run's folder.
  public static let fileName = "run.sqlite"

  /// The run's folder.
  public let folder: String
  let database: DatabaseQueue
  private let lock: FolderLock?
  var isForWriting: Bool { lock != nil }
  private var isLogging = false

  init(folder: String, lock: FolderLock?) throws {
    self.folder = folder
    self.lock = lock
    database = try RecordingError.mapping(folder) { try RunDatabase.open(Self.path(in: folder)) }
  }

  /// Leaves one plain file behind, unless somebody reads it just now.
  deinit {
    guard lock != nil else { return }
    try? database.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA busy_timeout = 0")
      _ = try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
    }
  }

  static func path(in folder: String) -> String {
    FilePath(folder).appending(fileName).string
  }

  /// Whether a run's first transaction is there.
  func isBegun() throws -> Bool {
    try RecordingError.mapping(folder) {
      try database.read { database in
        guard try database.tableExists("run") else { return false }
        return try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM run") == 1
      }
    }
  }

  // MARK: What was asked

  /// What the run was begun with.
  public func description() throws -> RunDescription {
    try RecordingError.mapping(folder) {
      let json = try database.read {
        try String.fetchOne($0, sql: "SELECT description FROM run")
      }
      guard let json,
        let description = try? JSONDecoder().decode(RunDescription.self, from: Data(json.utf8)),
        description.unitNames.count == description.unitChannels.count
      else { throw RecordingError.damaged(folder: folder, reason: "its description is unreadable") }
      return description
    }
  }

  /// The run's photographs in their order.
  public func images() throws -> [RecordedImage] {
    try RecordingError.mapping(folder) {
      try database.read {
        try Row.fetchAll($0, sql: "SELECT * FROM image ORDER BY id").map(Self.image)
      }
    }
  }

  /// Whether every photograph is done.
  public func isFinished() throws -> Bool {
    try RecordingError.mapping(folder) {
      try database.read {
        try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM image WHERE isDone = 0") == 0
      }
    }
  }

  /// Indices of the photographs that are done, failed ones included.
  public func recordedImages() throws -> Set<Int> {
    try RecordingError.mapping(folder) {
      try database.read { try Set(Int.fetchAll($0, sql: "SELECT id FROM image WHERE isDone = 1")) }
    }
  }

  // MARK: What was seen

  /// Records a batch of photographs in one transaction.
  ///
  /// - Throws: `RecordingError`; then nothing of the batch is recorded. A photograph that is done
  ///   already is refused, and so is everything by a store that was opened for reading.
  public func append(_ batch: [ImageOutcome]) throws {
    guard !batch.isEmpty else { return }
    guard lock != nil else {
      throw RecordingError.storage(folder: folder, reason: "the run was opened for reading")
    }
    try RecordingError.mapping(folder) {
      if !isLogging {
        try database.writeWithoutTransaction {
          isLogging = try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") == "wal"
        }
      }
      try database.write { database in
        for outcome in batch { try append(outcome, to: database) }
      }
    }
  }

  private func append(_ outcome: ImageOutcome, to database: Database) throws {
    var failure: String?
    if case .failed(let error) = outcome.result { failure = error }
    try database.execute(
      sql: "UPDATE image SET isDone = 1, error = ? WHERE id = ? AND isDone = 0",
      arguments: [failure, outcome.imageIndex])
    guard database.changesCount == 1 else {
      throw RecordingError.storage(
        folder: folder,
        reason: "photograph \(outcome.imageIndex) is recorded already, or none of the run's")
    }
    guard case .stimuli(let stimuli) = outcome.result else { return }
    for (ordinal, stimulus) in stimuli.enumerated() {
      try StimulusBlobs.insert(
        stimulus, image: outcome.imageIndex, ordinal: ordinal, into: database)
    }
  }

  /// Hands over every photograph that is done, in order, with its stimuli in theirs.
  ///
  /// One photograph is in memory at a time. `body` must not ask this store for anything else.
  ///
  /// - Parameters:
  ///   - parts: What to read beside the means.
  ///   - body: Receives a photograph; failed ones have no stimuli.
  /// - Throws: `RecordingError`, and what `body` throws.
  public func forEachImage(
    reading parts: RowParts = [], _ body: (RecordedImage, [StimulusRow]) throws -> Void
  ) throws {
    let description = try description()
    try RecordingError.mapping(folder) {
      try database.read { database in
        let images = try Row.fetchCursor(
          database, sql: "SELECT * FROM image WHERE isDone = 1 ORDER BY id")
        while let row = try images.next() {
          let image = try Self.image(row)
          let stimuli = try StimulusBlobs.fetch(image: image.index, parts, from: database)
          guard stimuli.allSatisfy({ $0.matches(description) }) else {
            throw RecordingError.damaged(
              folder: folder, reason: "the rows of \(image.path.text) do not fit the run's network")
          }
          try body(image, stimuli)
        }
      }
    }
  }

  private static func image(_ row: Row) throws -> RecordedImage {
    try RecordedImage(
      index: row.decode(forColumn: "id"), path: row.decode(forColumn: "path"),
      sha256: row.decode(forColumn: "sha256"), classIndex: row.decode(forColumn: "classIndex"),
      classID: row.decode(forColumn: "classID"), error: row.decode(forColumn: "error"))
  }
}

extension StimulusRow {
  /// Whether the values have the number and the lengths that the run's network gives them.
  fileprivate func matches(_ run: RunDescription) -> Bool {
    units.count == run.unitNames.count
      && zip(units, run.unitChannels).allSatisfy { unit, channels in
        unit.means.count == run.branchCount
          && (unit.channels.map { $0.count == run.branchCount * channels } ?? true)
          && unit.profile.count.isMultiple(of: max(run.branchCount, 1))
      }
  }
}

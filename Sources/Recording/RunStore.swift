import Files
import Foundation
import GRDB
import Networks
import SystemPackage

/// The store of one run: what was asked, and what was seen, photograph by photograph.
///
/// An SQLite database in the run's folder. A photograph is recorded whole or not at all, in the
/// transaction of its batch; a process that is killed loses nothing that was committed. While a run
/// is recorded the journal is a write-ahead log with full synchronisation: one flush a batch, safe
/// against a power cut, and others may read. At rest the run is one plain file, which can be read
/// in a folder that cannot be written.
///
/// A folder may come from anybody: what does not fit is an error that names table and row.
public final class RunStore {
  /// Name of the database within the run's folder.
  public static let fileName = "run.sqlite"

  /// The run's folder.
  public let folder: String
  /// Length of the network's outputs, where it is known: rows of another length are refused.
  public var classCount: Int?
  let database: RunDatabase
  var isForWriting: Bool { database.isForWriting }
  private var isLogging = false
  /// This process's row of the table `session`, once it has recorded anything.
  private var session: Int64?

  init(folder: String, lock: FolderLock?) throws {
    self.folder = folder
    database = try RunDatabase(
      folder: folder, fileName: Self.fileName, migrator: RunSchema.migrator, lock: lock)
  }

  static func path(in folder: String) -> String { RunDatabase.path(of: fileName, in: folder) }

  /// Whether a run's first transaction is there.
  func isBegun() throws -> Bool {
    try database.read { database in
      guard try database.tableExists("run") else { return false }
      return try Row.fetchOne(database, sql: "SELECT 1 FROM run LIMIT 1") != nil
    }
  }

  // MARK: What was asked

  /// What the run was begun with.
  public func description() throws -> RunDescription {
    try database.read { database in
      guard let row = try Row.fetchOne(database, sql: "SELECT description FROM run LIMIT 1") else {
        throw RecordingError.damaged(folder: folder, reason: "table run: is empty")
      }
      let run = StoreRow(row, in: self.database, "table run, row 1")
      let json = try run.text("description", atMost: RunDescription.mostBytes)
      let description: RunDescription
      do {
        description = try JSONDecoder().decode(RunDescription.self, from: Data(json.utf8))
      } catch {
        throw run.error("description \(jsonProblem(error))")
      }
      if let problem = description.problem { throw run.error("description: \(problem)") }
      return description
    }
  }

  /// Which experiment the run is of.
  public func kind() throws -> String {
    try database.read { database in
      let isRecorded = try database.columns(in: "run").contains { $0.name == "kind" }
      let column = isRecorded ? "kind" : "description"
      guard let row = try Row.fetchOne(database, sql: "SELECT \(column) FROM run LIMIT 1") else {
        throw RecordingError.damaged(folder: folder, reason: "table run: is empty")
      }
      let text = try StoreRow(row, in: self.database, "table run, row 1")
        .text(column, atMost: isRecorded ? 64 : RunDescription.mostBytes)
      return isRecorded ? text : EarlierRuns.kind(of: text)
    }
  }

  /// The run's photographs in their order.
  public func images() throws -> [RecordedImage] { try records().map(\.image) }

  /// Whether every photograph that belongs here is done.
  public func isFinished() throws -> Bool { try ownRecords().allSatisfy(\.isDone) }

  /// Indices of the photographs that are done, failed ones included.
  public func recordedImages() throws -> Set<Int> {
    Set(try records().lazy.filter(\.isDone).map(\.image.index))
  }

  /// Indices of the photographs that are still to be shown, in their order: those that are not done, and
  /// those that failed, which may be whole by now; other shards' are not.
  public func pendingImages() throws -> [Int] {
    try ownRecords().filter { !$0.isDone || $0.image.error != nil }.map(\.image.index)
  }

  /// How many photographs belong here: all, or a shard's.
  public func ownCount() throws -> Int { try ownRecords().count }

  private func ownRecords() throws -> [ImageRecord] {
    guard let shard = try description().shard else { return try records() }
    return try records().filter { shard.holds($0.image.index) }
  }

  private func records() throws -> [ImageRecord] { try database.read(records) }

  func records(_ database: Database) throws -> [ImageRecord] {
    var records: [ImageRecord] = []
    try forEachRecord(database) { records.append($0) }
    return records
  }

  /// Hands over the rows of the photographs, one in memory at a time.
  func forEachRecord(_ database: Database, _ body: (ImageRecord) throws -> Void) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT * FROM image ORDER BY id")
    var place = 0
    while let row = try rows.next() {
      try body(try ImageRecord(row, place: place, in: self.database, classCount: classCount))
      place += 1
    }
  }

  // MARK: What was seen

  /// Records a batch of photographs in one transaction.
  ///
  /// A photograph that failed may be recorded again.
  ///
  /// - Throws: `RecordingError`; then nothing of the batch is recorded. Any other photograph that is done
  ///   already is refused, and so is everything by a store that was opened for reading.
  public func append(_ batch: [ImageOutcome]) throws {
    guard !batch.isEmpty else { return }
    let shape = RowShape(try description(), classCount: classCount)
    if !isLogging, database.isForWriting { isLogging = try database.beginLogging() }
    session = try database.write { database in
      for outcome in batch { try append(outcome, shape, to: database) }
      return try noteSession(batch.count, session, in: database)
    }
  }

  private func append(_ outcome: ImageOutcome, _ shape: RowShape, to database: Database) throws {
    var failure: String?
    if case .failed(let error) = outcome.result {
      failure = String(error.prefix(ImageRecord.longestError))
    }
    try database.execute(
      sql: """
        UPDATE image SET isDone = 1, error = ?
        WHERE id = ? AND (isDone = 0 OR error IS NOT NULL)
        """,
      arguments: [failure, outcome.imageIndex])
    guard database.changesCount == 1 else {
      throw RecordingError.storage(
        folder: folder,
        reason: "photograph \(outcome.imageIndex) is recorded already, or none of the run's")
    }
    switch outcome.result {
    case .failed: break
    case .stimuli(let stimuli): try append(stimuli, of: outcome.imageIndex, shape, to: database)
    case .numbers(let arrays):
      for (ordinal, numbers) in arrays.enumerated() {
        try MeasurementRows.insert(
          numbers, image: outcome.imageIndex, ordinal: ordinal, into: database)
      }
    }
  }

  private func append(
    _ stimuli: [StimulusRow], of image: Int, _ shape: RowShape, to database: Database
  ) throws {
    for (ordinal, stimulus) in stimuli.enumerated() {
      if let problem = shape.problem(of: stimulus) {
        throw RecordingError.storage(
          folder: folder,
          reason:
            "photograph \(image), stimulus \(ordinal) cannot be recorded: \(problem)")
      }
      try StimulusBlobs.insert(stimulus, image: image, ordinal: ordinal, into: database)
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
    let blobs = StimulusBlobs(
      store: database, shape: RowShape(try description(), classCount: classCount))
    try database.read { database in
      try forEachRecord(database) { record in
        guard record.isDone else { return }
        let stimuli = try blobs.fetch(image: record.image.index, parts, from: database)
        guard record.image.error == nil || stimuli.isEmpty else {
          throw RecordingError.damaged(
            folder: folder,
            reason: "table stimulus, photograph \(record.image.index): has rows, but failed")
        }
        try body(record.image, stimuli)
      }
    }
  }
}

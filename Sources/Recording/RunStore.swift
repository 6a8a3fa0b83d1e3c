import Foundation
import GRDB

/// The store of one run: what was asked, and what was seen, photograph by photograph.
///
/// An SQLite database in the run's folder. A photograph is recorded whole or not at all, in the
/// transaction of its batch; a process that is killed loses nothing that was committed. The journal
/// is a write-ahead log with full synchronisation: one flush a batch, and safe against a power cut.
public final class RunStore {
  /// Name of the database within the run's folder.
  public static let fileName = "run.sqlite"

  /// The run's folder.
  public let folder: String
  let database: DatabaseQueue
  private let lock: FolderLock?

  /// What a folder holds.
  public enum Content: Equatable, Sendable {
    /// There is no such folder.
    case absent
    /// Nothing, or the beginnings of a run that was killed before it began.
    case empty
    /// A run.
    case run
    /// Something else, with the reason for thinking so.
    case foreign(String)
  }

  private init(folder: String, lock: FolderLock?) throws {
    self.folder = folder
    self.lock = lock
    database = try RecordingError.mapping(folder) {
      var configuration = Configuration()
      configuration.journalMode = .wal
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      return try DatabaseQueue(path: Self.path(in: folder), configuration: configuration)
    }
  }

  // MARK: Finding and making

  /// Tells what a folder holds.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - known: Names of files that runs leave beside their database.
  /// - Returns: What it holds.
  /// - Throws: `RecordingError` if the folder or the database cannot be read.
  public static func probe(_ folder: String, besides known: Set<String> = []) throws -> Content {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      return .absent
    }
    guard isFolder.boolValue else { return .foreign("is a file") }
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      throw RecordingError.storage(folder: folder, reason: "the folder cannot be read")
    }
    guard names.contains(fileName) else {
      let others = names.filter { !ownFiles.contains($0) && !known.contains($0) }.sorted()
      guard let first = others.first else { return .empty }
      return .foreign("holds other files (\(first)\(others.count > 1 ? ", …" : ""))")
    }
    let size = (try? FileManager.default.attributesOfItem(atPath: path(in: folder))[.size]) as? Int
    if size == 0 { return .empty }
    let store = try RunStore(folder: folder, lock: nil)
    return try store.isBegun() ? .run : .empty
  }

  /// Begins a run in a folder that holds none; makes the folder.
  ///
  /// - Throws: `RecordingError` if the folder cannot be written or another process has begun.
  public static func create(
    in folder: String, description: RunDescription, images: [RecordedImage]
  ) throws -> RunStore {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw RecordingError.storage(folder: folder, reason: "the folder cannot be made")
    }
    let store = try RunStore(folder: folder, lock: FolderLock(folder))
    try RecordingError.mapping(folder) {
      try RunSchema.migrator.migrate(store.database)
      let json = String(decoding: try JSONEncoder().encode(description), as: UTF8.self)
      try store.database.write { database in
        try database.execute(
          sql: "INSERT INTO run (id, description) VALUES (1, ?)",
          arguments: [json])
        for image in images {
          try database.execute(
            sql: """
              INSERT INTO image (id, path, sha256, classIndex, classID, isDone)
              VALUES (?, ?, ?, ?, ?, 0)
              """,
            arguments: [image.index, image.path, image.sha256, image.classIndex, image.classID])
        }
      }
    }
    return store
  }

  /// Opens a run.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - forWriting: Whether photographs may be recorded; one process at a time may.
  /// - Returns: The store.
  /// - Throws: `RecordingError` if it is damaged, newer than this tool, or being written.
  public static func open(_ folder: String, forWriting: Bool) throws -> RunStore {
    let store = try RunStore(folder: folder, lock: forWriting ? FolderLock(folder) : nil)
    try RecordingError.mapping(folder) {
      let isNewer = try store.database.read { try RunSchema.migrator.hasBeenSuperseded($0) }
      if isNewer { throw RecordingError.newer(folder: folder) }
      if forWriting { try RunSchema.migrator.migrate(store.database) }
    }
    return store
  }

  /// Deletes a run's database from its folder; other files stay.
  public static func remove(from folder: String) throws {
    guard FileManager.default.fileExists(atPath: path(in: folder)) else { return }
    let lock = try FolderLock(folder)
    for name in ownFiles where name != FolderLock.fileName {
      let path = (folder as NSString).appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: path) else { continue }
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        throw RecordingError.storage(folder: folder, reason: "\(name) cannot be removed")
      }
    }
    lock.release()
  }

  private static let ownFiles: Set = [
    fileName, fileName + "-wal", fileName + "-shm", fileName + "-journal", FolderLock.fileName,
  ]

  private static func path(in folder: String) -> String {
    (folder as NSString).appendingPathComponent(fileName)
  }

  private func isBegun() throws -> Bool {
    try RecordingError.mapping(folder) {
      try database.read { database in
        guard try database.tableExists("run") else {
          let tables = try String.fetchAll(
            database, sql: "SELECT name FROM sqlite_master WHERE type = 'table'")
          let others = tables.filter { $0 != "grdb_migrations" }
          guard let other = others.first else { return false }
          throw RecordingError.damaged(
            folder: folder, reason: "is another program's database (table \(other))")
        }
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
        let description = try? JSONDecoder().decode(RunDescription.self, from: Data(json.utf8))
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
  ///   already is refused.
  public func append(_ batch: [ImageOutcome]) throws {
    guard !batch.isEmpty else { return }
    try RecordingError.mapping(folder) {
      try database.write { database in
        for outcome in batch { try append(outcome, to: database) }
      }
    }
  }

  private func append(_ outcome: ImageOutcome, to database: Database) throws {
    var failure: String?
    switch outcome.result {
    case .failed(let error): failure = error
    case .stimuli(let stimuli):
      for (ordinal, stimulus) in stimuli.enumerated() {
        try StimulusBlobs.insert(
          stimulus, image: outcome.imageIndex, ordinal: ordinal, into: database)
      }
    }
    try database.execute(
      sql: "UPDATE image SET isDone = 1, error = ? WHERE id = ? AND isDone = 0",
      arguments: [failure, outcome.imageIndex])
    guard database.changesCount == 1 else {
      throw RecordingError.damaged(
        folder: folder, reason: "photograph \(outcome.imageIndex) is recorded already")
    }
  }

  /// Hands over every photograph that is done, in order, with its stimuli in theirs.
  ///
  /// One photograph is in memory at a time.
  ///
  /// - Parameters:
  ///   - parts: What to read beside the means.
  ///   - body: Receives a photograph; failed ones have no stimuli.
  /// - Throws: `RecordingError`, and what `body` throws.
  public func forEachImage(
    reading parts: RowParts = [], _ body: (RecordedImage, [StimulusRow]) throws -> Void
  ) throws {
    try RecordingError.mapping(folder) {
      try database.read { database in
        let images = try Row.fetchCursor(
          database, sql: "SELECT * FROM image WHERE isDone = 1 ORDER BY id")
        while let row = try images.next() {
          let image = Self.image(row)
          try body(image, try StimulusBlobs.fetch(image: image.index, parts, from: database))
        }
      }
    }
  }

  private static func image(_ row: Row) -> RecordedImage {
    RecordedImage(
      index: row["id"], path: row["path"], sha256: row["sha256"], classIndex: row["classIndex"],
      classID: row["classID"], error: row["error"])
  }
}

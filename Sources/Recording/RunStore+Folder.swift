import Foundation
import GRDB
import SystemPackage

extension RunStore {
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

  /// Tells what a folder holds, and changes nothing that is not a run.
  ///
  /// - Parameter folder: The folder.
  /// - Returns: What it holds.
  /// - Throws: `RecordingError` if the folder or the database cannot be read.
  public static func probe(_ folder: String) throws -> Content {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      return .absent
    }
    guard isFolder.boolValue else { return .foreign("is a file") }
    switch try DatabaseKind(path: path(in: folder), folder: folder) {
    case .foreign(let reason): return .foreign(reason)
    case .newer: return .run
    case .run:
      do {
        return try RunStore(folder: folder, lock: nil).isBegun() ? .run : .empty
      } catch RecordingError.newer {
        return .run
      }
    case .absent, .blank:
      let others = try FolderListing.strangers(
        in: folder, besides: FolderLock.fileNames.union(databaseFiles))
      return others.map { .foreign($0) } ?? .empty
    }
  }

  /// Begins a run in a folder that holds none; makes the folder.
  ///
  /// - Parameters:
  ///   - folder: The run's folder.
  ///   - kind: Which experiment the run is of.
  ///   - description: What identifies the run.
  ///   - images: Its photographs.
  /// - Returns: The store, open for writing.
  /// - Throws: `RecordingError` if the folder cannot be written, or holds a run or something else
  ///   by that name.
  public static func create(
    in folder: String, kind: String, description: RunDescription, images: [RecordedImage]
  ) throws -> RunStore {
    try RunDatabase.makeFolder(folder)
    let lock = try FolderLock(folder)
    switch try DatabaseKind(path: path(in: folder), folder: folder) {
    case .foreign(let reason): throw RecordingError.storage(folder: folder, reason: reason)
    case .newer: throw RecordingError.newer(folder: folder)
    case .absent, .blank, .run: break
    }
    let store = try RunStore(folder: folder, lock: lock)
    guard try !store.isBegun() else {
      throw RecordingError.storage(folder: folder, reason: "holds a run already")
    }
    try store.database.prepare(RunSchema.migrator)
    let json = String(decoding: try JSONEncoder().encode(description), as: UTF8.self)
    try store.database.write { database in
      try database.execute(
        sql: "INSERT INTO run (id, description, kind) VALUES (1, ?, ?)",
        arguments: [json, kind])
      for image in images {
        try database.execute(
          sql: """
            INSERT INTO image (id, path, sha256, classIndex, classID, isDone)
            VALUES (?, ?, ?, ?, ?, 0)
            """,
          arguments: [image.index, image.path, image.sha256, image.classIndex, image.classID])
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
  /// - Throws: `RecordingError` if there is none, it is damaged, newer than this tool, or being
  ///   written.
  public static func open(_ folder: String, forWriting: Bool) throws -> RunStore {
    switch try DatabaseKind(path: path(in: folder), folder: folder) {
    case .run: break
    case .newer: throw RecordingError.newer(folder: folder)
    case .absent, .blank: throw RecordingError.storage(folder: folder, reason: "holds no run")
    case .foreign(let reason):
      throw RecordingError.storage(folder: folder, reason: "holds no run; \(reason)")
    }
    let store = try RunStore(folder: folder, lock: forWriting ? FolderLock(folder) : nil)
    if forWriting { try store.database.prepare(RunSchema.migrator) }
    guard try store.isBegun() else {
      throw RecordingError.storage(folder: folder, reason: "holds no run; it never began")
    }
    return store
  }

  /// Deletes a run's database from its folder; other files, and other programs' databases, stay.
  public static func remove(from folder: String) throws {
    switch try DatabaseKind(path: path(in: folder), folder: folder) {
    case .run, .newer, .blank: break
    case .absent: return
    case .foreign(let reason): throw RecordingError.storage(folder: folder, reason: reason)
    }
    let lock = try FolderLock(folder)
    // The database goes first: SQLite discards the journals of a database that is not there, while a
    // database without its journal might be taken for whole.
    for name in databaseFiles {
      let path = FilePath(folder).appending(name).string
      guard unlink(path) == 0 || errno == ENOENT else {
        throw RecordingError.storage(
          folder: folder, reason: "\(name) cannot be removed: \(String(cString: strerror(errno)))")
      }
    }
    lock.release()
  }

  private static let databaseFiles = RunDatabase.files(of: fileName)
}

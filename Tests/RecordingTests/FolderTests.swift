import Foundation
import GRDB
import Recording
import RecordingCrashWriter
import TestSupport
import Testing

@Suite("A folder's content is told, and what is not a run is left alone")
struct FolderTests {
  let scratch: ScratchFolder
  let run = MadeUpRun(count: 3)
  var folder: String { scratch.url.path }
  var file: String { scratch.path("run.sqlite") }

  init() throws { scratch = try ScratchFolder() }

  @Test("absent, empty, a file, a run")
  func plain() throws {
    #expect(try RunStore.probe(scratch.path("none")) == .absent)
    #expect(try RunStore.probe(folder) == .empty)
    let path = try scratch.write([1], to: "picture.jpg")
    #expect(try RunStore.probe(path) == .foreign("is a file"))
    #expect(try RunStore.probe(folder) == .foreign("holds other files (picture.jpg)"))
    try FileManager.default.removeItem(atPath: path)
    _ = try run.begin(in: folder)
    #expect(try RunStore.probe(folder) == .run)
    #expect(recordingError { _ = try run.begin(in: folder) } != nil)
    #expect(try RunStore.probe(folder) == .run)
  }

  @Test("the beginnings of a run that was killed before it began")
  func beginnings() throws {
    _ = try scratch.write([], to: "run.sqlite")
    #expect(try RunStore.probe(folder) == .empty)
    #expect(recordingError { _ = try RunStore.open(folder, forWriting: true) } != nil)
    do { _ = try run.begin(in: folder) }
    do {
      let database = try DatabaseQueue(path: file)
      try database.write { try $0.execute(sql: "DELETE FROM image; DELETE FROM run") }
    }
    #expect(try RunStore.probe(folder) == .empty)
    #expect(recordingError { _ = try RunStore.open(folder, forWriting: false) } != nil)
    let store = try run.begin(in: folder, recording: 2)
    #expect(try StoreContent(store) == StoreContent(run, first: 2))
  }

  /// Something that bears the database's name.
  enum Stranger: CaseIterable { case database, loggingDatabase, emptyDatabase, text, short, folder }

  @Test("other programs' files are foreign, and stay as they are", arguments: Stranger.allCases)
  func foreign(_ stranger: Stranger) throws {
    switch stranger {
    case .database, .loggingDatabase, .emptyDatabase:
      let database = try DatabaseQueue(path: file)
      try database.writeWithoutTransaction {
        try $0.execute(sql: stranger == .loggingDatabase ? "PRAGMA journal_mode = WAL" : "VACUUM")
        if stranger == .emptyDatabase {
          try $0.execute(sql: "PRAGMA user_version = 3")
        } else {
          try $0.execute(sql: "CREATE TABLE run (song TEXT); INSERT INTO run VALUES ('x')")
        }
      }
      try database.close()
    case .text: _ = try scratch.write(Array(repeating: 65, count: 500), to: "run.sqlite")
    case .short: _ = try scratch.write(Array("SQLite format 3\0".utf8), to: "run.sqlite")
    case .folder:
      try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
    }
    let before = FileManager.default.contents(atPath: file)
    guard case .foreign = try RunStore.probe(folder) else {
      Issue.record("taken for \(try RunStore.probe(folder))")
      return
    }
    let errors = [
      recordingError { _ = try RunStore.open(folder, forWriting: true) },
      recordingError { _ = try RunStore.open(folder, forWriting: false) },
      recordingError { _ = try run.begin(in: folder) },
      recordingError { try RunStore.remove(from: folder) },
    ]
    for error in errors {
      #expect(error?.description.contains(folder) == true)
    }
    #expect(FileManager.default.contents(atPath: file) == before)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(Set(names).subtracting(["run.lock"]) == ["run.sqlite"])
  }

  @Test("removing deletes the run's own files alone")
  func removal() throws {
    do { _ = try run.begin(in: folder, recording: 2) }
    _ = try scratch.write([1], to: "notes.txt")
    _ = try scratch.write([1], to: "run.sqlite-wal")
    try RunStore.remove(from: folder)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(Set(names) == ["notes.txt", "run.lock"])
    try RunStore.remove(from: folder)
    #expect(try RunStore.probe(folder) == .foreign("holds other files (notes.txt)"))
  }

  @Test("a folder that cannot be made or written is named, with the cause")
  func unwritable() throws {
    let path = try scratch.write([1], to: "file")
    for (folder, cause) in [
      (path + "/run", "Not a directory"), ("/proc/run-of-ours", "No such file"),
    ] {
      let error = try #require(recordingError { _ = try run.begin(in: folder) })
      #expect(error.description.hasPrefix(folder) && error.description.contains(cause))
      #expect(!error.description.contains("\n"))
    }
  }

  @Test("a newer version's run is refused and left alone", arguments: [true, false])
  func newer(forWriting: Bool) throws {
    do { _ = try run.begin(in: folder) }
    do {
      let database = try DatabaseQueue(path: file)
      try database.write {
        try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9: from the future')")
      }
    }
    let before = FileManager.default.contents(atPath: file)
    #expect(try RunStore.probe(folder) == .run)
    let error = recordingError { _ = try RunStore.open(folder, forWriting: forWriting) }
    #expect(error == .newer(folder: folder))
    #expect(FileManager.default.contents(atPath: file) == before)
  }
}

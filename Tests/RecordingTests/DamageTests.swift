import Foundation
import GRDB
import Recording
import RecordingCrashWriter
import TestSupport
import Testing

@Suite("A damaged store is an error in one line, never a crash")
struct DamageTests {
  let scratch: ScratchFolder
  let run = MadeUpRun(count: 15)
  let whole: [UInt8]
  var folder: String { scratch.url.path }

  init() throws {
    scratch = try ScratchFolder()
    do { _ = try run.begin(in: scratch.url.path, recording: 15) }
    whole = Array(try Data(contentsOf: scratch.url.appending(path: "run.sqlite")))
  }

  /// Everything that a user may do with a folder that he takes for a run.
  private func readAll() throws -> StoreContent? {
    guard try RunStore.probe(folder) == .run else { return nil }
    let store = try RunStore.open(folder, forWriting: true)
    _ = try store.differences(from: run.description, images: run.images)
    _ = try store.isFinished()
    return try StoreContent(store)
  }

  @Test("bytes that flipped", arguments: 0..<60)
  func flipped(seed: Int) throws {
    // Every page is hit in some of the runs; values alone may change without SQLite's notice.
    var bytes = whole
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    for _ in 0..<(1 + seed % 20) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes[Int(state >> 33) % bytes.count] ^= UInt8(truncatingIfNeeded: state >> 25) | 1
    }
    _ = try scratch.write(bytes, to: "run.sqlite")
    do {
      _ = try readAll()
    } catch {
      let line = try #require(error as? RecordingError).description
      #expect(line.hasPrefix(folder) && !line.contains("\n"))
    }
  }

  @Test("a page of rubbish", arguments: 1..<12)
  func rubbish(page: Int) throws {
    var bytes = whole
    for i in page * 4096..<min((page + 1) * 4096, bytes.count) { bytes[i] = UInt8(i * 7 % 251) }
    _ = try scratch.write(bytes, to: "run.sqlite")
    do {
      // Indices that reading does not use may be gone; what is read is right, or it is an error.
      #expect(try readAll() == StoreContent(run, first: 15))
    } catch {
      let line = try #require(error as? RecordingError).description
      #expect(line.hasPrefix(folder) && !line.contains("\n"))
    }
  }

  @Test("a file cut short", arguments: [100, 511, 4096, 5000, 8192, 20_480])
  func truncated(length: Int) throws {
    _ = try scratch.write(Array(whole.prefix(length)), to: "run.sqlite")
    let error = try #require(recordingError { _ = try readAll() })
    #expect(error.description.hasPrefix(folder) && !error.description.contains("\n"))
  }

  @Test(
    "values of another type, or of another length",
    arguments: [
      "UPDATE stimulus SET scale = 'large' WHERE image = 3",
      "UPDATE stimulus SET isUndersampled = 'perhaps' WHERE image = 3",
      "UPDATE attention SET means = x'0000' WHERE image = 3",
      "UPDATE attention SET means = 'text' WHERE image = 3",
      "UPDATE attention SET profile = x'00000000' WHERE image = 3",
      "UPDATE attention SET channels = x'00000000' WHERE image = 3",
      "DELETE FROM attention WHERE image = 3 AND unit = 1",
      "UPDATE image SET classIndex = 'cat' WHERE id = 3",
      "UPDATE run SET description = '{}'",
      "DROP TABLE attention",
    ])
  func values(sql: String) throws {
    do {
      let database = try DatabaseQueue(path: folder + "/run.sqlite")
      try database.write { try $0.execute(sql: sql) }
    }
    let error = try #require(recordingError { _ = try readAll() })
    #expect(error.description.hasPrefix(folder) && !error.description.contains("\n"))
  }
}

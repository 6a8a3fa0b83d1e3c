import Foundation
import Recording
import RecordingCrashWriter
import TestSupport
import Testing

@Suite("A store that changes under its writer")
struct WatchTests {
  let scratch: ScratchFolder
  let run = MadeUpRun(count: 60)
  var folder: String { scratch.path("run") }

  init() throws { scratch = try ScratchFolder() }

  /// What somebody does to the files of a run that is being written.
  enum Meddling: CaseIterable {
    case truncation, emptying, deletion, replacement, logTruncation, logDeletion, logReplacement
  }

  @Test(
    "is noticed at the next batch, and the next reader comes to an end",
    arguments: Meddling.allCases)
  func meddled(_ meddling: Meddling) throws {
    let store = try run.begin(in: folder, recording: 20)
    let files = FileManager.default
    let database = folder + "/run.sqlite"
    let log = database + "-wal"
    func other(_ path: String) throws {
      try files.copyItem(atPath: path, toPath: path + ".copy")
      try #require(rename(path + ".copy", path) == 0)
    }
    switch meddling {
    case .truncation: truncate(database, 4096)
    case .emptying: truncate(database, 0)
    case .deletion: try files.removeItem(atPath: database)
    case .replacement: try other(database)
    case .logTruncation: truncate(log, 4096)
    case .logDeletion: try files.removeItem(atPath: log)
    case .logReplacement: try other(log)
    }
    let file = "\(meddling)".hasPrefix("log") ? "run.sqlite-wal" : "run.sqlite"
    let what =
      switch meddling {
      case .truncation, .emptying, .logTruncation: "was cut short"
      case .deletion, .logDeletion: "was deleted"
      case .replacement, .logReplacement: "was replaced"
      }
    for _ in 0..<2 {
      let error = try #require(recordingError { try store.append([run.outcome(20)]) })
      #expect(error.description.hasPrefix("\(folder)/\(file): \(what)"), "\(error)")
    }
    let (time, _) = processorTime {
      do {
        guard try RunStore.probe(folder) == .run else { return }
        _ = try StoreContent(RunStore.open(folder, forWriting: false))
      } catch {
        #expect(!"\(error)".contains("\n"))
      }
    }
    #expect(time < .seconds(5))
  }

  @Test("also a store of outcomes")
  func outcomes() throws {
    let store = try OutcomeStore(folder: folder, forWriting: true)
    try store.record("a", specification: "{}", content: "1")
    try FileManager.default.removeItem(atPath: folder + "/ablation.sqlite")
    let error = recordingError { try store.record("b", specification: "{}", content: "2") }
    #expect(error?.description.hasPrefix("\(folder)/ablation.sqlite: was deleted") == true)
  }
}

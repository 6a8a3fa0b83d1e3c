import Foundation
import Recording
import TestSupport
import Testing

@Suite("A store of outcomes")
struct OutcomeStoreTests {
  let scratch: ScratchFolder
  var folder: String { scratch.path("ablation") }

  init() throws { scratch = try ScratchFolder() }

  @Test("keeps documents under their keys for the next process")
  func keeps() throws {
    do {
      let store = try OutcomeStore(folder: folder, forWriting: true)
      #expect(try store.outcome("a") == nil)
      try store.record("a", specification: "{}", content: "old")
      try store.record("a", specification: "{\"x\":1}", content: "new")
      try store.record("b", specification: "", content: "other")
      #expect(throws: RecordingError.busy(folder: folder)) {
        try OutcomeStore(folder: folder, forWriting: true)
      }
    }
    #expect(OutcomeStore.isIn(folder) && !OutcomeStore.isIn(scratch.url.path))
    let store = try OutcomeStore(folder: folder, forWriting: false)
    #expect(try store.outcome("a")?.content == "new")
    #expect(try store.outcome("a")?.specification == "{\"x\":1}")
    #expect(try store.outcome("b")?.content == "other")
    #expect(throws: RecordingError.self) {
      try store.record("c", specification: "", content: "")
    }
  }

  @Test("that is none is refused in one line")
  func refused() throws {
    func expect(_ phrase: String, forWriting: Bool) {
      let error = #expect(throws: RecordingError.self) {
        _ = try OutcomeStore(folder: folder, forWriting: forWriting).outcome("a")
      }
      #expect(error?.description.hasPrefix(folder) == true)
      #expect(error?.description.contains(phrase) == true, "\(error?.description ?? "")")
      #expect(error?.description.contains("\n") == false)
    }
    expect("holds no ablation.sqlite", forWriting: false)
    do { _ = try OutcomeStore(folder: folder, forWriting: true) }
    let path = folder + "/ablation.sqlite"
    let whole = try Data(contentsOf: URL(filePath: path))
    try (whole.prefix(100) + Data(repeating: 7, count: whole.count - 100))
      .write(to: URL(filePath: path))
    expect("ablation.sqlite: ", forWriting: true)
    try Data("something else".utf8).write(to: URL(filePath: path))
    expect("is not a database", forWriting: true)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data("something else".utf8))
  }
}

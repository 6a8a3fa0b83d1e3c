import Foundation
import GRDB
import Recording
import RecordingCrashWriter
import TestSupport
import Testing

@Suite("A store that a stranger made is read in bounds, and refused by table and row")
struct HostileStoreTests {
  let scratch: ScratchFolder
  let run = MadeUpRun(count: 4)
  var folder: String { scratch.url.path }
  var file: String { scratch.path("run.sqlite") }

  init() throws {
    scratch = try ScratchFolder()
    do { _ = try run.begin(in: scratch.url.path, recording: 4) }
  }

  private func change(_ sql: String) throws {
    let database = try DatabaseQueue(path: file)
    try database.writeWithoutTransaction {
      try $0.execute(sql: "PRAGMA foreign_keys = OFF; \(sql)")
    }
    try database.close()
  }

  private func refusal() throws -> String {
    let (time, error) = processorTime {
      recordingError {
        let store = try RunStore.open(folder, forWriting: false)
        store.classCount = 20
        _ = try StoreContent(store)
        try store.forEachAttention(ofUnit: 0, control: nil) { _, _, _, _ in }
        try store.forEachOutput(control: nil) { _, _, _ in }
      }
    }
    #expect(time < .seconds(5))
    let line = try #require(error).description
    #expect(line.hasPrefix(folder) && !line.contains("\n"), "\(line)")
    return line
  }

  @Test(
    "tables that are not the tool's",
    arguments: [
      (
        """
        ALTER TABLE image RENAME TO x; CREATE VIEW image AS WITH RECURSIVE n(id) AS (SELECT 0 UNION ALL
        SELECT id + 1 FROM n) SELECT id, '' path, '' sha256, 0 classIndex, '' classID, 1 isDone, NULL error
        FROM n
        """, "the view 'image'"
      ),
      (
        """
        DROP TABLE run; CREATE VIEW run AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT 1 FROM n)
        SELECT id, '' description FROM n
        """, "the view 'run'"
      ),
      ("CREATE TRIGGER t AFTER UPDATE ON image BEGIN DELETE FROM run; END", "the trigger 't'"),
      ("CREATE VIRTUAL TABLE v USING fts5(a)", "the table 'v'"),
      ("DROP TABLE grdb_migrations", "not this tool's"),
      ("CREATE TABLE more (x)", "table 'more' is not as"),
      ("ALTER TABLE image ADD COLUMN size INTEGER DEFAULT 0", "table 'image' is not as"),
      ("ALTER TABLE image ADD COLUMN size AS (hex(zeroblob(1e9)))", "table 'image' is not as"),
    ])
  func schema(_ sql: String, _ phrase: String) throws {
    try change(sql)
    let line = try refusal()
    #expect(line.contains(phrase), "\(line)")
  }

  @Test(
    "rows that no run has",
    arguments: [
      (
        "UPDATE image SET path = hex(zeroblob(2500000)) WHERE id = 2",
        "table image, row 2: path has"
      ),
      ("UPDATE image SET id = 9223372036854775807 WHERE id = 3", "table image, row 3: id is"),
      ("DELETE FROM image WHERE id = 1", "table image, row 1: id is 2"),
      ("UPDATE image SET classIndex = -1 WHERE id = 1", "row 1: classIndex is -1"),
      ("UPDATE image SET classIndex = 20 WHERE id = 1", "row 1: classIndex is 20"),
      ("UPDATE image SET isDone = 2 WHERE id = 1", "row 1: isDone is 2"),
      ("UPDATE image SET path = x'00' WHERE id = 1", "row 1: path is 1 bytes"),
      ("UPDATE stimulus SET scale = -1 WHERE image = 2", "photograph 2, stimulus 0: scale is -1"),
      ("UPDATE stimulus SET scale = 9e999 WHERE image = 2", "stimulus 0: scale is inf"),
      ("UPDATE stimulus SET rank = 20 WHERE image = 2", "stimulus 0: rank is 20"),
      ("UPDATE stimulus SET ordinal = 7 WHERE image = 2 AND ordinal = 2", "ordinal is 7"),
      (
        "UPDATE stimulus SET logits = zeroblob(4) WHERE image = 2", "logits is 4 bytes, expected 80"
      ),
      (
        "UPDATE stimulus SET logits = zeroblob(68000000) WHERE image = 2 AND ordinal = 1",
        "larger than any"
      ),
      ("DELETE FROM attention WHERE image = 1 AND unit = 1", "table attention, photograph 1"),
      ("UPDATE attention SET unit = -9223372036854775808 WHERE unit = 0", "unit is -92"),
      (
        "UPDATE attention SET means = zeroblob(24) WHERE image = 1",
        "means is 24 bytes, expected 16"
      ),
      ("UPDATE attention SET means = x'000000000000F87F000000000000F87F'", "means holds nan"),
      ("UPDATE attention SET profile = zeroblob(4) WHERE image = 1", "profile is 4 bytes"),
      ("UPDATE attention SET channelsUp = 7 WHERE image = 1", "channelsUp is 7"),
      ("DELETE FROM run", "holds no run"),
      (
        "UPDATE run SET description = replace(description, '\"branchCount\":2', '\"branchCount\":3000')",
        "table run, row 1: description: 3000 branches"
      ),
      (
        "UPDATE run SET description = replace(description, '8', '1000000000')",
        "a unit of 1000000000 channels"
      ),
      ("UPDATE run SET description = '{}'", "description 'specification' is missing"),
    ])
  func rows(_ sql: String, _ phrase: String) throws {
    try change(sql)
    let line = try refusal()
    #expect(line.contains(phrase), "\(line)")
  }

  /// A page of a table's tree whose children are all the same page, level by level: a small file with more
  /// rows than could ever be read.
  @Test("pages that lead in circles")
  func circles() throws {
    try change("DELETE FROM attention; DELETE FROM stimulus")
    var bytes = Array(try Data(contentsOf: URL(filePath: file)))
    let database = try DatabaseQueue(path: file)
    let root = try database.read {
      try #require(
        try Int.fetchOne($0, sql: "SELECT rootpage FROM sqlite_master WHERE name = 'image'"))
    }
    try database.close()
    let leaf = Array(bytes[(root - 1) * 4096..<root * 4096])
    var next = bytes.count / 4096 + 1
    bytes += leaf
    func interior(child: Int) -> [UInt8] {
      var page = [UInt8](repeating: 0, count: 4096)
      let cells = 300
      let start = 4096 - 5 * cells
      page[0] = 5
      page[3] = UInt8(cells >> 8)
      page[4] = UInt8(cells & 255)
      page[5] = UInt8(start >> 8)
      page[6] = UInt8(start & 255)
      for i in 0..<4 { page[8 + i] = UInt8(child >> (24 - 8 * i) & 255) }
      for cell in 0..<cells {
        let at = start + 5 * cell
        page[12 + 2 * cell] = UInt8(at >> 8)
        page[13 + 2 * cell] = UInt8(at & 255)
        for i in 0..<4 { page[at + i] = UInt8(child >> (24 - 8 * i) & 255) }
        page[at + 4] = 3
      }
      return page
    }
    for _ in 0..<12 {
      bytes += interior(child: next)
      next += 1
    }
    bytes.replaceSubrange((root - 1) * 4096..<root * 4096, with: interior(child: next))
    let count = bytes.count / 4096
    for i in 0..<4 { bytes[28 + i] = UInt8(count >> (24 - 8 * i) & 255) }
    try Data(bytes).write(to: URL(filePath: file))
    _ = try refusal()
  }

  @Test("links and another journal's name, by which SQLite would write elsewhere")
  func beside() throws {
    let victim = try scratch.write(Array("precious".utf8), to: "victim")
    let files = FileManager.default
    for name in ["run.sqlite-wal", "run.sqlite-shm", "run.sqlite-journal"] {
      try files.createSymbolicLink(atPath: scratch.path(name), withDestinationPath: victim)
      #expect(try refusal().contains("\(name) is no file of its own"))
      try files.removeItem(atPath: scratch.path(name))
    }
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    _ = try scratch.write([UInt8](repeating: 0, count: 512) + magic, to: "run.sqlite-journal")
    #expect(try refusal().contains("run.sqlite-journal names another file"))
    #expect(files.contents(atPath: victim) == Data("precious".utf8))
    try files.removeItem(atPath: scratch.path("run.sqlite-journal"))
    try files.removeItem(atPath: scratch.path("run.lock"))
    try files.createSymbolicLink(atPath: scratch.path("run.lock"), withDestinationPath: victim)
    let error = recordingError { _ = try RunStore.open(folder, forWriting: true) }
    #expect(error?.description.contains("run.lock is a link") == true)
  }

  @Test("a higher version of the format", arguments: [true, false])
  func newer(forWriting: Bool) throws {
    try change("PRAGMA user_version = 2")
    #expect(
      recordingError { _ = try RunStore.open(folder, forWriting: forWriting) }
        == .newer(folder: folder))
    let ablation = scratch.path("ablation")
    do { _ = try OutcomeStore(folder: ablation, forWriting: true) }
    let database = try DatabaseQueue(path: ablation + "/ablation.sqlite")
    try database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA user_version = 2") }
    try database.close()
    #expect(
      recordingError { _ = try OutcomeStore(folder: ablation, forWriting: forWriting) }
        == .newer(folder: ablation))
  }

  @Test("the first version's stores are read, and brought up to date when written")
  func older() throws {
    try change(
      """
      DROP TABLE source; ALTER TABLE stimulus DROP COLUMN dose;
      ALTER TABLE stimulus DROP COLUMN ownMove;
      ALTER TABLE run DROP COLUMN kind; DROP TABLE measurement; DROP TABLE session;
      DELETE FROM grdb_migrations WHERE identifier LIKE 'lesions%' OR identifier LIKE 'doses%'
      OR identifier LIKE 'kinds%' OR identifier LIKE 'sessions%';
      PRAGMA user_version = 0
      """)
    do {
      let store = try RunStore.open(folder, forWriting: false)
      #expect(try StoreContent(store) == StoreContent(run, first: 4))
      #expect(try store.kind() == "zoom")
    }
    let store = try RunStore.open(folder, forWriting: true)
    #expect(try store.sources() == [] && StoreContent(store) == StoreContent(run, first: 4))
    #expect(try store.kind() == "zoom")
  }
}

import Foundation
import GRDB
import Randomness
import SelectiveKernels
import TestSupport
import Testing

/// Recorded stores of all kinds, spoilt in their pages, cells, texts and tables, and read by all that
/// reads them: results, tables and figures, or an error of one line, within some time.
///
/// `SK_FUZZ_SECONDS` makes it go on for so long, and a line then says what came of each kind. A store
/// that ends the process or holds it up is left under the temporary folder.
@Suite("Spoilt stores", .serialized)
struct StoreFuzzTests {
  private static let asked = ProcessInfo.processInfo.environment["SK_FUZZ_SECONDS"].flatMap(
    Double.init)

  /// What is spoilt.
  enum Damage: CaseIterable { case pages, cells, texts, tables }

  /// Which store.
  enum Kind: String, CaseIterable { case zoom, lesion, fields, tuning, ablation }

  /// Small runs of every kind, recorded once.
  private static let recorded: Result<ScratchFolder, any Error> = Result {
    let folder = try ScratchFolder()
    let images = ["n01443537_goldfish", "n01882714_koala"].map {
      Photographs.fixturesFolder.appending("\($0).JPEG")
    }
    _ = try ZoomRun(
      ZoomExperiment(
        images: images, scales: [1, 2], controls: [.blur], units: ["SK_3_*"], keep: .channels,
        examples: ["n01443537_goldfish.JPEG"], out: folder.path("zoom"))
    ).perform()
    _ = try LesionRun(
      LesionExperiment(
        ZoomExperiment(
          images: images, scales: [1, 2], units: ["SK_3_1"], out: folder.path("lesion")),
        lesions: [.frozen, .shuffled])
    ).perform()
    _ = try FieldRun(
      FieldExperiment(
        model: "sknet26-tiny", images: images, nodes: ["SK_3_2"], out: folder.path("fields"))
    ).perform()
    var tuning = TuningExperiment(model: "sknet26-tiny", out: folder.path("tuning"))
    tuning.nodes = ["SK_2_1"]
    (tuning.orientations, tuning.frequencies, tuning.phases, tuning.radii) = (2, 2, 3, 3)
    tuning.contrasts = [0.5, 1]
    _ = try TuningRun(tuning).perform()
    let toy = try ToyTraining(changes: ["epochs": "1"])
    let file = toy.scratch.path("ablation.yaml")
    let text =
      try String(contentsOfFile: toy.file, encoding: .utf8)
      .replacing("seed: 1\n", with: "seeds: [1, 18446744073709551615]\n") + """
        variants: [{name: attention}, {name: plain sum, gate: sum}]
        zoom: {scales: [0.5, 1], protocol: shrink, pictures: 2, controls: [spectrum], lesions: [frozen]}

        """
    try Data(text.utf8).write(to: URL(filePath: file))
    _ = try AblationRun(AblationFile(contentsOfFile: file, out: folder.path("ablation")).experiment)
      .perform()
    return folder
  }

  @Test("are read or refused", arguments: Kind.allCases, Damage.allCases)
  func spoilt(_ kind: Kind, _ damage: Damage) throws {
    let source = try Self.recorded.get()
    let name = kind == .ablation ? "ablation.sqlite" : "run.sqlite"
    let whole = [UInt8](
      try Data(contentsOf: URL(filePath: source.path("\(kind.rawValue)/\(name)"))))
    let scratch = try ScratchFolder()
    let folder = scratch.path("run")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    if kind == .zoom {
      try FileManager.default.copyItem(
        atPath: source.path("zoom/examples"), toPath: folder + "/examples")
    }
    let clock = ContinuousClock()
    let end = clock.now + .seconds(Self.asked ?? 0)
    var (stores, accepted, slowest) = (0, 0, Duration.zero)
    while stores < 12 || clock.now < end {
      stores += 1
      var random = SplitMix64(seed: UInt64(stores), name: "")
      for file in [name, name + "-journal", name + "-wal", name + "-shm"] {
        unlink(folder + "/" + file)
      }
      let file = scratch.path("run/\(name)")
      try Data(whole).write(to: URL(filePath: file))
      do {
        try Self.spoil(file, damage, whole, &random)
      } catch is DatabaseError {
        continue
      }
      let (time, result) = processorTime {
        Result {
          try Self.readAll(folder, against: source, kind, draws: stores % 4 == 0, into: scratch)
        }
      }
      switch result {
      case .success: accepted += 1
      case .failure(let error):
        let line = "\(error)"
        let isPlain = !line.contains { $0.isNewline } && !line.contains("DecodingError")
        #expect(isPlain && line.count < 1000, "\(kind), \(damage), seed \(stores): \(line)")
      }
      slowest = max(slowest, time)
      #expect(time < .seconds(15), "\(kind), \(damage), seed \(stores)")
    }
    if Self.asked != nil {
      print(
        "\(kind) with spoilt \(damage): \(stores) stores, \(accepted) accepted, slowest \(slowest)")
    }
  }

  /// All that a user may do with a folder that he was given.
  private static func readAll(
    _ folder: String, against source: ScratchFolder, _ kind: Kind, draws: Bool,
    into scratch: ScratchFolder
  ) throws {
    var failure: (any Error)?
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { failure = failure ?? error }
    }
    let formats: [ExportFormat] = kind == .ablation ? [.csv] : [.csv, .npz, .safetensors]
    for format in formats {
      attempt {
        try RunFolder.open(folder).export(format, toFile: scratch.path("export.\(format.rawValue)"))
      }
    }
    switch kind {
    case .zoom:
      attempt { _ = try RunComparison(folders: [source.path("zoom"), folder]).table }
      attempt { _ = try RecordedZoom(folder: folder).results().json() }
    case .lesion:
      attempt { _ = try (RunFolder.open(folder) as? RecordedLesions)?.results().json() }
    case .fields:
      attempt { _ = try RecordedFields(folder: folder).results().json() }
    case .tuning:
      attempt { _ = try RecordedTuning(folder: folder).results().json() }
    case .ablation:
      attempt { _ = try RecordedAblation(folder: folder).results().json() }
    }
    if draws { attempt { _ = try RunFolder.open(folder).draw(formats: [.svg], only: nil) } }
    if let failure { throw failure }
  }

  // MARK: Spoiling

  private static func spoil(
    _ file: String, _ damage: Damage, _ whole: [UInt8], _ random: inout SplitMix64
  ) throws {
    if damage == .pages {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...8, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes.removeSubrange((place & ~511)...)
        case 1:
          let page = place & ~4095
          let other = Int.random(in: 0..<max(1, bytes.count / 4096), using: &random) * 4096
          guard max(page, other) + 4096 <= bytes.count else { continue }
          bytes.replaceSubrange(page..<page + 4096, with: bytes[other..<other + 4096])
        case 2: bytes[(place & ~4095) + Int.random(in: 0..<16, using: &random)] = UInt8(place & 255)
        default: bytes[place] = UInt8.random(in: 0...255, using: &random)
        }
      }
      return try Data(bytes).write(to: URL(filePath: file))
    }
    let database = try DatabaseQueue(path: file)
    defer { try? database.close() }
    try database.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
      for _ in 0..<Int.random(in: 1...2, using: &random) {
        switch damage {
        case .tables: try spoilTables(database, &random)
        case .texts: try spoilText(database, &random)
        case .cells, .pages: try spoilCell(database, &random)
        }
      }
    }
  }

  private static let values = [
    "NULL", "-1", "0", "1", "2", "9223372036854775807", "-9223372036854775808", "9e999", "-9e999",
    "1e300", "0.5", "''", "'x'", "'../../x'", "hex(zeroblob(300000))", "zeroblob(0)", "zeroblob(4)",
    "zeroblob(8)", "zeroblob(16)", "zeroblob(4096)", "x'000000000000F87F000000000000F87F'",
    "x'0000C07F'", "CAST(x'FF00FE' AS TEXT)", "randomblob(16)", "randomblob(256)",
  ]

  private static func tables(_ database: Database) throws -> [String] {
    try String.fetchAll(
      database, sql: "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
  }

  private static func spoilCell(_ database: Database, _ random: inout SplitMix64) throws {
    let table = try #require(try tables(database).randomElement(using: &random))
    let columns = try database.columns(in: table).map(\.name)
    let column = try #require(columns.randomElement(using: &random))
    let value = try #require(values.randomElement(using: &random))
    let place = Int.random(in: 0..<8, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: try database.execute(sql: "DELETE FROM \(table) WHERE \(column) IS NOT \(value)")
    case 1: try database.execute(sql: "UPDATE OR IGNORE \(table) SET \(column) = \(value)")
    default:
      let key = columns[0]
      try database.execute(
        sql: """
          UPDATE OR REPLACE \(table) SET \(column) = \(value) WHERE \(key) =
          (SELECT \(key) FROM \(table) LIMIT 1 OFFSET \(place))
          """)
    }
  }

  private static let numbers = [
    "-1", "0", "1", "3", "1e308", "-1e308", "1.5", "9223372036854775807", "-9223372036854775808",
    "18446744073709551615", "4611686018427387904", "1000000000", "null", "\"x\"", "[]", "{}",
    "true",
  ]

  /// Changes a number, or any byte, within the JSON of a cell.
  private static func spoilText(_ database: Database, _ random: inout SplitMix64) throws {
    let names = try tables(database)
    let (table, column) = names.contains("run") ? ("run", "description") : ("outcome", "content")
    let keys = try DatabaseValue.fetchAll(
      database, sql: "SELECT \(table == "run" ? "id" : "key") FROM \(table)")
    let key = try #require(keys.randomElement(using: &random))
    let text =
      try String.fetchOne(
        database,
        sql: "SELECT \(column) FROM \(table) WHERE \(table == "run" ? "id" : "key") = ?",
        arguments: [key]) ?? ""
    var bytes = Array(text.utf8)
    guard !bytes.isEmpty else { return }
    var place = Int.random(in: 0..<bytes.count, using: &random)
    if Int.random(in: 0..<5, using: &random) == 0 {
      bytes[place] = UInt8.random(in: 32...126, using: &random)
    } else {
      func isDigit(_ index: Int) -> Bool { (48...57).contains(bytes[index]) }
      while place < bytes.count, !isDigit(place) { place += 1 }
      var end = place
      while end < bytes.count, isDigit(end) || bytes[end] == 46 { end += 1 }
      bytes.replaceSubrange(
        place..<end, with: Array((numbers.randomElement(using: &random) ?? "0").utf8))
    }
    try database.execute(
      sql: "UPDATE \(table) SET \(column) = ? WHERE \(table == "run" ? "id" : "key") = ?",
      arguments: [String(decoding: bytes, as: UTF8.self), key])
  }

  private static func spoilTables(_ database: Database, _ random: inout SplitMix64) throws {
    let table = try #require(try tables(database).randomElement(using: &random))
    let columns = try database.columns(in: table).map(\.name)
    let column = try #require(columns.randomElement(using: &random))
    let endless = "WITH RECURSIVE n(x) AS (SELECT 0 UNION ALL SELECT x + 1 FROM n) SELECT "
    let list = columns.map { "x AS \($0)" }.joined(separator: ", ")
    let statements = [
      "ALTER TABLE \(table) RENAME TO moved; CREATE VIEW \(table) AS \(endless)\(list) FROM n",
      "ALTER TABLE \(table) RENAME COLUMN \(column) TO moved", "DROP TABLE \(table)",
      "ALTER TABLE \(table) ADD COLUMN moved", "ALTER TABLE \(table) DROP COLUMN \(column)",
      "CREATE INDEX moved ON \(table) (\(column))", "CREATE TABLE moved (x)",
      "CREATE TRIGGER moved AFTER INSERT ON \(table) BEGIN DELETE FROM \(table); END",
      "PRAGMA user_version = \(Int.random(in: 0...3, using: &random))",
      "PRAGMA application_id = \(Int.random(in: 0...3, using: &random))",
      "DELETE FROM grdb_migrations", "INSERT INTO grdb_migrations VALUES ('later')",
      "PRAGMA journal_mode = WAL", "VACUUM", "ANALYZE",
      """
      PRAGMA writable_schema = ON;
      UPDATE sqlite_master SET sql = replace(sql, '\(column)', 'moved') WHERE name = '\(table)'
      """,
      """
      PRAGMA writable_schema = ON;
      UPDATE sqlite_master SET rootpage = (SELECT max(rootpage) FROM sqlite_master) WHERE name = '\(table)'
      """,
    ]
    try database.execute(sql: try #require(statements.randomElement(using: &random)))
  }
}

import Foundation
import GRDB

extension Session {
  /// A finished run's folder as from a stranger: bytes of its database changed, or its rows, or what
  /// its tables are.
  func spoilStores(_ random: inout RandomSource) throws {
    let commands = [
      zoomArguments(controls: "spectrum", images: "Tests/Fixtures/photographs"), fieldArguments,
      fieldArguments + ["--shard", "1/1"] + nullArguments, tuningArguments,
    ]
    var runs: [String] = []
    for (number, command) in commands.enumerated() {
      runs.append(fresh("store-sound-\(number)"))
      try attempt(.stores, command + ["--out", runs[number]])
    }
    while hasTime(.stores) {
      let kind = random.below(commands.count)
      let sound = runs[kind]
      let folder = fresh("store")
      try FileManager.default.copyItem(atPath: sound, toPath: folder)
      let path = folder + "/run.sqlite"
      if random.below(3) == 0 {
        try Data(random.spoiled(Material.bytes(path))).write(to: URL(filePath: path))
      } else {
        do {
          try changeRows(of: path, &random)
        } catch is DatabaseError {
          continue
        }
      }
      let command: [String] =
        switch random.below(7) {
        case 0: ["figures", folder, "--format", "svg"]
        case 1: ["compare", folder, sound, "--quiet"]
        case 3: ["results", folder]
        case 4: ["status", folder, sound]
        case 5: ["merge", folder, "--quiet", "--out", fresh("merged")]
        case 2:
          [
            "export", folder, "--to", ["csv", "npz", "safetensors"][random.below(3)], "--out",
            fresh("exported"),
          ]
        default: commands[kind] + ["--out", folder]
        }
      try attempt(.stores, command, input: folder, limit: 30)
    }
  }

  private func changeRows(of path: String, _ random: inout RandomSource) throws {
    let database = try DatabaseQueue(path: path)
    defer { try? database.close() }
    let tables = try database.read { database in
      try String.fetchAll(
        database,
        sql:
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
      )
    }
    var source = random
    defer { random = source }
    try database.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF")
      for _ in 0...source.below(2) {
        guard let table = tables.randomElement(using: &source) else { return }
        let columns = try database.columns(in: table).map(\.name)
        guard let column = columns.randomElement(using: &source) else { return }
        let rows = try Int64.fetchAll(database, sql: "SELECT rowid FROM \"\(table)\"")
        guard let row = rows.randomElement(using: &source) else { continue }
        switch source.below(12) {
        case 0:
          try database.execute(sql: "DELETE FROM \"\(table)\" WHERE rowid = ?", arguments: [row])
        case 1: try database.execute(sql: "DROP TABLE \"\(table)\"")
        case 2:
          // As many rows as anybody asks for.
          try database.execute(
            sql: """
              ALTER TABLE "\(table)" RENAME TO "moved";
              CREATE VIEW "\(table)" AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n)
                SELECT moved.* FROM moved, n
              """)
          return
        case 3:
          try database.execute(sql: "PRAGMA user_version = \(source.below(2) == 0 ? 999 : -1)")
        default:
          let old = try DatabaseValue.fetchOne(
            database, sql: "SELECT \"\(column)\" FROM \"\(table)\" WHERE rowid = ?",
            arguments: [row])
          try database.execute(
            sql: "UPDATE \"\(table)\" SET \"\(column)\" = ? WHERE rowid = ?",
            arguments: [hostile(old ?? .null, &source), row])
        }
      }
    }
  }

  /// Another value for a cell: of another type, too long, too large, or its own text or bytes spoilt.
  private func hostile(_ old: DatabaseValue, _ random: inout RandomSource) -> DatabaseValue {
    if random.below(2) == 0 {
      if let text = String.fromDatabaseValue(old), case .string = old.storage {
        let spoiled = spoilDigits(text, &random)
        return spoiled.databaseValue
      }
      if case .blob(let data) = old.storage {
        return Data(random.spoiled(Array(data))).databaseValue
      }
    }
    let values: [any DatabaseValueConvertible] = [
      Int64.min, Int64.max, -1, 0, 1_000_000_000, Double.infinity, 1e308, "", "x",
      String(repeating: "a", count: 5_000_000), Data(), Data(count: 1_000_000), "\u{1B}[2J\u{202E}",
      "../../../etc/passwd", "[" + String(repeating: "[", count: 100_000),
    ]
    return random.below(16) == 0 ? .null : values[random.below(values.count)].databaseValue
  }

  /// A text one of whose numbers is another.
  private func spoilDigits(_ text: String, _ random: inout RandomSource) -> String {
    var bytes = Array(text.utf8)
    let starts = bytes.indices.filter { i in
      (0x30...0x39).contains(bytes[i]) && (i == 0 || !(0x30...0x39).contains(bytes[i - 1]))
    }
    guard let start = starts.randomElement(using: &random), random.below(4) > 0 else {
      return String(decoding: random.spoiled(bytes, isText: true), as: UTF8.self)
    }
    let end = bytes[start...].firstIndex { !(0x30...0x39).contains($0) } ?? bytes.count
    let numbers = [
      "0", "-1", "3", "1000000000", "4611686018427387904", "-9223372036854775808", "1e400", "0.5",
    ]
    bytes.replaceSubrange(start..<end, with: numbers[random.below(numbers.count)].utf8)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A zoom that takes a second or so.
  func zoomArguments(controls: String, images: String? = nil) -> [String] {
    [
      "zoom", images ?? material.photographs, "--controls", controls, "--scales", "1,1.5,2",
      "--quiet",
      "--json",
    ]
  }

  /// Every null of fields, few of each.
  var nullArguments: [String] {
    [
      "--nulls", "--null-seeds", "1", "--null-sizes", "48", "--others",
      "Experiments/samples/n01882714_koala.JPEG",
    ]
  }

  /// Size tuning of two units by few gratings.
  var tuningArguments: [String] {
    [
      "tuning", "sknet26-tiny", "--at", "SK_2_2,SK_3_2", "--orientations", "2", "--frequencies",
      "2",
      "--phases", "4", "--radii", "6", "--contrasts", "0.5,1", "--quiet", "--json",
    ]
  }

  /// Fields of two units on a few photographs.
  var fieldArguments: [String] {
    [
      "fields", "sknet26-tiny", "Tests/Fixtures/photographs", "--at", "SK_2_2,SK_3_2", "--scales",
      "1,2", "--quiet", "--json",
    ]
  }
}

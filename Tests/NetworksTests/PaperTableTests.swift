import Foundation
import Networks
import Testing

@Suite("The paper's tables")
struct PaperTableTests {
  private let tables: [PaperTable]

  init() throws { tables = try PaperTable.all() }

  @Test(
    "have the paper's rows",
    arguments: [
      ("Table 2", 6), ("Table 3", 5), ("Table 4", 6), ("Table 5", 5), ("Table 6", 5),
      ("Table 7", 11),
    ])
  func rows(table: String, count: Int) throws {
    let found = try #require(tables.first { $0.title.hasPrefix(table) })
    #expect(found.rows.count == count)
    #expect(Set(found.rows.map(\.label)).count == count)
    // Printed figures come from this table or, for networks that several have, an earlier one.
    for row in found.rows {
      let source = try #require(row.comparison?.printed.source)
      let number = try #require(source.split(separator: " ").last.flatMap { Int($0) })
      let own = try #require(table.last?.wholeNumberValue)
      #expect(number <= own || row.name == "sknet50-k3-k7", "\(row.name)")
    }
  }

  @Test("list every network of the catalogue")
  func whole() {
    let listed = Set(tables.flatMap(\.rows).map(\.name))
    #expect(
      listed == Set(Catalogue.entries.map(\.name) + Catalogue.graphEntries.map(\.name)))
  }

  @Test("say by how much an exact count differs from the printed one")
  func differences() throws {
    let text = PaperTable.text(tables)
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    // 27,479,784 / 27.5 M = 0.99926 and 4,462,710,784 / 4.47 G = 0.99837.
    let sknet50 = [
      "SKNet-50", "sknet50", "224", "27,479,784", "27.5M", "−0.07", "%", "4,462,710,784", "4.47G",
      "−0.16", "%",
    ]
    #expect(rows.contains(sknet50))
    // 1,366,792 / 1.40 M = 0.97628 and 40,476,448 / 40.39 M = 1.00214.
    let shuffled = [
      "0.5×", "shufflenetv2-0.5x", "224", "1,366,792", "1.40M?", "−2.37", "%", "40,476,448",
      "40.39M?", "+0.21", "%",
    ]
    #expect(rows.contains(shuffled))
    // A remembered figure is marked as such, one quoted elsewhere too.
    #expect(rows.contains { $0.contains("resnext56") && $0.contains("27.3M?") })
    #expect(rows.contains { $0.contains("sknet29") && $0.contains("27.7M†") })
    #expect(text.contains("?: from memory"))
    #expect(text.contains("resnext50-wider, as read here: 17/16 of every width"))
  }

  @Test("have columns that end together")
  func columns() throws {
    for table in PaperTable.text(tables).components(separatedBy: "\n\n").dropLast() {
      // Below the title, a header and its rows.
      let lines = table.split(separator: "\n").dropFirst()
      #expect(lines.allSatisfy { $0.count <= 120 })
      let header = try #require(lines.first)
      for row in lines.dropFirst() where row.hasSuffix("%") {
        #expect(row.count == header.count || table.hasPrefix("Table 5"))
      }
    }
  }

  @Test("survive their JSON form")
  func json() throws {
    let data = try JSONEncoder().encode(tables)
    #expect(try JSONDecoder().decode([PaperTable].self, from: data) == tables)
  }
}

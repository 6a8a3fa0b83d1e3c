import Foundation
import Networks
import Testing

@Suite("A network's summary")
struct NetworkSummaryTests {
  @Test(
    "adds up: units, stem and classifier give the totals", arguments: Catalogue.entries.map(\.name))
  func totals(name: String) throws {
    let summary = try summary(name, SpatialSize(height: 96, width: 80))
    let parts =
      [summary.stem, summary.classifier, summary.head].map { $0?.parameters ?? 0 }
      + summary.units.map(\.parameters)
    #expect(parts.reduce(0, +) == summary.parameters)
    let macs =
      [summary.stem, summary.classifier, summary.head].map { $0?.macs ?? 0 }
      + summary.units.map(\.macs)
    #expect(macs.reduce(0, +) == summary.macs)
    #expect(summary.flops == 2 * summary.macs)
  }

  @Test("says from where on the field is wider than the input")
  func wider() throws {
    let summary = try summary("sknet50", SpatialSize(side: 224))
    let first = summary.units.first { $0.branches.allSatisfy(\.isWiderThanInput) }
    #expect(first?.name == "SK_4_2")
  }

  @Test(
    "says whether a gate lets every output depend on the whole picture",
    arguments: [("sknet50", true), ("senet50", true), ("resnext50", false)])
  func globalPath(name: String, expected: Bool) throws {
    let units = try summary(name, SpatialSize(side: 224)).units
    #expect(Set(units.map(\.dependsOnWholePicture)) == [expected])
  }

  @Test("says from which unit on the whole picture counts where the first has no gate")
  func laterGate() throws {
    let summary = try summary("shufflenetv2-1.0x-sk", SpatialSize(side: 224))
    #expect(
      summary.units.map(\.dependsOnWholePicture) == [false] + Array(repeating: true, count: 15))
    #expect(summary.text.contains("with live attention SK_2_2's output and all"))
  }

  @Test(
    "is a table of at most 110 columns, 120 with three branches, that end together",
    arguments: Catalogue.entries.map(\.name))
  func text(name: String) throws {
    let summary = try summary(name, SpatialSize(side: 224))
    let lines = summary.text.split(separator: "\n")
    let branchCount = summary.units.map(\.branches.count).max() ?? 0
    let widest = branchCount > 2 ? 120 : 110
    #expect(lines.allSatisfy { $0.count <= widest })
    let header = try #require(lines.first { $0.hasPrefix("layer ") })
    for unit in summary.units {
      let row = try #require(lines.first { $0.hasPrefix(unit.name + " ") })
      #expect(row.split(separator: " ").count == 6 + unit.branches.count)
      guard unit.branches.count == branchCount else { continue }
      // A last column ends with its header, or one character before it where no star follows.
      #expect((header.count - 1...header.count).contains(row.count))
    }
  }

  @Test("shows the published fields, and stars those wider than the picture")
  func row() throws {
    let text = try summary("sknet50", SpatialSize(side: 224)).text
    let rows = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
    let expected = [
      "SK_4_1", "1024×14×14", "512", "1,514,560", "439,992,320", "8", "27…187", "43…203",
    ]
    #expect(rows.contains(expected))
    #expect(rows.contains { $0.first == "SK_5_3" && $0.suffix(2) == ["75…779*", "139…843*"] })
    #expect(text.contains("* wider than the input"))
    #expect(text.contains("printed 27.5M, exact is 0.07 % less"))
  }

  @Test("survives its JSON form")
  func json() throws {
    let summary = try summary("senet50", SpatialSize(height: 320, width: 224))
    let data = try JSONEncoder().encode(summary)
    #expect(try JSONDecoder().decode(NetworkSummary.self, from: data) == summary)
  }

  private func summary(_ name: String, _ input: SpatialSize) throws -> NetworkSummary {
    let entry = try Catalogue.entry(named: name)
    return try NetworkSummary(name: entry.title, architecture: entry.architecture, input: input)
  }
}

import Analysis
import Testing

@Suite("Results as a table")
struct ZoomTableTests {
  private func table(photographs count: Int = 8, surrounds: Int) throws -> String {
    let photographs = (0..<count).map { i in
      let zoom = 0.05 + 0.01 * Double(i)
      var stimuli = [
        MadeUpPhotographs.stimulus(1, [0, 0.1, -0.1], rank: i),
        MadeUpPhotographs.stimulus(1.5, [zoom / 2, 0.1, -0.9], rank: 0),
        MadeUpPhotographs.stimulus(2, [zoom, 0.1 - 2 * zoom, -0.1], rank: 0),
        MadeUpPhotographs.stimulus(2, [0.01, 0.1, 0], control: "blur"),
        MadeUpPhotographs.stimulus(2, [0.02, 0.1, 0], control: "spectrum"),
      ]
      if i < surrounds {
        stimuli.append(MadeUpPhotographs.stimulus(2, [0, 0, 0], control: "surround"))
      }
      return RecordedPhotograph(path: "\(i)", stimuli: stimuli)
    }
    return try ZoomTable(
      ZoomResults.of(photographs, units: ["SK_2_1", "SK_2_2", "SK_3_1"], scales: [1, 1.5, 2])
    ).text
  }

  @Test("lines of a grid end in one column, and every unit and stage has one in each grid")
  func aligned() throws {
    let blocks = try table(surrounds: 3).split(separator: "\n\n")
    // What it is about, the primary family, the rest, three controls by twos, accuracy.
    #expect(blocks.count == 6)
    for block in blocks.dropFirst() {
      let rows = block.split(separator: "\n")
      let rule = try #require(rows.first { $0.hasPrefix("─") })
      let grid = rows.filter { $0.hasPrefix("SK_") || $0.hasPrefix("stage") || $0.hasPrefix("top") }
      let expected =
        block.hasPrefix("accuracy")
        ? 2 : block.hasPrefix("Primary") ? 1 : block.hasPrefix("Expl") ? 4 : 5
      #expect(grid.filter { !$0.contains(": ") }.count == expected, "\(block)")
      for row in grid where !row.contains(": ") { #expect(row.count == rule.count, "\(row)") }
    }
  }

  @Test("says the shift, its verdict, and what it rests on")
  func content() throws {
    let text = try table(surrounds: 3)
    let row = try #require(text.split(separator: "\n").first { $0.hasPrefix("SK_2_1") })
    let cells = row.split(separator: " ").map(String.init)
    #expect(cells.contains("+0.0850") && cells.contains("1.00"))
    #expect(text.contains("SK_2_2: moves against the claim; psf was not recorded; could have seen"))
    #expect(text.contains("counting by the slope beyond them: spectrum; reported, not decisive: "))
    #expect(text.contains("surround: over the 3 photographs that have it"))
    #expect(try !table(surrounds: 8).contains("photographs that have it"))
    #expect(text.contains("8 photographs"))
  }

  @Test("counts one photograph as one")
  func single() throws {
    #expect(try table(surrounds: 1).contains("surround: over the 1 photograph that has it"))
    let head = try table(photographs: 1, surrounds: 0).split(separator: "\n")[0]
    #expect(head.hasSuffix(", 1 photograph"))
  }
}

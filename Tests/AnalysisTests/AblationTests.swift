import Analysis
import Networks
import Testing

@Suite("An ablation's statistics")
struct AblationTests {
  private func results(_ errors: [[Double]], paper: [Double?] = []) throws -> AblationResults {
    let architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    return AblationResults(
      name: "made up",
      training: .init(
        classes: 200, pictures: 1000, validationPictures: 100, epochs: 2.5, size: 32,
        seeds: (0..<errors[0].count).map(UInt64.init)), reference: "v0",
      analysing: errors.enumerated().map { index, values in
        AblationResults.Observed(
          name: "v\(index)", architecture: architecture, macs: 67_139_584, errors: values,
          zooms: [], lesions: [],
          paper: index < paper.count
            ? paper[index].map { .init(error: $0, certainty: .remembered) } : nil)
      })
  }

  /// Intervals by `scipy.stats.ttest_ind(…, equal_var=False)`.
  @Test("call a difference none unless its interval is on one side of zero")
  func verdicts() throws {
    let results = try results([
      [0.40, 0.41, 0.42],
      // Apart by twice the spread over seeds, which three seeds cannot tell from chance.
      [0.41, 0.42, 0.43],
      [0.45, 0.46, 0.47],
      [0.36, 0.37, 0.375],
      [0.40, 0.41, 0.42],
    ])
    #expect(
      results.variants.map(\.verdict) == [nil, .noDifference, .higher, .lower, .noDifference])
    let higher = try #require(results.variants[2].difference)
    #expect(abs(higher.mean - 0.05) < 1e-12)
    #expect(abs(higher.interval[0] - 0.027330420644724844) < 1e-9)
    #expect(abs(higher.interval[1] - 0.07266957935527513) < 1e-9)
    #expect(results.variants[0].difference == nil)
    #expect(results.variants[4].difference?.mean == 0)
  }

  @Test("judge nothing by fewer than three seeds", arguments: [1, 2])
  func few(_ seeds: Int) throws {
    let errors = [[0.4, 0.4], [0.9, 0.9]].map { Array($0.prefix(seeds)) }
    let results = try results(errors)
    #expect(results.variants.allSatisfy { $0.verdict == nil })
    #expect(results.variants[1].difference?.mean == 0.5)
    #expect(results.notes.contains { $0.contains("no difference is judged") })
    #expect(AblationTable(results).text.contains("too few seeds"))
  }

  @Test("stand in the tables beside the paper's")
  func tables() throws {
    let results = try results(
      [[0.40, 0.41, 0.42], [0.45, 0.46, 0.47]], paper: [20.79, 21.76])
    let table = AblationTable(results)
    let lines = table.markdown.split(separator: "\n").filter { $0.hasPrefix("| v") }
    #expect(lines.count == 3)
    #expect(
      lines[2]
        == "| v1 | 46.00 | [43.52, 48.48] | +5.00 | [+2.73, +7.27] | higher | 1.38M | 67.14M | "
        + "21.76? | +0.97 |  |  |")
    #expect(table.text.contains("?: from memory"))
    let csv = table.csv
    #expect(csv.rows.allSatisfy { $0.count == csv.header.count })
    let row = Dictionary(zip(csv.header, csv.rows[1])) { first, _ in first }
    #expect(row["error_seed_1"] == "0.46" && row["verdict"] == "higher")
    #expect(row["paper_error_percent"] == "21.76" && row["parameters"] == "1382760")
    #expect(row["measure"] == "")
  }
}

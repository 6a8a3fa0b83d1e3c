import Analysis
import Networks
import Testing

@Suite("An ablation's statistics")
struct AblationTests {
  private func results(
    _ errors: [[Double]], paper: [Double?] = [], zooms: [[ZoomResults]] = [],
    contrasts: [AblationResults.ContrastPlan]? = nil
  ) throws -> AblationResults {
    let architecture = try Catalogue.entry(named: "sknet26-tiny").architecture
    return AblationResults(
      name: "made up",
      training: .init(
        classes: 200, pictures: 1000, validationPictures: 100, epochs: 2.5, size: 32,
        seeds: (0..<errors[0].count).map(UInt64.init)), reference: "v0", contrasts: contrasts,
      analysing: errors.enumerated().map { index, values in
        AblationResults.Observed(
          name: "v\(index)", architecture: architecture, macs: 67_139_584, errors: values,
          zooms: index < zooms.count ? zooms[index] : [], lesions: [],
          paper: index < paper.count
            ? paper[index].map { .init(error: $0, certainty: .remembered) } : nil)
      })
  }

  /// A deviation pooled over five variants of three seeds has 10 degrees of freedom; intervals and p by
  /// `scipy.stats.t`.
  @Test("judge planned differences with one deviation over all variants")
  func verdicts() throws {
    let results = try results([
      [0.40, 0.41, 0.42],
      // Apart by the spread over seeds, which three seeds cannot tell from chance.
      [0.41, 0.42, 0.43],
      [0.45, 0.46, 0.47],
      [0.36, 0.37, 0.375],
      [0.40, 0.41, 0.42],
    ])
    #expect(abs((results.deviation ?? 0) - 0.009574271077563373) < 1e-12)
    #expect(
      results.contrasts.map(\.verdict) == [.unresolved, .higher, .lower, .unresolved])
    let higher = results.contrasts[1]
    #expect(higher.plan == .init("v2", minus: "v0"))
    #expect(abs(higher.difference.mean - 0.05) < 1e-12)
    #expect(abs(higher.difference.interval[0] - 0.032581837355947836) < 1e-9)
    #expect(abs(higher.difference.interval[1] - 0.06741816264405215) < 1e-9)
    #expect(abs((higher.p ?? 0) - 4 * 7.872511809944994e-05) < 1e-9)
    #expect(abs((results.contrasts[0].smallestDetectable ?? 0) - 0.030622951849006222) < 1e-9)
    for (bound, expected) in zip(
      results.variants[0].error.interval, [0.39768349907858047, 0.4223165009214195])
    {
      #expect(abs(bound - expected) < 1e-9)
    }
  }

  @Test("take the differences that were planned, and say whether they hold the paper's")
  func planned() throws {
    let results = try results(
      [[0.40, 0.41, 0.42], [0.45, 0.46, 0.47], [0.41, 0.42, 0.43]], paper: [20, 20.5, 26.5],
      contrasts: [.init("v1", minus: "v2"), .init("v2", minus: "v0")])
    #expect(results.contrasts.map(\.plan.variant) == ["v1", "v2"])
    #expect(
      results.contrasts.map { ($0.paper ?? 0) * 100 }.map { ($0 * 10).rounded() } == [-60, 65])
    #expect(results.contrasts.map(\.paperStanding) == [.excluded, .excluded])
    let near = try self.results(
      [[0.40, 0.41, 0.42], [0.45, 0.46, 0.47]], paper: [20, 26])
    #expect(near.contrasts[0].paperStanding == .compatible)
  }

  @Test("judge nothing by fewer than three seeds", arguments: [1, 2])
  func few(_ seeds: Int) throws {
    let errors = [[0.4, 0.4], [0.9, 0.9]].map { Array($0.prefix(seeds)) }
    let results = try results(errors, paper: [20, 21])
    #expect(results.contrasts.allSatisfy { $0.verdict == nil && $0.p == nil })
    #expect(
      results.contrasts.allSatisfy { $0.paperStanding == nil && $0.difference.interval.isEmpty })
    #expect(results.contrasts[0].difference.mean == 0.5)
    #expect(results.notes.contains { $0.contains("nothing is judged") })
    #expect(AblationTable(results).text.contains("too few seeds"))
    #expect(!AblationTable(results).text.contains("*"))
  }

  @Test("judge units by the rule of a single run, with networks for photographs")
  func units() throws {
    func zoom(_ seed: Double, controls: Set<String>) throws -> ZoomResults {
      try ZoomResults.of(
        (0..<4).map { i in
          let start = 0.1 * Double(i)
          let end = start + 0.05 + 0.002 * seed
          return MadeUpPhotographs.photograph(
            "\(i)", base: start, zoom: end,
            controls: ["spectrum": start + 0.01, "psf": end].filter { controls.contains($0.key) },
            ownBase: ["psf": start].filter { controls.contains($0.key) })
        }, units: ["SK_4_2"])
    }
    func judged(_ seeds: [Double], _ controls: Set<String>) throws -> AblationResults.Unit {
      let zooms = try seeds.map { try zoom($0, controls: controls) }
      return try results([seeds.map { _ in 0.4 }], zooms: [zooms]).variants[0].units[0]
    }
    let both = try judged([1, 2, 3], ["spectrum", "psf"])
    #expect(both.judgement?.verdict == .larger)
    #expect(abs(both.slope.mean - 0.054) < 1e-12 && abs((both.excess?.mean ?? 0) - 0.044) < 1e-12)
    let one = try judged([1, 2, 3], ["spectrum"])
    #expect(one.judgement?.verdict == .unresolved && one.judgement?.missing == ["psf"])
    #expect(try judged([1, 2], ["spectrum", "psf"]).judgement == nil)
  }

  @Test("stand in the tables beside the paper's")
  func tables() throws {
    let results = try results(
      [[0.40, 0.41, 0.42], [0.45, 0.46, 0.47]], paper: [20.79, 21.76])
    let table = AblationTable(results)
    let lines = table.markdown.split(separator: "\n").filter { $0.hasPrefix("| v") }
    // Two headers, two variants, one difference.
    #expect(lines.count == 4)
    #expect(lines[2].hasPrefix("| v1 | 46.00 | [44.40, 47.60] | 1.38M | 67.14M | 21.76? |"))
    #expect(lines[3].hasPrefix("| v1 − v0 | +5.00 | [+2.73, +7.27] | 0.0036 | higher |"))
    #expect(lines[3].hasSuffix("| +0.97 | excluded |"))
    #expect(table.text.contains("?: from memory"))
    let csv = table.csv
    #expect(csv.rows.allSatisfy { $0.count == csv.header.count })
    let row = Dictionary(zip(csv.header, csv.rows[1])) { first, _ in first }
    #expect(row["error_seed_1"] == "0.46" && row["verdict"] == "higher")
    #expect(row["paper_error_percent"] == "21.76" && row["parameters"] == "1382760")
    #expect(row["measure"] == "" && row["paper_standing"] == "excluded")
  }
}

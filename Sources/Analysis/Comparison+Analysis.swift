import Foundation

extension Comparison {
  /// Sets runs side by side, each later one against the first.
  ///
  /// - Parameter compared: Two runs or more, of the same measure over as many octaves of scale.
  /// - Throws: `ComparisonError` that says what differs, or that no photograph is in all runs.
  public init(_ compared: [ComparedRun]) throws(ComparisonError) {
    guard let first = compared.first, compared.count > 1 else {
      throw ComparisonError(description: "a comparison needs two runs")
    }
    guard Self.octaves(first.results) > 0 else {
      throw ComparisonError(description: "\(first.label): has one scale; a shift needs two")
    }
    for other in compared.dropFirst() { try Self.check(other, with: first) }
    let matching = UnitMatching(compared.map(\.results.model.architecture))
    let shared = try SharedPhotographs(compared)
    let columns = zip(compared, shared.byRun).map { ComparedMoves($0, over: $1) }
    let family = PrimaryFamily(
      first.primary, first.results.model.architecture,
      recorded: first.results.units.map(\.name))
    func rows(_ places: [(name: String, stage: Int, names: [String?])]) -> [Row] {
      var rows = places.map { place in
        Row(
          name: place.name, stage: place.stage,
          entries: zip(place.names, columns).map { name, column in
            name.flatMap { column.unit($0) }.map(Entry.init)
          })
      }
      // What no run recorded has no row.
      rows.removeAll { $0.entries.allSatisfy { $0 == nil } }
      for run in columns.indices.dropFirst() {
        Differences(
          columns[run], minus: columns[0], isPaired: shared.isPaired[run], options: first.options
        ).fill(&rows, run: run, family)
      }
      return rows
    }
    let units = rows(matching.rows.map { ($0.name, $0.stage, $0.names) })
    let stages = rows(
      Set(compared.flatMap { $0.results.stages.map(\.stage) }).sorted().map { stage in
        ("stage \(stage)", stage, compared.map { _ in "stage \(stage)" })
      })
    for run in compared.indices.dropFirst()
    where !(units + stages).contains(where: { $0.entries[0] != nil && $0.entries[run] != nil }) {
      func places(_ run: ComparedRun) -> String {
        run.results.stages.map { "\($0.stage)" }.joined(separator: ", ")
      }
      throw ComparisonError(
        description:
          "\(compared[run].label): cannot be compared with \(first.label): they have units"
          + " in no stage in common: \(places(compared[run])), not \(places(first))")
    }
    self.init(
      seed: first.options.seed, measure: first.results.measure, matching: matching.kind,
      primary: family,
      runs: compared.indices.map { index in
        let run = compared[index]
        return Run(
          label: run.label, model: run.results.model.name, sha256: run.results.model.sha256,
          precision: run.results.precision, protocol: run.results.protocol,
          ends: [run.results.scales.first, run.results.scales.last].compactMap { $0 },
          headline: run.results.headline,
          pairs: shared.isPaired[index] ? shared.byRun[index].count : nil,
          withheld: columns[index].results.withheld)
      }, units: units, stages: stages)
  }

  /// From the smallest scale to the largest.
  private static func octaves(_ results: ZoomResults) -> Double {
    guard let from = results.scales.first, let to = results.scales.last, from > 0 else { return 0 }
    return log2(to / from)
  }

  private static func check(_ run: ComparedRun, with first: ComparedRun) throws(ComparisonError) {
    func range(_ results: ZoomResults) -> String {
      [results.scales.first, results.scales.last].map { $0.map { "\($0)×" } ?? "none" }
        .joined(separator: " to ")
    }
    var differences: [String] = []
    if abs(octaves(run.results) - octaves(first.results)) > 1e-9 {
      differences.append("scales: \(range(run.results)), not \(range(first.results))")
    }
    if run.results.measure != first.results.measure {
      let measures = [run, first].map(\.results.measure.rawValue)
      differences.append("measure: \(measures.joined(separator: ", not "))")
    }
    guard differences.isEmpty else {
      throw ComparisonError(
        description: "\(run.label): cannot be compared with \(first.label): "
          + differences.joined(separator: "; "))
    }
  }
}

extension Comparison.Entry {
  fileprivate init(_ unit: ZoomResults.UnitResult) {
    self.init(
      name: unit.name, shift: Estimate(mean: unit.shift.mean, interval: unit.shift.interval),
      slope: unit.shift.slope, excess: unit.shift.controls["spectrum"]?.excessSlope,
      judgement: unit.shift.judgement)
  }
}

/// The photographs that each run's numbers are over.
private struct SharedPhotographs {
  /// The same in the same order in paired runs; all that count in the others.
  private(set) var byRun: [[RecordedPhotograph]]
  /// Whether a run shares photographs with the first; of the first itself, with any.
  private(set) var isPaired: [Bool]

  init(_ runs: [ComparedRun]) throws(ComparisonError) {
    byRun = runs.map(\.counted)
    let keys = byRun.map(Self.keys)
    isPaired = keys.map { !Set($0).isDisjoint(with: keys[0]) }
    isPaired[0] = isPaired.dropFirst().contains(true)
    let paired = runs.indices.filter { isPaired[$0] }
    guard let one = paired.first else { return }
    let shared = paired.dropFirst().reduce(into: Set(keys[one])) { $0.formIntersection(keys[$1]) }
    guard !shared.isEmpty else {
      let labels = paired.map { runs[$0].label }.joined(separator: ", ")
      throw ComparisonError(
        description: "no photograph is in all of \(labels); compare two of them at a time")
    }
    let order = keys[one].filter(shared.contains)
    for run in paired {
      let places = Dictionary(
        zip(keys[run], byRun[run]).map { ($0, $1) }, uniquingKeysWith: { first, _ in first })
      byRun[run] = order.compactMap { places[$0] }
    }
  }

  /// Hashes, copies of one file numbered.
  private static func keys(_ photographs: [RecordedPhotograph]) -> [String] {
    var counts: [String: Int] = [:]
    return photographs.map { photograph in
      let key = photograph.sha256.isEmpty ? photograph.path : photograph.sha256
      counts[key, default: 0] += 1
      return "\(key) \(counts[key] ?? 0)"
    }
  }
}

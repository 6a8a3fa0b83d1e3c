extension Comparison {
  /// Sets runs side by side, each later one against the first.
  ///
  /// - Parameter compared: Two runs or more, of the same protocol, scales and measure.
  /// - Throws: `ComparisonError` that says what differs.
  public init(_ compared: [ComparedRun]) throws(ComparisonError) {
    guard let first = compared.first, compared.count > 1 else {
      throw ComparisonError(description: "a comparison needs two runs")
    }
    guard let from = first.results.scales.first, let to = first.results.scales.last, from < to
    else {
      throw ComparisonError(description: "\(first.label): has one scale; a shift needs two")
    }
    for other in compared.dropFirst() { try Self.check(other, with: first) }
    let matching = UnitMatching(compared.map(\.results.model.architecture))
    let columns = compared.map(MovesTable.init)
    let pairings = columns.map { Pairing($0, columns[0]) }
    let unitRows = Self.rows(
      matching.rows.map { ($0.name, $0.stage, $0.names) }, compared.map(\.results.units), columns,
      pairings, first.options)
    let stageNumbers = Set(compared.flatMap { $0.results.stages.map(\.stage) }).sorted()
    let stageRows = Self.rows(
      stageNumbers.map { stage in
        ("stage \(stage)", stage, compared.map { _ in "stage \(stage)" })
      }, compared.map(\.results.stages), columns, pairings, first.options)
    self.init(
      seed: first.options.seed, protocol: first.results.protocol, from: from, to: to,
      measure: first.results.measure, matching: matching.kind,
      runs: zip(compared, pairings).enumerated().map { index, run in
        Run(
          label: run.0.label, model: run.0.results.model.name, sha256: run.0.results.model.sha256,
          precision: run.0.results.precision, headline: run.0.results.headline,
          pairs: index > 0 ? run.1.pairs?.count : nil)
      }, units: unitRows, stages: stageRows)
  }

  private static func check(_ run: ComparedRun, with first: ComparedRun) throws(ComparisonError) {
    func range(_ results: Results) -> String {
      [results.scales.first, results.scales.last].map { $0.map { "\($0)×" } ?? "none" }
        .joined(separator: " to ")
    }
    let facts: [(String, (Results) -> String)] = [
      ("protocol", { $0.protocol }), ("scales", range), ("measure", { $0.measure.rawValue }),
    ]
    let differences = facts.compactMap { name, value -> String? in
      let (own, other) = (value(first.results), value(run.results))
      return own == other ? nil : "\(name): \(other), not \(own)"
    }
    guard differences.isEmpty else {
      throw ComparisonError(
        description: "\(run.label): cannot be compared with \(first.label): "
          + differences.joined(separator: "; "))
    }
  }

  /// Looks rows up in the runs' results and works out the differences, all from the same resamples.
  private static func rows(
    _ places: [(name: String, stage: Int, names: [String?])], _ results: [[Results.UnitResult]],
    _ columns: [MovesTable], _ pairings: [Pairing], _ options: AnalysisOptions
  ) -> [Row] {
    var rows = places.map { place in
      Row(
        name: place.name, stage: place.stage,
        entries: zip(place.names, results).map { name, units in
          units.first { $0.name == name }.map(Entry.init)
        })
    }
    // What no run recorded has no row.
    rows.removeAll { $0.entries.allSatisfy { $0 == nil } }
    for run in columns.indices.dropFirst() {
      let shared = rows.indices.filter {
        rows[$0].entries[run] != nil && rows[$0].entries[0] != nil
      }
      func differences(_ series: (MovesTable, String) -> [Double?]) -> [Estimate] {
        pairings[run].differences(
          of: shared.map { series(columns[run], rows[$0].entries[run]?.name ?? "") },
          minus: shared.map { series(columns[0], rows[$0].entries[0]?.name ?? "") }, options)
      }
      for (row, estimate) in zip(shared, differences { $0.shifts(of: $1) }) {
        rows[row].entries[run]?.difference = estimate
      }
      for (row, estimate) in zip(shared, differences { $0.excesses(of: $1) }) {
        rows[row].entries[run]?.excessDifference = estimate
      }
    }
    return rows
  }
}

extension Comparison.Entry {
  fileprivate init(_ unit: Results.UnitResult) {
    let spectrum = unit.shift.controls["spectrum"]
    self.init(
      name: unit.name, shift: Estimate(mean: unit.shift.mean, interval: unit.shift.interval),
      excess: spectrum.map { Estimate(mean: $0.excess, interval: $0.excessInterval) })
  }
}

/// One run's moves, photograph by photograph.
private struct MovesTable {
  private let table: MeasureTable
  /// Indices into `meanAttention` by the name of a unit or a stage.
  private let members: [String: [Int]]
  /// What tells each photograph that counts.
  let keys: [String]
  /// What tells each photograph that was recorded.
  let recorded: Set<String>

  init(_ run: ComparedRun) {
    let architecture = run.results.model.architecture
    let selection = HeadlineSelection(
      run.photographs, scales: run.results.scales,
      includesUndersampled: run.options.includesUndersampled)
    table = MeasureTable(
      selection.photographs, measure: BranchMeasure(branches: architecture.branches),
      scales: run.results.scales)
    keys = Self.keys(selection.photographs)
    recorded = Set(Self.keys(run.photographs))
    var members: [String: [Int]] = [:]
    for unit in architecture.units {
      guard let index = run.unitNames.firstIndex(of: unit.name) else { continue }
      members[unit.name] = [index]
      members["stage \(unit.stage)", default: []].append(index)
    }
    self.members = members
  }

  func shifts(of name: String) -> [Double?] { table.moves(units: members[name] ?? []) }

  func excesses(of name: String) -> [Double?] {
    zip(shifts(of: name), table.moves(units: members[name] ?? [], control: "spectrum")).map {
      guard let shift = $0, let control = $1 else { return nil }
      return shift - control
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

/// Which photograph of one run is which of another.
private struct Pairing {
  /// Indices of the photographs that count in both; nil if the runs are over different photographs.
  let pairs: [(own: Int, other: Int)]?

  init(_ own: MovesTable, _ other: MovesTable) {
    let places = Dictionary(
      other.keys.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let shared = own.keys.enumerated().compactMap { index, key in
      places[key].map { (own: index, other: $0) }
    }
    pairs = own.recorded == other.recorded && !shared.isEmpty ? shared : nil
  }

  /// Differences of means, a series each; none where a series has no values.
  func differences(
    of series: [[Double?]], minus others: [[Double?]], _ options: AnalysisOptions
  ) -> [Estimate] {
    guard let own = series.first, let other = others.first else { return [] }
    guard let pairs else {
      let (values, references) = (
        series.map { $0.compactMap { $0 } }, others.map { $0.compactMap { $0 } }
      )
      guard values[0].count > 0, references[0].count > 0 else { return [] }
      return options.estimates(of: values, minus: references)
    }
    let present = pairs.filter { own[$0.own] != nil && other[$0.other] != nil }
    guard !present.isEmpty else { return [] }
    return options.estimates(
      of: zip(series, others).map { own, other in
        present.map { (own[$0.own] ?? 0) - (other[$0.other] ?? 0) }
      })
  }
}

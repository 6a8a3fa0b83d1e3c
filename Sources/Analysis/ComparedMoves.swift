/// One run's slopes over the photographs of a comparison.
struct ComparedMoves {
  /// Its statistics over them.
  let results: ZoomResults
  private let table: MeasureTable
  /// Indices into `meanAttention` by the name of a unit or a stage.
  private let members: [String: [Int]]

  init(_ run: ComparedRun, over photographs: [RecordedPhotograph]) {
    results = run.results(over: photographs)
    let architecture = run.results.model.architecture
    table = MeasureTable(
      photographs, measure: BranchMeasure(branches: architecture.branches),
      scales: run.results.scales)
    var members: [String: [Int]] = [:]
    for unit in architecture.units {
      guard let index = run.unitNames.firstIndex(of: unit.name) else { continue }
      members[unit.name] = [index]
      members["stage \(unit.stage)", default: []].append(index)
    }
    self.members = members
  }

  /// A unit or stage by its name.
  func unit(_ name: String) -> ZoomResults.UnitResult? {
    (results.units + results.stages).first { $0.name == name }
  }

  /// Slopes per octave, photograph by photograph.
  func slopes(of name: String) -> [Double?] {
    SlopePerOctave.slopes(table.columns(units: members[name] ?? []), at: table.scales)
  }

  /// What is tested of a control: the excess of the slope, or a matched control's own slope.
  func tested(_ control: String, of name: String) -> [Double?] {
    let moves = ControlMoves(of: control, units: members[name] ?? [], in: table)
    return ControlRole(of: control) == .matched ? moves.slopes : moves.excessSlopes
  }

  /// The slope beyond a control's, photograph by photograph.
  func excesses(over control: String, of name: String) -> [Double?] {
    ControlMoves(of: control, units: members[name] ?? [], in: table).excessSlopes
  }

  /// The controls that count in a unit.
  func countingControls(of name: String) -> Set<String> {
    Set((unit(name)?.shift.controls ?? [:]).filter(\.value.counts).keys)
  }
}

/// A run's slopes minus the first run's.
struct Differences {
  private let run: ComparedMoves
  private let first: ComparedMoves
  private let isPaired: Bool
  private let options: AnalysisOptions

  /// - Parameters:
  ///   - run: The run that counts as it is.
  ///   - first: The first run.
  ///   - isPaired: Whether both are over the same photographs in the same order.
  ///   - options: Seed and sample sizes.
  init(
    _ run: ComparedMoves, minus first: ComparedMoves, isPaired: Bool, options: AnalysisOptions
  ) {
    self.run = run
    self.first = first
    self.isPaired = isPaired
    self.options = options
  }

  /// Writes the differences into a run's entries, and judges those of the family.
  func fill(_ rows: inout [Comparison.Row], run place: Int, _ family: PrimaryFamily) {
    let shared = rows.indices.compactMap { row -> (row: Int, own: String, other: String)? in
      guard let own = rows[row].entries[place]?.name, let other = rows[row].entries[0]?.name
      else { return nil }
      return (row, own, other)
    }
    guard !shared.isEmpty else { return }
    let slopes = estimates(
      shared.map { run.slopes(of: $0.own) }, shared.map { first.slopes(of: $0.other) })
    for (unit, estimate) in zip(shared, slopes) {
      rows[unit.row].entries[place]?.difference = estimate
    }
    let excesses = estimates(
      shared.map { run.excesses(over: "spectrum", of: $0.own) },
      shared.map { first.excesses(over: "spectrum", of: $0.other) })
    for (unit, estimate) in zip(shared, excesses) {
      rows[unit.row].entries[place]?.excessDifference = estimate
    }
    guard run.results.withheld == nil, first.results.withheld == nil else { return }
    let members = shared.filter { family.units.contains($0.other) }
    let effects = members.map { unit in
      family.units.firstIndex(of: unit.other).flatMap { family.smallestEffects[$0] }
    }
    let intervals = members.map { rows[$0.row].entries[place]?.difference?.interval ?? [] }
    let judged =
      isPaired
      ? pairedJudgements(members.map { ($0.own, $0.other) }, effects, intervals)
      : unpairedJudgements(members.map { ($0.own, $0.other) }, effects, intervals)
    for (unit, judgement) in zip(members, judged) {
      rows[unit.row].entries[place]?.differenceJudgement = judgement
    }
  }

  /// Differences of means, a series each; none where a series has no values.
  private func estimates(_ own: [[Double?]], _ other: [[Double?]]) -> [Estimate] {
    guard isPaired else {
      let values = own.map { $0.compactMap { $0 } }
      let references = other.map { $0.compactMap { $0 } }
      guard values.allSatisfy({ !$0.isEmpty }), references.allSatisfy({ !$0.isEmpty }) else {
        return []
      }
      return options.estimates(of: values, minus: references)
    }
    let differences = zip(own, other).map { Self.minus($0, $1).compactMap { $0 } }
    return differences.allSatisfy { !$0.isEmpty } ? options.estimates(of: differences) : []
  }

  private static func minus(_ own: [Double?], _ other: [Double?]) -> [Double?] {
    zip(own, other).map { own, other in
      guard let own, let other else { return nil }
      return own - other
    }
  }

  /// The controls that count in both runs.
  private func controls(_ own: String, _ other: String) -> [String] {
    run.countingControls(of: own).intersection(first.countingControls(of: other)).sorted()
  }

  private func pairedJudgements(
    _ members: [(own: String, other: String)], _ effects: [Double?], _ intervals: [[Double]]
  ) -> [Judgement] {
    VerdictRule(.either).judge(
      zip(members, effects).map { unit, effect in
        let controls = controls(unit.own, unit.other)
        return Evidence(
          slopes: Self.minus(run.slopes(of: unit.own), first.slopes(of: unit.other))
            .map { $0 ?? 0 },
          controls: Dictionary(
            uniqueKeysWithValues: controls.map {
              ($0, Self.minus(run.tested($0, of: unit.own), first.tested($0, of: unit.other)))
            }),
          smallestEffect: effect,
          missing: ControlRole.required.filter { !controls.contains($0) })
      }, intervals: intervals, permutations: options.permutations, seed: options.seed)
  }

  private func unpairedJudgements(
    _ members: [(own: String, other: String)], _ effects: [Double?], _ intervals: [[Double]]
  ) -> [Judgement] {
    VerdictRule(.either).judge(
      zip(zip(members, effects), intervals).map { unit, interval in
        let names = controls(unit.0.own, unit.0.other)
        let slopes = MeanTest(
          of: run.slopes(of: unit.0.own).compactMap { $0 },
          minus: first.slopes(of: unit.0.other).compactMap { $0 })
        let controls = Dictionary(
          uniqueKeysWithValues: names.map { name in
            (
              name,
              MeanTest(
                of: run.tested(name, of: unit.0.own).compactMap { $0 },
                minus: first.tested(name, of: unit.0.other).compactMap { $0 })
            )
          })
        return VerdictRule.Tests(
          slope: slopes, controls: controls, of: members.count, .either, smallestEffect: unit.1,
          missing: ControlRole.required.filter { !names.contains($0) }, interval: interval)
      })
  }
}

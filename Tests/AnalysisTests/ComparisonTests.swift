import Analysis
import Networks
import Testing

/// Runs of networks with the moves that a test wants.
private struct MadeUpRun {
  var label: String
  /// By photograph: its hash, its move in each unit and what the spectrum control moves.
  var photographs: [(hash: String, moves: [Double], spectrum: Double?)]
  var units = ["SK_2_1", "SK_2_2"]
  var network = "sknet26-tiny"
  var scales = [1.0, 2]
  var proto = "crop"
  var undersampled: Set<String> = []

  func make() throws -> ComparedRun {
    let photographs = self.photographs.map { photograph in
      var stimuli = [
        MadeUpPhotographs.stimulus(scales[0], photograph.moves.map { _ in 0.1 }),
        MadeUpPhotographs.stimulus(
          scales[1], photograph.moves.map { 0.1 + $0 },
          undersampled: undersampled.contains(photograph.hash)),
      ]
      if let spectrum = photograph.spectrum {
        stimuli.append(
          MadeUpPhotographs.stimulus(
            scales[1], photograph.moves.map { _ in 0.1 + spectrum }, control: "spectrum"))
      }
      return RecordedPhotograph(
        path: "\(label)/\(photograph.hash)", sha256: photograph.hash, stimuli: stimuli)
    }
    let options = AnalysisOptions(seed: 3)
    let results = ZoomResults(
      analysing: photographs,
      model: .init(
        name: network, sha256: "00", architecture: try Catalogue.entry(named: network).architecture),
      unitNames: units, protocol: proto, scales: scales, precision: "f32", options: options)
    return ComparedRun(
      label: label, results: results, photographs: photographs, unitNames: units, options: options)
  }
}

@Suite("A comparison of runs")
struct ComparisonTests {
  private let first = MadeUpRun(
    label: "a",
    photographs: zip(["x", "y", "z", "w"], [0.01, 0.05, -0.02, 0.04]).map { ($0, [$1, 0], 0.01) })

  /// The same photographs in another order, with moves of their own.
  private var second: MadeUpRun {
    MadeUpRun(
      label: "b",
      photographs: [
        ("z", [0.03, 0.2], 0.02), ("w", [0.05, 0.2], -0.01), ("x", [0.04, 0.2], 0),
        ("y", [0, 0.2], 0),
      ])
  }

  @Test("pairs each photograph with itself, whatever its path and place")
  func paired() throws {
    let comparison = try Comparison([first.make(), second.make()])
    #expect(comparison.matching == .name)
    #expect(comparison.runs.map(\.pairs) == [4, 4])
    #expect(comparison.units.map(\.name) == ["SK_2_1", "SK_2_2"])
    let entry = try #require(comparison.units[0].entries[1])
    // x, y, z, w: 0.04 − 0.01, 0 − 0.05, 0.03 + 0.02, 0.05 − 0.04.
    let differences = [0.03, -0.05, 0.05, 0.01]
    let difference = try #require(entry.difference)
    #expect(abs(difference.mean - 0.01) < 1e-12)
    // In the order of the first run.
    let expected = Bootstrap.intervals(
      SeriesMatrix([differences]), samples: 10_000, seed: 3)[0]
    for end in 0..<2 { #expect(abs(difference.interval[end] - expected[end]) < 1e-12) }
    // Spectrum moves 0.01 everywhere in a; 0, 0, 0.02, −0.01 in b.
    let excess = try #require(entry.excessDifference)
    #expect(abs(excess.mean - (0.01 - 0.0025 + 0.01)) < 1e-12)
    #expect(abs(entry.shift.mean - 0.03) < 1e-12)
    #expect(abs((entry.excess?.mean ?? 0) - 0.0275) < 1e-12)
    #expect(comparison.units[0].entries[0]?.difference == nil)
    // A constant difference is known exactly.
    let constant = try #require(comparison.units[1].entries[1]?.difference)
    #expect(constant.interval.allSatisfy { abs($0 - 0.2) < 1e-12 } && constant.excludesZero)
    // SK_2_2 is primary; four photographs are too few, and psf is missing.
    let judged = try #require(comparison.units[1].entries[1])
    #expect(judged.differenceJudgement?.verdict == .unresolved)
    #expect(judged.differenceJudgement?.missing == ["psf"] && judged.judgement != nil)
    #expect(comparison.units[0].entries[1]?.differenceJudgement == nil)
    // The stage averages its two units within each photograph.
    let stage = try #require(comparison.stages.first?.entries[1]?.difference)
    #expect(comparison.stages.map(\.name) == ["stage 2"])
    #expect(abs(stage.mean - (0.01 + 0.2) / 2) < 1e-12)
  }

  @Test("shows every column over the photographs that count in both runs")
  func undersampled() throws {
    var other = second
    other.undersampled = ["y"]
    let comparison = try Comparison([first.make(), other.make()])
    #expect(comparison.runs.map(\.pairs) == [3, 3])
    #expect(comparison.runs.map(\.headline.images) == [4, 3])
    let difference = try #require(comparison.units[0].entries[1]?.difference)
    #expect(abs(difference.mean - (0.03 + 0.05 + 0.01) / 3) < 1e-12)
    // a's own column without y, so that what is shown differs by what is said.
    let shown = comparison.units[0].entries.map { $0?.slope.mean ?? .nan }
    #expect(abs(shown[0] - (0.01 - 0.02 + 0.04) / 3) < 1e-12)
    #expect(abs(shown[1] - shown[0] - difference.mean) < 1e-12)
  }

  @Test("pairs photographs wherever they are in both runs, whatever else each recorded")
  func overlap() throws {
    var other = second
    other.photographs[0].hash = "v"
    let comparison = try Comparison([first.make(), other.make()])
    #expect(comparison.runs.map(\.pairs) == [3, 3])
    let difference = try #require(comparison.units[0].entries[1]?.difference)
    #expect(abs(difference.mean - (0.03 - 0.05 + 0.01) / 3) < 1e-12)
    #expect(comparison.pairingNotes.contains { $0.contains("told by their content") })
    var third = first
    third.label = "c"
    third.photographs = [("z", [0, 0], 0), ("v", [0, 0], 0)]
    let all = try Comparison([first.make(), second.make(), third.make()])
    #expect(all.runs.map(\.pairs) == [1, 1, 1])
    #expect(all.units[0].entries.allSatisfy { $0?.slope.interval == [] })
    third.photographs = [("y", [0, 0], 0)]
    other.photographs = [("x", [0, 0], 0)]
    let runs = try [first.make(), other.make(), third.make()]
    let error = #expect(throws: ComparisonError.self) { try Comparison(runs) }
    #expect(error?.description.contains("no photograph is in all of a, b, c") == true)
  }

  @Test("over other photographs is a difference of means, wider than the paired one")
  func unpaired() throws {
    var other = second
    for index in other.photographs.indices { other.photographs[index].hash += "v" }
    let comparison = try Comparison([first.make(), other.make()])
    #expect(comparison.runs.map(\.pairs) == [nil, nil])
    let difference = try #require(comparison.units[0].entries[1]?.difference)
    #expect(abs(difference.mean - 0.01) < 1e-12)
    let expected = Bootstrap.intervals(
      of: SeriesMatrix([other.photographs.map { $0.moves[0] }]),
      minus: SeriesMatrix([first.photographs.map { $0.moves[0] }]), samples: 10_000, seed: 3)[0]
    for end in 0..<2 { #expect(abs(difference.interval[end] - expected[end]) < 1e-12) }
    #expect(comparison.pairingNotes.contains { $0.contains("not paired: b") })
  }

  @Test("without a spectrum control has no excess; without a unit has a gap")
  func gaps() throws {
    var other = second
    other.units = ["SK_2_2", "SK_5_1"]
    for index in other.photographs.indices { other.photographs[index].spectrum = nil }
    let comparison = try Comparison([first.make(), other.make()])
    #expect(comparison.units.map(\.name) == ["SK_2_1", "SK_2_2", "SK_5_1"])
    #expect(
      comparison.units.map { $0.entries.map { $0 != nil } }
        == [[true, false], [true, true], [false, true]])
    let both = try #require(comparison.units[1].entries[1])
    #expect(both.excess == nil && both.excessDifference == nil)
    // SK_2_2 stands first in b.
    #expect(abs((both.difference?.mean ?? 0) - 0.03) < 1e-12)
    #expect(comparison.units[2].entries[1]?.difference == nil)
    #expect(comparison.stages.map(\.name) == ["stage 2", "stage 5"])
    let text = ComparisonTable(comparison).text
    let grids = text.split(separator: "\n\n").dropFirst().map {
      $0.split(separator: "\n").dropFirst()
    }
    // SK_2_2 is primary; two units and two stages are not.
    #expect(grids.map(\.count) == [2 + 2, 2 + 4 + 1 + 4])
    for grid in grids { #expect(Set(grid.map(\.count)).count == 1) }
  }

  /// Of 2 units those at ¼ and ¾, of 3 at ⅙, ½ and ⅚, of 23 number i at (i − ½) / 23.
  @Test("of networks of other depths sets units at the nearest relative depth beside each other")
  func depth() throws {
    var shallow = first
    shallow.units = try units("sknet26")
    shallow.network = "sknet26"
    var deep = second
    deep.network = "sknet101"
    deep.units = try units("sknet101")
    shallow.photographs = [("x", shallow.units.map { _ in 0.01 }, nil)]
    deep.photographs = [("x", deep.units.indices.map { Double($0) / 100 }, nil)]
    let comparison = try Comparison([deep.make(), shallow.make()])
    #expect(comparison.matching == .depth)
    #expect(comparison.units.map(\.name) == shallow.units)
    #expect(
      comparison.units.map { $0.entries[0]?.name } == [
        "SK_2_1", "SK_2_3", "SK_3_1", "SK_3_3", "SK_4_6", "SK_4_18", "SK_5_1", "SK_5_3",
      ])
    // SK_4_6 is the 13th unit.
    let entry = try #require(comparison.units[4].entries[1])
    #expect(entry.name == "SK_4_1")
    #expect(abs((entry.difference?.mean ?? 0) - (0.01 - 0.12)) < 1e-12)
    // Stages by their numbers, over all their units: 7 … 29 of the deep network's.
    let stage = try #require(comparison.stages.first { $0.stage == 4 }?.entries[0])
    #expect(abs(stage.shift.mean - 0.18) < 1e-12)
    #expect(ComparisonTable(comparison).text.contains("its unit"))
  }

  @Test("of protocols is of slopes over as many octaves")
  func protocols() throws {
    var other = first
    other.proto = "shrink"
    other.scales = [0.5, 1]
    let comparison = try Comparison([first.make(), other.make()])
    #expect(comparison.runs.map(\.protocol) == ["crop", "shrink"])
    #expect(comparison.runs.map(\.ends) == [[1, 2], [0.5, 1]])
    #expect(comparison.units.allSatisfy { $0.entries[1]?.difference?.mean == 0 })
    let text = ComparisonTable(comparison).text
    #expect(text.contains("crop from 1.0× to 2.0×") && text.contains("shrink from 0.5× to 1.0×"))
  }

  private func units(_ network: String) throws -> [String] {
    try Catalogue.entry(named: network).architecture.units.map(\.name)
  }

  @Test("is refused in one line where the range of scales differs, and of one run or scale")
  func refused() throws {
    func line(_ runs: [MadeUpRun]) throws -> String {
      let runs = try runs.map { try $0.make() }
      let error = #expect(throws: ComparisonError.self) { try Comparison(runs) }
      return error?.description ?? ""
    }
    var other = second
    other.scales = [1, 1.5]
    #expect(
      try line([first, other])
        == "b: cannot be compared with a: scales: 1.0× to 1.5×, not 1.0× to 2.0×")
    #expect(try line([first]).contains("two runs"))
    var still = first
    still.scales = [1, 1]
    #expect(try line([still, still]).contains("one scale"))
  }
}

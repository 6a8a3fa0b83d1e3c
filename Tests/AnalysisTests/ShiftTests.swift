import Analysis
import Networks
import Testing

@Suite("Shifts and their controls")
struct ShiftTests {
  @Test("pair each photograph's zoom with its own control, over those that have it")
  func pairing() throws {
    let results = try ZoomResults.of([
      MadeUpPhotographs.photograph(
        "a", base: 0.1, zoom: 0.4, controls: ["blur": 0.2, "surround": 0.6]),
      MadeUpPhotographs.photograph("b", base: -0.2, zoom: 0.3, controls: ["blur": 0]),
      MadeUpPhotographs.photograph(
        "c", base: 0, zoom: -0.2, controls: ["blur": -0.1, "surround": 0.1]),
    ])
    let shift = results.units[0].shift
    #expect(shift.from == 1 && shift.to == 2)
    #expect(abs(shift.mean - (0.3 + 0.5 - 0.2) / 3) < 1e-12)
    #expect(shift.imagesUp == 2.0 / 3)
    // One octave: the slope is the shift. |±0.3 ± 0.5 ± 0.2| ≥ 0.6: both outer signs equal, whatever
    // that of 0.2.
    #expect(abs(shift.slope.mean - shift.mean) < 1e-12 && shift.p == 4.0 / 8)
    let blur = try #require(shift.controls["blur"])
    #expect(blur.images == 3)
    #expect(abs(blur.mean - (0.1 + 0.2 - 0.1) / 3) < 1e-12)
    #expect(abs(blur.excess - (0.2 + 0.3 - 0.1) / 3) < 1e-12)
    let surround = try #require(shift.controls["surround"])
    #expect(surround.images == 2)
    #expect(abs(surround.mean - (0.5 + 0.1) / 2) < 1e-12)
    #expect(abs(surround.excess - (-0.2 - 0.3) / 2) < 1e-12)
    #expect(shift.controls.count == 2)
  }

  @Test(
    "a control that was recorded at the smallest scale starts from there",
    arguments: ["untrained", "gate", "surround", "noise", "psf", "unheard-of"])
  func ownStart(_ name: String) throws {
    let results = try ZoomResults.of([
      MadeUpPhotographs.photograph(
        "a", base: 0.5, zoom: 0.6, controls: [name: -0.1], ownBase: [name: -0.3]),
      // Without its own base there is nothing to start from.
      MadeUpPhotographs.photograph("b", base: 0.5, zoom: 0.6, controls: [name: 0.9]),
    ])
    let control = try #require(results.units[0].shift.controls[name])
    #expect(control.images == 1)
    #expect(abs(control.mean - 0.2) < 1e-12)
    #expect(abs(control.excess + 0.1) < 1e-12)
  }

  @Test("stages average their units within each photograph")
  func stages() throws {
    let photographs = [(0.2, 0.4, 0.1), (0.1, -0.1, 0.3)].enumerated().map { index, zoom in
      RecordedPhotograph(
        path: "\(index)",
        stimuli: [
          MadeUpPhotographs.stimulus(1, [0, 0.1, 0]),
          MadeUpPhotographs.stimulus(
            2, [zoom.0, zoom.1, zoom.2], channelsUp: [0.5, 1, 0.25]),
        ])
    }
    let results = try ZoomResults.of(photographs, units: ["SK_2_1", "SK_2_2", "SK_4_1"])
    #expect(results.units.map(\.name) == ["SK_2_1", "SK_2_2", "SK_4_1"])
    #expect(results.units.map(\.channels) == [32, 32, 128])
    #expect(results.stages.map(\.name) == ["stage 2", "stage 4"])
    let stage = results.stages[0]
    // (0.2 + 0.3) / 2 and (0.1 − 0.2) / 2, photograph by photograph.
    #expect(abs(stage.shift.mean - 0.1) < 1e-12)
    #expect(stage.shift.imagesUp == 0.5)
    #expect(stage.shift.channelsUp == 0.75)
    #expect(abs(stage.byScale[0].difference - 0.05) < 1e-12)
    #expect(abs(stage.byScale[0].meanAttention[1] - 0.525) < 1e-12)
    #expect(results.stages[1].shift.mean == results.units[2].shift.mean)
    #expect(results.stages[1].shift.interval == results.units[2].shift.interval)
  }

  @Test("a unit that the network does not have does not displace the others")
  func unknownUnit() throws {
    let photograph = RecordedPhotograph(
      path: "a",
      stimuli: [
        MadeUpPhotographs.stimulus(1, [0, 0]), MadeUpPhotographs.stimulus(2, [0.9, 0.1]),
      ])
    let results = try ZoomResults.of([photograph], units: ["SK_9_9", "SK_3_1"])
    #expect(results.units.map(\.name) == ["SK_3_1"])
    #expect(abs(results.units[0].shift.mean - 0.1) < 1e-12)
    #expect(abs(results.stages[0].shift.mean - 0.1) < 1e-12)
  }

  @Test("p-values are corrected over the units")
  func correction() throws {
    let percents: [[Double]] = [
      [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, -8], [-1, -1, -1, -1, -1, -1, -1, 1],
    ]
    let photographs = (0..<8).map { i in
      RecordedPhotograph(
        path: "\(i)",
        stimuli: [
          MadeUpPhotographs.stimulus(1, [0, 0, 0]),
          MadeUpPhotographs.stimulus(2, percents.map { $0[i] / 100 }),
        ])
    }
    let results = try ZoomResults.of(photographs, units: ["SK_2_1", "SK_2_2", "SK_3_2"])
    #expect(results.units[0].shift.p == 2.0 / 256)
    // Of eight equal sizes at least seven agree in 2 · (1 + 8) patterns.
    #expect(results.units[2].shift.p == 18.0 / 256)
    // One-sided over the two units of the family.
    #expect(results.primary?.units == ["SK_2_2", "SK_3_2"])
    let judged = results.units.compactMap(\.shift.judgement)
    try #require(judged.count == 2)
    // 25 of 256 patterns of 1 … 8 sum to 20 or more.
    #expect(judged[0].uncorrectedP == 25.0 / 256 && judged[0].p == 50.0 / 256)
    #expect(judged[1].uncorrectedP > 0.9)
  }

  @Test("fewer than three photographs have no interval and no verdict", arguments: [1, 2])
  func few(_ count: Int) throws {
    let few = try ZoomResults.of(
      (0..<count).map {
        MadeUpPhotographs.photograph("\($0)", base: 0.1, zoom: 0.4, controls: ["blur": 0.2])
      }, units: ["SK_2_2"])
    let shift = few.units[0].shift
    #expect(abs(shift.mean - 0.3) < 1e-12 && shift.judgement == nil)
    #expect(few.withheld?.contains("three are the fewest") == true)
    let intervals =
      [shift.interval, shift.slope.interval, shift.controls["blur"]?.interval ?? [0]]
      + few.units[0].byScale.map(\.interval)
    #expect(intervals.allSatisfy { $0.isEmpty })
    #expect(!ZoomTable(few).text.contains("[]"))
  }

  @Test("one scale has no shift to report")
  func single() throws {
    let still = try ZoomResults.of(
      [MadeUpPhotographs.photograph("a", base: 0.1, zoom: 0.4)], scales: [1])
    #expect(still.units.isEmpty && still.stages.isEmpty && !ZoomTable(still).text.isEmpty)
  }

  @Test("the same seed gives the same results, another seed other intervals")
  func determinism() throws {
    let photographs = (0..<30).map { i -> RecordedPhotograph in
      let base = Double(i % 7) / 90
      let zoom = Double(i * i % 11) / 70
      return MadeUpPhotographs.photograph(
        "\(i)", base: base, zoom: zoom, controls: ["blur": Double(i % 5) / 80])
    }
    let results = try ZoomResults.of(photographs)
    #expect(try results == ZoomResults.of(photographs))
    let other = try ZoomResults.of(photographs, options: AnalysisOptions(seed: 4))
    #expect(results.units[0].shift.mean == other.units[0].shift.mean)
    #expect(results.units[0].shift.interval != other.units[0].shift.interval)
  }
}

import Analysis
import Networks
import Testing

@Suite("Shifts and their controls")
struct ShiftTests {
  @Test("pair each photograph's zoom with its own control, over those that have it")
  func pairing() throws {
    let results = try Results.of([
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
    // |±0.3 ± 0.5 ± 0.2| ≥ 0.6: both outer signs equal, whatever that of 0.2.
    #expect(shift.p == 4.0 / 8)
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

  @Test("the untrained network starts from its own smallest scale")
  func untrained() throws {
    let results = try Results.of([
      MadeUpPhotographs.photograph(
        "a", base: 0.5, zoom: 0.6, controls: ["untrained": -0.1], untrainedBase: -0.3),
      // Without its own base there is nothing to start from.
      MadeUpPhotographs.photograph("b", base: 0.5, zoom: 0.6, controls: ["untrained": 0.9]),
    ])
    let control = try #require(results.units[0].shift.controls["untrained"])
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
    let results = try Results.of(photographs, units: ["SK_2_1", "SK_2_2", "SK_4_1"])
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
    let results = try Results.of([photograph], units: ["SK_9_9", "SK_3_1"])
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
    let results = try Results.of(photographs, units: ["SK_2_1", "SK_2_2", "SK_3_1"])
    let raw = results.units.map(\.shift.uncorrectedP)
    #expect(raw[0] == 2.0 / 256)
    // Of eight equal sizes at least seven agree in 2 · (1 + 8) patterns.
    #expect(raw[2] == 18.0 / 256)
    #expect(results.units.map(\.shift.p) == PermutationTest.holm(raw))
    #expect(results.units[0].shift.p == 6.0 / 256)
  }

  @Test("one photograph, or one scale, has no spread and shows nothing")
  func degenerate() throws {
    let one = try Results.of([
      MadeUpPhotographs.photograph("a", base: 0.1, zoom: 0.4, controls: ["blur": 0.2])
    ])
    let shift = one.units[0].shift
    #expect(shift.interval == [shift.mean, shift.mean])
    #expect(shift.p == 1 && shift.verdict == .none)
    #expect(one.units[0].byScale.allSatisfy { $0.interval == [$0.difference, $0.difference] })
    let still = try Results.of(
      [MadeUpPhotographs.photograph("a", base: 0.1, zoom: 0.4)], scales: [1])
    #expect(still.units[0].shift.mean == 0 && still.units[0].shift.p == 1)
    #expect(still.units[0].byScale.count == 1)
  }

  @Test("the same seed gives the same results, another seed other intervals")
  func determinism() throws {
    let photographs = (0..<30).map { i -> RecordedPhotograph in
      let base = Double(i % 7) / 90
      let zoom = Double(i * i % 11) / 70
      return MadeUpPhotographs.photograph(
        "\(i)", base: base, zoom: zoom, controls: ["blur": Double(i % 5) / 80])
    }
    let results = try Results.of(photographs)
    #expect(try results == Results.of(photographs))
    let other = try Results.of(photographs, options: AnalysisOptions(seed: 4))
    #expect(results.units[0].shift.mean == other.units[0].shift.mean)
    #expect(results.units[0].shift.interval != other.units[0].shift.interval)
  }
}

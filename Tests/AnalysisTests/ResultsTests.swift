import Analysis
import Testing

@Suite("Classes and accuracy")
struct ClassTests {
  private func photograph(_ index: Int?, _ zoom: Double, ranks: [Int?]) -> RecordedPhotograph {
    RecordedPhotograph(
      path: "\(zoom)", classIndex: index, classID: index.map { "n\($0)" },
      stimuli: [
        MadeUpPhotographs.stimulus(1, [0.1, 0], rank: ranks[0]),
        MadeUpPhotographs.stimulus(2, [zoom, -zoom], rank: ranks[1]),
        MadeUpPhotographs.stimulus(2, [0, 0], control: "blur", rank: 99),
      ])
  }

  @Test("classes by index, each with its own photographs' means")
  func classes() throws {
    let results = try Results.of(
      [
        photograph(7, 0.2, ranks: [0, 0]), photograph(3, 0.5, ranks: [0, 0]),
        photograph(7, 0.4, ranks: [0, 0]), photograph(nil, 0.9, ranks: [nil, nil]),
      ], units: ["SK_2_1", "SK_2_2"])
    #expect(results.classes.map(\.index) == [3, 7])
    #expect(results.classes.map(\.id) == ["n3", "n7"])
    #expect(results.classes.map(\.images) == [1, 2])
    let expected = [[[0.1, 0.5], [0, -0.5]], [[0.1, 0.3], [0, -0.3]]]
    for (result, expected) in zip(results.classes, expected) {
      for (unit, expected) in zip(result.difference, expected) {
        for (value, expected) in zip(unit, expected) { #expect(abs(value - expected) < 1e-12) }
      }
    }
  }

  @Test("accuracy over the zooms whose class is known, controls apart")
  func accuracy() throws {
    let results = try Results.of(
      [
        photograph(1, 0.1, ranks: [0, 5]), photograph(1, 0.2, ranks: [4, 1]),
        photograph(nil, 0.3, ranks: [nil, nil]), photograph(2, 0.4, ranks: [0, 0]),
      ], units: ["SK_2_1", "SK_2_2"])
    #expect(results.accuracy.map(\.scale) == [1, 2])
    #expect(results.accuracy.map(\.images) == [3, 3])
    #expect(results.accuracy.map(\.top1) == [2.0 / 3, 1.0 / 3])
    #expect(results.accuracy.map(\.top5) == [1, 2.0 / 3])
    let unknown = try Results.of(
      [photograph(nil, 0.3, ranks: [nil, nil])], units: ["SK_2_1", "SK_2_2"])
    #expect(unknown.accuracy.isEmpty && unknown.classes.isEmpty)
  }
}

@Suite("The verdict on a shift")
struct VerdictTests {
  /// Twelve photographs that move alike, with controls that move by some share of it.
  private func verdict(
    shift: Double, noise: Double = 0, controls: [String: Double]
  ) throws -> Verdict {
    let photographs = (0..<12).map { i in
      let own = shift * (1 + Double(i) / 100) + (i % 2 == 0 ? noise : -noise)
      return MadeUpPhotographs.photograph(
        "\(i)", base: 0.1, zoom: 0.1 + own, controls: controls.mapValues { 0.1 + own * $0 })
    }
    return try Results.of(photographs).units[0].shift.verdict
  }

  @Test("needs both sharpness controls to fall short of it, in its own direction")
  func cases() throws {
    #expect(try verdict(shift: 0.2, controls: ["blur": 0.5, "spectrum": 0.2]) == .larger)
    #expect(try verdict(shift: -0.2, controls: ["blur": 0.5, "spectrum": 0.2]) == .smaller)
    #expect(try verdict(shift: 0.2, controls: ["blur": 1.2, "spectrum": 0.2]) == .confounded)
    #expect(try verdict(shift: 0.2, controls: ["blur": 0.2, "spectrum": 1]) == .confounded)
    #expect(try verdict(shift: -0.2, controls: ["blur": 1.5, "spectrum": 0]) == .confounded)
    // A control that moves the other way leaves the whole shift as excess.
    #expect(try verdict(shift: -0.2, controls: ["blur": -1, "spectrum": 0]) == .smaller)
    #expect(try verdict(shift: 0.2, controls: ["blur": 0.5]) == .uncontrolled)
    #expect(try verdict(shift: 0.2, controls: ["surround": 0, "untrained": 0]) == .uncontrolled)
    let both = ["blur": 0.1, "spectrum": 0.1]
    #expect(try verdict(shift: 0.001, noise: 0.1, controls: both) == .none)
    #expect(try verdict(shift: 0, controls: both) == .none)
  }
}

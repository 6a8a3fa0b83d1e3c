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
    let results = try ZoomResults.of(
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
    let results = try ZoomResults.of(
      [
        photograph(1, 0.1, ranks: [0, 5]), photograph(1, 0.2, ranks: [4, 1]),
        photograph(nil, 0.3, ranks: [nil, nil]), photograph(2, 0.4, ranks: [0, 0]),
      ], units: ["SK_2_1", "SK_2_2"])
    #expect(results.accuracy.map(\.scale) == [1, 2])
    #expect(results.accuracy.map(\.images) == [3, 3])
    #expect(results.accuracy.map(\.top1) == [2.0 / 3, 1.0 / 3])
    #expect(results.accuracy.map(\.top5) == [1, 2.0 / 3])
    let unknown = try ZoomResults.of(
      [photograph(nil, 0.3, ranks: [nil, nil])], units: ["SK_2_1", "SK_2_2"])
    #expect(unknown.accuracy.isEmpty && unknown.classes.isEmpty)
  }
}

import Analysis
import Figures
import Testing

@Suite("A shift's star")
struct ShiftMarkTests {
  /// A shift of +0.05 and its controls' excess intervals.
  private func shift(
    mean: Double = 0.05, p: Double = 0.01, _ excess: [String: [Double]]
  ) throws -> Results.Shift {
    var shift = try #require(try MadeUpResults(unitsPerStage: [1]).make().units.first).shift
    let control = try #require(shift.controls["blur"])
    shift.mean = mean
    shift.p = p
    shift.controls = excess.mapValues { interval in
      var control = control
      control.excessInterval = interval
      return control
    }
    return shift
  }

  @Test("stands where blur and spectrum are both exceeded in the shift's direction")
  func exceeds() throws {
    #expect(
      ShiftOverDepth.exceedsControls(
        try shift(["blur": [0.01, 0.03], "spectrum": [0.001, 0.02]])))
    #expect(
      ShiftOverDepth.exceedsControls(
        try shift(mean: -0.05, ["blur": [-0.03, -0.01], "spectrum": [-0.02, -0.001]])))
  }

  @Test("does not stand elsewhere")
  func doesNotExceed() throws {
    let beyond = [0.01, 0.03]
    let unmarked = [
      try shift(["blur": beyond, "spectrum": [-0.001, 0.02]]),
      try shift(["blur": [-0.03, -0.01], "spectrum": beyond]),
      try shift(["blur": beyond]), try shift(["spectrum": beyond]), try shift([:]),
      try shift(p: 0.05, ["blur": beyond, "spectrum": beyond]),
      try shift(p: .nan, ["blur": beyond, "spectrum": beyond]),
      try shift(mean: .nan, ["blur": beyond, "spectrum": beyond]),
      try shift(mean: -0.05, ["blur": beyond, "spectrum": beyond]),
      try shift(["blur": [.nan, .nan], "spectrum": beyond]),
      try shift(["blur": [], "spectrum": beyond]),
    ]
    for shift in unmarked { #expect(!ShiftOverDepth.exceedsControls(shift)) }
  }

  @Test("is explained as impossible without both controls")
  func withoutControls() throws {
    let fonts = try Fonts()
    for controls in [[], ["blur"], ["spectrum", "untrained"]] {
      let results = try MadeUpResults(controls: controls).make()
      let canvas = RecordingCanvas()
      ShiftOverDepth(results: results).drawing(with: fonts).draw(canvas)
      let texts = canvas.texts.map(\.string)
      #expect(texts.contains { $0.contains("no unit is marked") })
      #expect(!texts.contains { $0.contains("exceeds") })
      #expect(texts.contains("blur") == controls.contains("blur"))
    }
  }
}

import Analysis
import Testing

@Suite("Which photographs the headline rests on")
struct HeadlineTests {
  private func photograph(_ zoom: Double, undersampledAt scale: Double?) -> RecordedPhotograph {
    RecordedPhotograph(
      path: "\(zoom)",
      stimuli: [1.0, 1.5, 2].map {
        MadeUpPhotographs.stimulus($0, [$0 == 2 ? zoom : 0], undersampled: $0 == scale)
      } + [MadeUpPhotographs.stimulus(2, [0], control: "surround", undersampled: true)])
  }

  @Test("leaves a photograph out at every scale if it is undersampled at one")
  func undersampled() throws {
    let results = try ZoomResults.of(
      [
        photograph(0.1, undersampledAt: nil), photograph(0.5, undersampledAt: 2),
        photograph(0.3, undersampledAt: nil), photograph(0.7, undersampledAt: 1.5),
      ], scales: [1, 1.5, 2])
    #expect(results.images == 4)
    #expect(ZoomTable(results).text.contains("2 photographs left out: their crops have"))
    #expect(results.headline.images == 2)
    #expect(results.headline.undersampled == 2)
    #expect(!results.headline.isConfounded)
    #expect(abs(results.units[0].shift.mean - 0.2) < 1e-12)
  }

  @Test("says of one undersampled photograph that it is one")
  func one() throws {
    let results = try ZoomResults.of(
      [photograph(0.1, undersampledAt: nil), photograph(0.5, undersampledAt: 2)],
      scales: [1, 1.5, 2])
    #expect(ZoomTable(results).text.contains("1 photograph left out: its crops have fewer"))
  }

  @Test(
    "leaves all out if all are undersampled; uses them, without verdicts, only if it is asked to")
  func confounded() throws {
    let all = [photograph(0.1, undersampledAt: 2), photograph(0.5, undersampledAt: 2)]
    let results = try ZoomResults.of(all, scales: [1, 1.5, 2])
    #expect(results.headline.images == 0)
    #expect(results.headline.undersampled == 2)
    #expect(!results.headline.isConfounded && results.units.isEmpty)
    let asked = try ZoomResults.of(
      all + [photograph(0, undersampledAt: nil)], scales: [1, 1.5, 2],
      options: AnalysisOptions(includesUndersampled: true))
    #expect(asked.headline.images == 3)
    #expect(asked.headline.isConfounded)
    #expect(asked.withheld?.contains("fewer pixels") == true)
    #expect((asked.units + asked.stages).allSatisfy { $0.shift.judgement == nil })
    #expect(abs(asked.units[0].shift.mean - 0.2) < 1e-12)
    let sharp = try ZoomResults.of(
      [photograph(0, undersampledAt: nil)], scales: [1, 1.5, 2],
      options: AnalysisOptions(includesUndersampled: true))
    #expect(!sharp.headline.isConfounded)
  }

  @Test("leaves out a photograph that lacks a scale, instead of counting it as 0")
  func incomplete() throws {
    var cut = photograph(0.9, undersampledAt: nil)
    cut.stimuli.removeAll { $0.scale == 2 && $0.control == nil }
    let results = try ZoomResults.of(
      [photograph(0.1, undersampledAt: nil), cut], scales: [1, 1.5, 2])
    #expect(results.headline.images == 1)
    #expect(abs(results.units[0].shift.mean - 0.1) < 1e-12)
    let none = try ZoomResults.of([cut], scales: [1, 1.5, 2])
    #expect(none.headline.images == 0 && none.units.isEmpty && none.stages.isEmpty)
    #expect(try !ZoomTable(ZoomResults.of([])).text.isEmpty)
  }
}

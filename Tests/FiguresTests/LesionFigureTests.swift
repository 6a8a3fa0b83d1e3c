import Analysis
import Figures
import Networks
import Testing

@Suite("The figure of lesions")
struct LesionFigureTests {
  /// A run whose lesions cost more the later they come.
  private func results(units: Int, scales: [Double], isLabelled: Bool) -> LesionResults {
    let architecture = Architecture(
      stem: .init(kernel: 3, stride: 1, channels: 16, pool: .none),
      stages: [.init(units: units, width: 16, output: 32, stride: 1)],
      branches: [
        .init(kernel: 3, dilation: 1, groups: 4), .init(kernel: 3, dilation: 2, groups: 4),
      ], classes: 3)
    let names = architecture.units.map(\.name)
    let lesions = ["frozen", "shuffled", "mean", "uniform", "swapped", "branch-0", "branch-1"]
    let scopes =
      names.map { ($0, [$0]) }
      + (units > 1 ? [("stage 2", names), ("stages 2–3", names)] : [])
    let plans = scopes.flatMap { scope in
      lesions.map { LesionResults.Plan(lesion: $0, scope: scope.0, units: scope.1) }
    }
    let photographs = (0..<5).map { photograph in
      scales.enumerated().flatMap { s, scale in
        ([nil] + plans.indices.map(Optional.some)).map { condition in
          LesionObservation(
            condition: condition, scale: scale, isUndersampled: false,
            isCorrect: isLabelled ? ((condition ?? 0) + photograph) % 3 > 0 : nil,
            comparison: OutputComparison(
              [0, Float((condition ?? 0) * s * photograph) / 10, 0], to: [0, 0, 0]))
        }
      }
    }
    return LesionResults(
      analysing: photographs, plans: plans,
      model: .init(name: "made up", sha256: "", architecture: architecture), protocol: "crop",
      scales: scales, frozenScale: 1, precision: "f32",
      options: AnalysisOptions(bootstrapSamples: 50))
  }

  @Test(
    "keeps its texts apart, off the data and on the page, its marks inside their axes",
    arguments: [1, 8, 33], [true, false])
  func layout(_ units: Int, _ isLabelled: Bool) throws {
    let fonts = try Fonts()
    for scales in [[1], [1, 1.5, 2], [1, 1.25, 1.5, 1.75, 2, 2.5]] {
      let figure = LesionCosts(
        results: results(units: units, scales: scales, isLabelled: isLabelled))
      let drawing = figure.drawing(with: fonts)
      let canvas = RecordingCanvas()
      drawing.draw(canvas)
      let page = Rect(x: 0, y: 0, width: drawing.width, height: drawing.height)
      #expect(canvas.clips.count == 3)
      canvas.expectTextsApart(on: page, fonts)
      for mark in canvas.marks {
        let frame = (mark.clip ?? page).grown(by: 0.1)
        #expect(mark.points.allSatisfy(frame.contains))
      }
    }
  }

  @Test("says in words what is missing when there is nothing to draw")
  func empty() throws {
    let figure = LesionCosts(results: results(units: 0, scales: [1], isLabelled: true))
    let canvas = RecordingCanvas()
    figure.drawing(with: try Fonts()).draw(canvas)
    #expect(canvas.texts.count >= 2 && canvas.marks.isEmpty)
  }
}

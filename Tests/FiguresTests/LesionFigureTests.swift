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
    let lesions = [
      "frozen", "reverse", "shuffled", "matched", "mean", "mean-shift", "picture-specific",
      "uniform", "swapped", "branch-0", "branch-1",
    ]
    let scopes =
      names.map { ($0, [$0]) }
      + (units > 1 ? [("stage 2", names), ("stages 2–3", names)] : [])
    let widest = scopes.last ?? ("", [])
    var plans = scopes.flatMap { scope in
      lesions.map { LesionResults.Plan(lesion: $0, scope: scope.0, units: scope.1) }
    }
    if units > 0 {
      plans += scales.map { scale in
        LesionResults.Plan(
          lesion: "scale-\(scale)", scope: widest.0, units: widest.1, attentionScale: scale)
      }
    }
    func seen(_ photograph: Int, _ condition: Int?, _ step: Int) -> LesionObservation {
      let place = condition ?? 0
      let logit = Float(place * step * photograph) / 10
      let nll = 2 + Double(place * step + photograph) / 7
      return LesionObservation(
        condition: condition, scale: scales[step], isUndersampled: false,
        isCorrect: isLabelled ? (place + photograph) % 3 > 0 : nil, nll: isLabelled ? nll : nil,
        comparison: OutputComparison([0, logit, 0], to: [0, 0, 0]))
    }
    let conditions: [Int?] = [nil] + plans.indices.map { $0 }
    let photographs = (0..<5).map { photograph in
      scales.indices.flatMap { step in conditions.map { seen(photograph, $0, step) } }
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

  @Test(
    "of the matrix keeps its numbers in their cells, its texts apart and on the page",
    arguments: [[1], [1, 2], [1, 1.25, 1.5, 1.75, 2], (0..<14).map { 1 + Double($0) / 8 }],
    [true, false])
  func matrix(_ scales: [Double], _ isLabelled: Bool) throws {
    let fonts = try Fonts()
    let results = results(units: 2, scales: scales, isLabelled: isLabelled)
    let drawing = LesionMatrix(results: results).drawing(with: fonts)
    let canvas = RecordingCanvas()
    drawing.draw(canvas)
    let page = Rect(x: 0, y: 0, width: drawing.width, height: drawing.height)
    canvas.expectTextsApart(on: page, fonts)
    #expect(canvas.marks.allSatisfy { $0.points.allSatisfy(page.contains) })
    let titles = ["Negative log-likelihood", "Top-1 accuracy", "Same first class", "Divergence"]
    for (index, title) in titles.enumerated() {
      #expect(canvas.texts.contains { $0.string.hasPrefix(title) } == (isLabelled || index > 1))
    }
    let cells = try #require(results.matrix).cells
    let numbers = cells.joined().map { String(format: "%.1f", 100 * (1 - $0.costs.agreement.mean)) }
    if scales.count < 6 {
      for number in numbers { #expect(canvas.texts.contains { $0.string == number }) }
    }
  }

  @Test("says in words what is missing when there is nothing to draw")
  func empty() throws {
    let figure = LesionCosts(results: results(units: 0, scales: [1], isLabelled: true))
    let canvas = RecordingCanvas()
    figure.drawing(with: try Fonts()).draw(canvas)
    #expect(canvas.texts.count >= 2 && canvas.marks.isEmpty)
    let none = RecordingCanvas()
    LesionMatrix(results: results(units: 0, scales: [1], isLabelled: true))
      .drawing(with: try Fonts()).draw(none)
    #expect(none.texts.count >= 2 && none.marks.isEmpty)
  }
}

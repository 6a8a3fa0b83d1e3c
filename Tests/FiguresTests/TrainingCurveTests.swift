import Figures
import Testing

@Suite("The figure of a training")
struct TrainingCurveTests {
  private func figure(epochs: Int, done: Int, sizes: [Int]) -> TrainingCurve {
    let points = (1..<done + 1).map { epoch in
      TrainingCurve.Point(
        epoch: Double(epoch), loss: 5 / Double(epoch), top1: 1 - 1 / Double(epoch + 1))
    }
    return TrainingCurve(
      model: "toy", epochs: Double(epochs), training: points,
      validation: points.map { .init(epoch: $0.epoch, loss: 1.1 * $0.loss, top1: 0.9 * $0.top1) },
      phases: sizes.map { .init(size: $0, epochs: Double(epochs) / Double(sizes.count)) })
  }

  @Test(
    "keeps its texts apart, off the data and on the page, its marks inside their axes",
    arguments: [(1, 1), (3, 2), (20, 20), (300, 250)], [[64], [32, 48, 64]])
  func layout(_ epochs: (all: Int, done: Int), _ sizes: [Int]) throws {
    let fonts = try Fonts()
    let drawing = figure(epochs: epochs.all, done: epochs.done, sizes: sizes)
      .drawing(with: fonts)
    let canvas = RecordingCanvas()
    drawing.draw(canvas)
    let page = Rect(x: 0, y: 0, width: drawing.width, height: drawing.height)
    #expect(canvas.clips.count == 2)
    canvas.expectTextsApart(on: page, fonts)
    for mark in canvas.marks {
      let frame = (mark.clip ?? page).grown(by: 0.1)
      // Lines and marks at an axis' end may reach over it; the clip cuts them.
      #expect(mark.points.allSatisfy(frame.grown(by: mark.clip == nil ? 0 : 3).contains))
    }
    #expect(canvas.texts.contains { $0.string == "48 px" } == (sizes.count > 1))
  }

  @Test("says in words that there is nothing to draw yet")
  func empty() throws {
    let canvas = RecordingCanvas()
    figure(epochs: 3, done: 0, sizes: [64]).drawing(with: try Fonts()).draw(canvas)
    #expect(canvas.texts.count >= 2 && canvas.marks.isEmpty)
  }
}

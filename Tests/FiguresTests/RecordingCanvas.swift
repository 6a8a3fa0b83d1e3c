import Figures
import Testing

/// A canvas that keeps what is drawn instead of drawing it.
final class RecordingCanvas: Canvas {
  /// A line or polygon, with the frame outside which it does not show.
  struct Mark {
    var points: [Point]
    var clip: Rect?
  }

  private(set) var marks: [Mark] = []
  private(set) var texts: [Text] = []
  private(set) var pictures: [Rect] = []
  private(set) var clips: [Rect] = []
  private var clip: Rect?

  func stroke(_ points: [Point], _ stroke: Stroke) {
    marks.append(Mark(points: points, clip: clip))
  }

  func fill(_ points: [Point], _ color: Color) {
    marks.append(Mark(points: points, clip: clip))
  }

  func write(_ text: Text) { texts.append(text) }

  func draw(_ picture: StimulusImage, in frame: Rect) { pictures.append(frame) }

  func clip(to frame: Rect, _ body: () -> Void) {
    clips.append(frame)
    let outer = clip
    clip = frame
    body()
    clip = outer
  }
}

extension RecordingCanvas {
  /// Expects texts on the page, apart from each other and off the data.
  func expectTextsApart(
    on page: Rect, _ fonts: Fonts, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let boxes = texts.map { fonts.box(of: $0) }
    for (index, box) in boxes.enumerated() {
      let text = texts[index].string
      #expect(page.contains(box), "\(text)", sourceLocation: sourceLocation)
      #expect(
        !clips.contains { $0.intersects(box) }, "\(text)", sourceLocation: sourceLocation)
      #expect(
        !boxes[(index + 1)...].contains { $0.intersects(box) }, "\(text)",
        sourceLocation: sourceLocation)
    }
  }
}

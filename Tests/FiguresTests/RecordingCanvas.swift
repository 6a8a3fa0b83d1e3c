import Figures
import Testing

/// A canvas that keeps what is drawn instead of drawing it.
final class RecordingCanvas: Canvas {
  /// A line or polygon, with the frame outside which it does not show.
  struct Mark {
    var points: [Point]
    var color: Color
    var isFilled: Bool
    var clip: Rect?
  }

  private(set) var marks: [Mark] = []
  private(set) var texts: [Text] = []
  private(set) var pictures: [Rect] = []
  /// What the pictures show.
  private(set) var images: [StimulusImage] = []
  private(set) var clips: [Rect] = []
  private var clip: Rect?

  func stroke(_ points: [Point], _ stroke: Stroke) {
    marks.append(Mark(points: points, color: stroke.color, isFilled: false, clip: clip))
  }

  func fill(_ points: [Point], _ color: Color) {
    marks.append(Mark(points: points, color: color, isFilled: true, clip: clip))
  }

  func write(_ text: Text) { texts.append(text) }

  func draw(_ picture: StimulusImage, in frame: Rect) {
    pictures.append(frame)
    images.append(picture)
  }

  func clip(to frame: Rect, _ body: () -> Void) {
    clips.append(frame)
    let outer = clip
    clip = frame
    body()
    clip = outer
  }
}

extension RecordingCanvas {
  /// What a figure draws.
  convenience init(_ figure: any Figure) throws {
    self.init()
    figure.drawing(with: try Fonts()).draw(self)
  }

  /// All texts in the order in which they are read, lines joined.
  var words: String { texts.map(\.string).joined(separator: " ") }

  /// Lines of a colour.
  func lines(_ color: Color) -> [Mark] { marks.filter { !$0.isFilled && $0.color == color } }

  /// Polygons of a colour.
  func areas(_ color: Color) -> [Mark] { marks.filter { $0.isFilled && $0.color == color } }

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

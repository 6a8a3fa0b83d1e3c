/// What a figure is drawn on.
///
/// The page is measured in points, x to the right and y down. `CairoCanvas` draws; the tests'
/// canvas records, so that a layout can be checked without looking at pixels.
package protocol Canvas: AnyObject {
  /// Draws a line through `points`.
  func stroke(_ points: [Point], _ stroke: Stroke)
  /// Fills the polygon with corners `points`.
  func fill(_ points: [Point], _ color: Color)
  /// Writes one line of text.
  func write(_ text: Text)
  /// Draws a picture so that it fills `frame`.
  func draw(_ picture: StimulusImage, in frame: Rect)
  /// Runs `body`, whose marks show only inside `frame`.
  func clip(to frame: Rect, _ body: () -> Void)
}

extension Canvas {
  func fill(_ rect: Rect, _ color: Color) {
    fill(rect.corners, color)
  }

  func outline(_ rect: Rect, _ stroke: Stroke) {
    self.stroke(rect.corners + [Point(rect.x, rect.y)], stroke)
  }
}

/// How a line looks.
package struct Stroke: Equatable, Sendable {
  package var color: Color
  /// In points.
  package var width: Double

  package init(_ color: Color, width: Double) {
    self.color = color
    self.width = width
  }
}

/// One line of text and where it stands.
package struct Text: Equatable, Sendable {
  /// Which part of the text is at its anchor, along the line.
  package enum Alignment: Sendable { case start, middle, end }
  /// Which part of the text is at its anchor, across the line.
  package enum Rise: Sendable { case top, middle, baseline, bottom }

  package var string: String
  /// The anchor.
  package var at: Point
  /// Size of the type in points.
  package var size: Double
  package var isBold: Bool
  package var color: Color
  package var alignment: Alignment
  package var rise: Rise
  /// True if the line runs upwards instead of to the right.
  package var isVertical: Bool

  package init(
    _ string: String, at: Point, size: Double = TypeSize.label, isBold: Bool = false,
    color: Color = Palette.ink, alignment: Alignment = .start, rise: Rise = .baseline,
    isVertical: Bool = false
  ) {
    self.string = string
    self.at = at
    self.size = size
    self.isBold = isBold
    self.color = color
    self.alignment = alignment
    self.rise = rise
    self.isVertical = isVertical
  }
}

/// The sizes of type in points, legible when a figure is printed at its own size.
package enum TypeSize {
  package static let title = 8.5
  package static let label = 7.5
  package static let tick = 7.0
  package static let note = 6.5
}

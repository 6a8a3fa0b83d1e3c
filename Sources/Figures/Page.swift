/// Measures that all figures share.
enum Page {
  /// Width of a figure in points: 7 inches, the width of a page of text.
  static let width = 504.0
  /// White edge in points.
  static let margin = 6.0
  /// Width between the edges in points.
  static let contentWidth = width - 2 * margin

  /// A page that says why there is nothing to draw.
  static func message(_ lines: [String], title: String, fonts: Fonts) -> Drawing {
    let notes = Notes(lines, width: contentWidth, fonts: fonts)
    return Drawing(width: width, height: 2 * margin + 16 + notes.height) { canvas in
      canvas.write(
        Text(title, at: Point(margin, margin), size: TypeSize.title, isBold: true, rise: .top))
      notes.draw(at: Point(margin, margin + 16), on: canvas)
    }
  }
}

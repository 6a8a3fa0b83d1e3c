/// Lines of small type below a figure, broken to its width.
package struct Notes {
  package let lines: [String]
  /// Height of all lines in points.
  package var height: Double { Double(lines.count) * Self.lineHeight }

  package init(_ paragraphs: [String], width: Double, fonts: Fonts) {
    lines = paragraphs.flatMap { Self.broken($0, width: width, fonts: fonts) }
  }

  func draw(at origin: Point, on canvas: any Canvas) {
    for (index, line) in lines.enumerated() {
      canvas.write(
        Text(
          line, at: Point(origin.x, origin.y + Double(index) * Self.lineHeight),
          size: TypeSize.note, color: Palette.faint, rise: .top))
    }
  }

  private static func broken(_ paragraph: String, width: Double, fonts: Fonts) -> [String] {
    var lines: [String] = []
    for word in paragraph.split(separator: " ") {
      // A word wider than the page, such as a long name, is cut.
      let word = fitted(String(word), width: width, fonts: fonts)
      if let last = lines.last,
        fonts.width(of: last + " " + word, size: TypeSize.note) <= width
      {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(word)
      }
    }
    return lines
  }

  private static let lineHeight = 8.5
}

/// The text, or its beginning and an ellipsis if it is wider than `width` points.
package func fitted(
  _ string: String, width: Double, size: Double = TypeSize.note, isBold: Bool = false,
  fonts: Fonts
) -> String {
  guard fonts.width(of: string, size: size, isBold: isBold) > width else { return string }
  var kept = string
  while !kept.isEmpty, fonts.width(of: kept + "…", size: size, isBold: isBold) > width {
    kept.removeLast()
  }
  return kept + "…"
}

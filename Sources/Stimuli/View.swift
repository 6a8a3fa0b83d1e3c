import Pictures

/// The part of a photograph that a stimulus shows, and where each of its points is drawn.
struct View {
  /// In source pixels, a square.
  let box: Box
  /// Side of the stimulus in pixels.
  let size: Int

  /// Pixels of the stimulus per source pixel.
  var magnification: Double { Double(size) / box.width }

  /// From source pixels to pixels of the stimulus.
  func toStimulus(_ source: Box) -> Box {
    Box(
      left: (source.left - box.left) * magnification, top: (source.top - box.top) * magnification,
      right: (source.right - box.left) * magnification,
      bottom: (source.bottom - box.top) * magnification)
  }

  /// From pixels of the stimulus to source pixels.
  func toSource(_ drawn: Box) -> Box {
    Box(
      left: box.left + drawn.left / magnification, top: box.top + drawn.top / magnification,
      right: box.left + drawn.right / magnification, bottom: box.top + drawn.bottom / magnification)
  }
}

/// A rectangle of whole pixels.
struct PixelRectangle: Equatable {
  var columns: Range<Int>
  var rows: Range<Int>

  init(columns: Range<Int>, rows: Range<Int>) {
    self.columns = columns
    self.rows = rows
  }

  /// The pixels that a box touches, of a square of `size`.
  init(touching box: Box, size: Int) {
    columns = Self.range(from: box.left.rounded(.down), to: box.right.rounded(.up), size: size)
    rows = Self.range(from: box.top.rounded(.down), to: box.bottom.rounded(.up), size: size)
  }

  /// The pixels that lie in a box as a whole, of a square of `size`.
  init(inside box: Box, size: Int) {
    columns = Self.range(from: box.left.rounded(.up), to: box.right.rounded(.down), size: size)
    rows = Self.range(from: box.top.rounded(.up), to: box.bottom.rounded(.down), size: size)
  }

  var isEmpty: Bool { columns.isEmpty || rows.isEmpty }

  /// The rectangle as a box.
  var box: Box {
    Box(
      left: Double(columns.lowerBound), top: Double(rows.lowerBound),
      right: Double(columns.upperBound), bottom: Double(rows.upperBound))
  }

  func clamped(to other: PixelRectangle) -> PixelRectangle {
    PixelRectangle(
      columns: columns.clamped(to: other.columns), rows: rows.clamped(to: other.rows))
  }

  private static func range(from lower: Double, to upper: Double, size: Int) -> Range<Int> {
    let first = Int(min(max(lower, 0), Double(size)))
    return first..<max(first, Int(min(max(upper, 0), Double(size))))
  }
}

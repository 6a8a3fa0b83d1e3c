import Pictures

/// A rectangle of whole pixels.
package struct PixelRectangle: Equatable {
  package let columns: Range<Int>
  package let rows: Range<Int>

  package init(columns: Range<Int>, rows: Range<Int>) {
    self.columns = columns
    self.rows = rows
  }

  /// The pixels that a box touches, of a square of `size`.
  init(touching box: Box, size: Int) { self.init(touching: box, width: size, height: size) }

  /// The pixels that a box touches, of a picture.
  init(touching box: Box, width: Int, height: Int) {
    columns = Self.range(from: box.left.rounded(.down), to: box.right.rounded(.up), size: width)
    rows = Self.range(from: box.top.rounded(.down), to: box.bottom.rounded(.up), size: height)
  }

  /// The pixels between a box's edges, rounded, of a square of `size`.
  init(nearest box: Box, size: Int) {
    columns = Self.range(from: box.left.rounded(), to: box.right.rounded(), size: size)
    rows = Self.range(from: box.top.rounded(), to: box.bottom.rounded(), size: size)
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

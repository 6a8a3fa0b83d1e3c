import Foundation

/// Places of receptive fields along a logarithmic axis.
struct FieldScale {
  let powers: ClosedRange<Int>
  let left: Double
  let right: Double

  func position(_ size: Int) -> Double {
    let share =
      (log2(Double(max(size, 1))) - Double(powers.lowerBound))
      / Double(powers.upperBound - powers.lowerBound)
    // Room for half a label at either end.
    return left + 8 + share * (right - left - 20)
  }

  /// Powers of two that all sizes lie between.
  static func powers(_ sizes: [Int]) -> ClosedRange<Int> {
    let low = Int(log2(Double(max(sizes.min() ?? 1, 1))))
    return low...max(low + 1, Int(log2(Double(max(sizes.max() ?? 1, 1))).rounded(.up)))
  }

  /// A bar from the smallest field to the largest, fainter beyond the input.
  func drawBar(
    _ field: ClosedRange<Int>, _ y: Double, _ color: Color, input side: Int, on canvas: any Canvas
  ) {
    let (first, last) = (position(field.lowerBound), position(field.upperBound))
    // Equal fields still show.
    let (left, right) = last - first < 2 ? (first - 1, first + 1) : (first, last)
    let edge = min(max(position(side), left), right)
    for (from, to, shade) in [(left, edge, color), (edge, right, color.opacity(0.35))]
    where to > from {
      canvas.fill(Rect(x: from, y: y - 1.4, width: to - from, height: 2.8), shade)
    }
  }

  /// The scale of the fields, and where the input ends.
  func drawAxis(
    from top: Double, to bottom: Double, input side: Int, fonts: Fonts, on canvas: any Canvas
  ) {
    let edge = position(side)
    for power in powers {
      let x = position(1 << power)
      canvas.stroke([Point(x, top), Point(x, bottom)], Stroke(Palette.grid, width: 0.5))
    }
    drawTicks(y: top - 8, besides: edge, fonts: fonts, on: canvas)
    canvas.stroke(
      [Point(edge, top - 16), Point(edge, bottom)], Stroke(Palette.vermilion, width: 0.8))
    let label = "input \(side)"
    let half = fonts.width(of: label, size: TypeSize.tick) / 2
    let x = min(max(edge, left + half), right - half)
    write(label, Point(x, top - 21), .middle, color: Palette.vermilion, on: canvas)
    let title = "receptive field, px"
    // Beside the input's label, where there is room.
    let room = x - half - 6 - left
    if fonts.width(of: title, size: TypeSize.tick) <= room {
      write(title, Point(left, top - 21), .start, color: Palette.faint, on: canvas)
    }
  }

  /// Writes powers of two, every other one where they would touch, and none on the input's line.
  private func drawTicks(
    y: Double, besides edge: Double, fonts: Fonts, on canvas: any Canvas
  ) {
    var end = -Double.infinity
    for power in powers {
      let (label, x) = ("\(1 << power)", position(1 << power))
      let half = fonts.width(of: label, size: TypeSize.tick) / 2
      guard x - half > end + 4, abs(x - edge) > half + 2 else { continue }
      write(label, Point(x, y), .middle, color: Palette.faint, on: canvas)
      end = x + half
    }
  }

  private func write(
    _ string: String, _ at: Point, _ alignment: Text.Alignment, color: Color,
    on canvas: any Canvas
  ) {
    canvas.write(
      Text(
        string, at: at, size: TypeSize.tick, color: color, alignment: alignment, rise: .middle))
  }
}

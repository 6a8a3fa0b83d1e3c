/// The bar that says which colour is which value, its ends labelled.
struct ColorBar {
  let low: Double
  let high: Double
  /// How a value is written.
  let text: (Double) -> String
  let color: (Double) -> Color

  /// Draws the bar, with its labels to the right.
  func draw(in bar: Rect, on canvas: any Canvas) {
    let steps = high > low ? 48 : 1
    let step = bar.height / Double(steps)
    for index in 0..<steps {
      // From the top, where the highest value is.
      let value = high - (Double(index) + 0.5) / Double(steps) * (high - low)
      canvas.fill(
        // Down to the end, so that no paper shines through between two.
        Rect(
          x: bar.x, y: bar.y + Double(index) * step, width: bar.width,
          height: bar.height - Double(index) * step), color(value))
    }
    canvas.outline(bar, Stroke(Palette.frame, width: 0.5))
    canvas.write(
      Text(text(high), at: Point(bar.right + 3, bar.y), size: TypeSize.tick, rise: .top))
    guard high > low else { return }
    canvas.write(
      Text(text(low), at: Point(bar.right + 3, bar.bottom), size: TypeSize.tick, rise: .bottom))
  }
}

/// Values along one direction of a plot: what range is shown, and its ticks.
package struct ValueAxis: Equatable, Sendable {
  package var range: ClosedRange<Double>
  package var ticks: Ticks

  /// The room that `values` need, with a little air.
  ///
  /// - Parameters:
  ///   - values: Any; those that cannot be drawn are passed over.
  ///   - includesZero: Whether zero must be on the axis.
  ///   - length: Length of the axis in points, which says how many ticks it bears.
  package init(covering values: [Double], includesZero: Bool, length: Double) {
    let finite = values.filter(\.isDrawable) + (includesZero ? [0] : [])
    var low = finite.min() ?? 0
    var high = finite.max() ?? 1
    let least = max(1e-6, 1e-6 * max(abs(low), abs(high)))
    if high - low < least {
      let room = max(0.01, abs(low) * 0.1)
      (low, high) = (low - room, high + room)
    }
    let air = 0.06 * (high - low)
    // Zero is where bars stand: no air beyond it unless data lie there.
    if !(includesZero && low == 0) { low -= air }
    if !(includesZero && high == 0) { high += air }
    range = low...high
    ticks = Ticks(in: range, atMost: min(8, max(3, Int(length / 13))))
  }

  /// Width of the widest label in points.
  package func labelWidth(_ fonts: Fonts) -> Double {
    ticks.labels.map { fonts.width(of: $0, size: TypeSize.tick) }.max() ?? 0
  }
}

/// A plot's frame and how values map into it; upwards is more.
package struct Axes: Sendable {
  package var frame: Rect
  package var x: ClosedRange<Double>
  package var y: ValueAxis

  package func xPosition(_ value: Double) -> Double {
    frame.x + frame.width * (value - x.lowerBound) / (x.upperBound - x.lowerBound)
  }

  package func yPosition(_ value: Double) -> Double {
    let range = y.range
    return frame.bottom
      - frame.height * (value - range.lowerBound) / (range.upperBound - range.lowerBound)
  }

  package func point(_ xValue: Double, _ yValue: Double) -> Point {
    Point(xPosition(xValue), yPosition(yValue))
  }

  /// Draws the horizontal grid, the zero line where there is one, and the labels of the y axis.
  func drawValues(on canvas: any Canvas) {
    for (value, label) in zip(y.ticks.values, y.ticks.labels) {
      let height = yPosition(value)
      canvas.stroke(
        [Point(frame.x, height), Point(frame.right, height)], Stroke(Palette.grid, width: 0.5))
      canvas.write(
        Text(
          label, at: Point(frame.x - 4, height), size: TypeSize.tick, alignment: .end,
          rise: .middle))
    }
  }

  /// Draws the zero line if zero is inside the axis.
  func drawZero(on canvas: any Canvas) {
    guard y.range.lowerBound < 0 && y.range.upperBound > 0 else { return }
    canvas.stroke(
      [Point(frame.x, yPosition(0)), Point(frame.right, yPosition(0))],
      Stroke(Palette.ink, width: 0.7))
  }

  /// Draws lines between categories at 0, 1 … that stand close.
  func drawSeparators(between count: Int, on canvas: any Canvas) {
    guard count > 12 else { return }
    for place in 1..<count {
      let x = xPosition(Double(place) - 0.5)
      canvas.stroke([Point(x, frame.y), Point(x, frame.bottom)], Stroke(Palette.grid, width: 0.4))
    }
  }

  /// Draws the left and lower edge.
  func drawEdges(on canvas: any Canvas) {
    canvas.stroke(
      [
        Point(frame.x, frame.y), Point(frame.x, frame.bottom), Point(frame.right, frame.bottom),
      ], Stroke(Palette.frame, width: 0.7))
  }

  /// Writes what the y axis measures, upwards, its right edge `distance` points left of the frame.
  func drawTitle(_ title: String, distance: Double, fonts: Fonts, on canvas: any Canvas) {
    canvas.write(
      Text(
        fitted(title, width: frame.height, size: TypeSize.label, fonts: fonts),
        at: Point(frame.x - distance, frame.middle.y), size: TypeSize.label,
        alignment: .middle, rise: .bottom, isVertical: true))
  }
}

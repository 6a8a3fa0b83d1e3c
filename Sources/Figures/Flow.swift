/// Boxes and arrows of a diagram, placed in points from its upper left corner.
struct Flow {
  /// What a circle between lines does.
  enum Operation { case plus, times, join }

  let canvas: any Canvas
  let origin: Point

  private static let stroke = Stroke(Palette.ink, width: 0.7)

  func line(_ points: [(Double, Double)], _ stroke: Stroke = Flow.stroke) {
    canvas.stroke(points.map(place), stroke)
  }

  /// A line whose last stretch, upright or level, ends in a head.
  func arrow(_ points: [(Double, Double)], hasHead: Bool = true) {
    line(points)
    guard hasHead, points.count > 1 else { return }
    let (tip, before) = (points[points.count - 1], points[points.count - 2])
    let (length, half) = (4.0, 1.8)
    let along: (Double, Double) = (
      (tip.0 - before.0).signum, (tip.1 - before.1).signum
    )
    let base = (tip.0 - along.0 * length, tip.1 - along.1 * length)
    let corners = [
      tip, (base.0 - along.1 * half, base.1 - along.0 * half),
      (base.0 + along.1 * half, base.1 + along.0 * half),
    ]
    canvas.fill(corners.map(place), Palette.ink)
  }

  /// A box with lines of words in it.
  func box(_ rect: Rect, _ lines: [String]) {
    let rect = place(rect)
    canvas.fill(rect, Palette.band)
    canvas.outline(rect, Stroke(Palette.frame, width: 0.7))
    for (index, line) in lines.enumerated() {
      let y = rect.middle.y + (Double(index) - Double(lines.count - 1) / 2) * 9
      canvas.write(
        Text(
          line, at: Point(rect.middle.x, y), size: TypeSize.tick, alignment: .middle,
          rise: .middle))
    }
  }

  /// A circle that adds, multiplies or puts side by side what comes in.
  func operation(_ operation: Operation, _ centre: (Double, Double)) {
    let centre = place(centre)
    let circle = Marker.circle.outline(at: centre, radius: 4.5)
    canvas.fill(circle, Palette.paper)
    canvas.stroke(circle + circle.prefix(1), Self.stroke)
    guard operation != .join else {
      for x in [centre.x - 1.3, centre.x + 1.3] {
        canvas.stroke([Point(x, centre.y - 2.8), Point(x, centre.y + 2.8)], Self.stroke)
      }
      return
    }
    let reach = operation == .plus ? (2.8, 0.0) : (2.0, 2.0)
    canvas.stroke(
      [
        Point(centre.x - reach.0, centre.y - reach.1),
        Point(centre.x + reach.0, centre.y + reach.1),
      ], Self.stroke)
    canvas.stroke(
      [
        Point(centre.x + reach.1, centre.y - reach.0),
        Point(centre.x - reach.1, centre.y + reach.0),
      ], Self.stroke)
  }

  /// A mark where a line leaves another.
  func dot(_ centre: (Double, Double)) {
    canvas.fill(Marker.circle.outline(at: place(centre), radius: 1.5), Palette.ink)
  }

  func fill(_ rect: Rect, _ color: Color) { canvas.fill(place(rect), color) }

  func outline(_ rect: Rect, _ color: Color) {
    canvas.outline(place(rect), Stroke(color, width: 0.8))
  }

  func text(
    _ string: String, _ point: (Double, Double), _ alignment: Text.Alignment,
    color: Color = Palette.ink
  ) {
    canvas.write(
      Text(
        string, at: place(point), size: TypeSize.tick, color: color, alignment: alignment,
        rise: .middle))
  }

  private func place(_ point: (Double, Double)) -> Point {
    Point(origin.x + point.0, origin.y + point.1)
  }

  private func place(_ rect: Rect) -> Rect {
    Rect(
      x: origin.x + rect.x, y: origin.y + rect.y, width: rect.width, height: rect.height)
  }
}

extension Double {
  /// −1, 0 or 1.
  fileprivate var signum: Double { self > 0 ? 1 : self < 0 ? -1 : 0 }
}

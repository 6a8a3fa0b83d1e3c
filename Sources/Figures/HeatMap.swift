import Foundation

/// A table of values as colours, each with its number, and the bar that says which colour is which.
struct HeatMap {
  let title: String
  /// `[row][column]`; nil for no value.
  let values: [[Double?]]
  /// How a value is written.
  let text: (Double) -> String
  let columns: [String]
  let rows: [String]
  let columnTitle: String
  let rowTitle: String
  /// Whether high values are dark.
  let darkensUpwards: Bool
  let fonts: Fonts

  static let titleHeight = 13.0
  private static let barGap = 6.0
  private static let barWidth = 7.0
  private static let barLabels = 30.0
  private static let rowLabels = 38.0
  private static let columnLabels = 24.0

  /// Height of all in points where the cells are so high.
  static func height(cells: Double) -> Double { titleHeight + cells + columnLabels }

  private var finite: [Double] {
    values.flatMap { $0 }.compactMap { $0 }.filter(\.isDrawable)
  }

  /// Draws the table with its titles.
  ///
  /// - Parameters:
  ///   - origin: Its upper left corner.
  ///   - width: Of all, in points.
  ///   - height: Of the cells alone.
  ///   - canvas: What is drawn on.
  func draw(at origin: Point, width: Double, height: Double, on canvas: any Canvas) {
    let frame = Rect(
      x: origin.x + Self.rowLabels, y: origin.y + Self.titleHeight,
      width: width - Self.rowLabels - Self.barGap - Self.barWidth - Self.barLabels,
      height: height)
    canvas.write(
      Text(
        fitted(title, width: width, size: TypeSize.label, isBold: true, fonts: fonts),
        at: origin, size: TypeSize.label, isBold: true, rise: .top))
    let size = Point(
      frame.width / Double(max(columns.count, 1)), frame.height / Double(max(rows.count, 1)))
    for (r, row) in values.enumerated() {
      for (c, value) in row.enumerated() {
        let cell = Rect(
          x: frame.x + Double(c) * size.x, y: frame.y + Double(r) * size.y, width: size.x,
          height: size.y)
        draw(value, in: cell, on: canvas)
        if r == c { canvas.outline(cell.grown(by: -0.6), Stroke(Palette.vermilion, width: 1.2)) }
      }
    }
    drawNames(around: frame, size, at: origin, on: canvas)
    guard let low = finite.min(), let high = finite.max() else { return }
    ColorBar(low: low, high: high, text: text, color: color).draw(
      in: Rect(
        x: frame.right + Self.barGap, y: frame.y, width: Self.barWidth, height: frame.height),
      on: canvas)
  }

  private func draw(_ value: Double?, in cell: Rect, on canvas: any Canvas) {
    guard let value, value.isDrawable else {
      canvas.fill(cell, Palette.band)
      return
    }
    canvas.fill(cell, color(value))
    let written = text(value)
    guard
      fonts.width(of: written, size: TypeSize.tick) <= cell.width - 2, cell.height >= 9
    else { return }
    canvas.write(
      Text(
        written, at: cell.middle, size: TypeSize.tick,
        color: shade(value) > 0.5 ? Palette.paper : Palette.ink, alignment: .middle, rise: .middle))
  }

  private func drawNames(
    around frame: Rect, _ size: Point, at origin: Point, on canvas: any Canvas
  ) {
    // Names that would touch are left out, evenly.
    let widest = columns.map { fonts.width(of: $0, size: TypeSize.tick) }.max() ?? 0
    let columnStep = max(1, Int(((widest + 4) / max(size.x, 1)).rounded(.up)))
    let rowStep = max(1, Int((9 / max(size.y, 1)).rounded(.up)))
    for (c, name) in columns.enumerated() where c % columnStep == 0 {
      canvas.write(
        Text(
          name, at: Point(frame.x + (Double(c) + 0.5) * size.x, frame.bottom + 3),
          size: TypeSize.tick, alignment: .middle, rise: .top))
    }
    for (r, name) in rows.enumerated() where r % rowStep == 0 {
      canvas.write(
        Text(
          name, at: Point(frame.x - 3, frame.y + (Double(r) + 0.5) * size.y),
          size: TypeSize.tick, alignment: .end, rise: .middle))
    }
    canvas.write(
      Text(
        columnTitle, at: Point(frame.middle.x, frame.bottom + 13), size: TypeSize.tick,
        color: Palette.faint, alignment: .middle, rise: .top))
    canvas.write(
      Text(
        rowTitle, at: Point(origin.x + 1, frame.middle.y), size: TypeSize.tick,
        color: Palette.faint, alignment: .middle, rise: .top, isVertical: true))
  }

  /// 0 for the palest, 1 for the darkest.
  private func shade(_ value: Double) -> Double {
    guard let low = finite.min(), let high = finite.max(), high > low else { return 0 }
    let share = (value - low) / (high - low)
    return darkensUpwards ? share : 1 - share
  }

  private func color(_ value: Double) -> Color { Palette.shade(shade(value)) }
}

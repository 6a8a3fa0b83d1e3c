import Analysis
import Networks
import Wording

/// Any network: a row for every layer and join, lines for what takes what, bars for receptive fields.
public struct GraphDiagram: Figure {
  /// Rows beyond which nothing could be seen, and no canvas is tall enough.
  public static let mostRows = 1000

  private let graph: GraphRows
  private let facts: String

  /// A figure of a network's rows; nil if there are more than `mostRows`.
  public init?(_ graph: GraphRows, parameters: Int, macs: Int) {
    guard graph.rows.count <= Self.mostRows else { return nil }
    self.graph = graph
    facts =
      "input \(graph.input) · \(MetricNumber(parameters)) learnt values (#P) · "
      + "\(MetricNumber(macs)) multiply-adds (MACs)"
  }

  /// `network`.
  public var name: String { "network" }

  private let rowHeight = 9.5
  private let headHeight = 31.0
  /// Where the columns of text begin and those of numbers end, beside the lines.
  private let operationStart = 96.0
  private let columns = [272.0, 302, 332]
  private let plotLeft = 338.0

  /// Lays the network out from top to bottom.
  public func drawing(with fonts: Fonts) -> Drawing {
    let notes = Notes(
      [
        "Bars: the theoretical receptive field, from the smallest path to the largest; the numbers are "
          + "the largest. Beyond the input’s side, where there are only zeros, bars are fainter. "
          + "whole: every value depends on the whole picture."
      ], width: Page.contentWidth, fonts: fonts)
    let heading = Notes([facts], width: Page.contentWidth, fonts: fonts)
    let top = Page.margin + 15 + heading.height + headHeight
    let bottom = top + Double(graph.rows.count) * rowHeight
    let title = fitted(
      visible(graph.name), width: Page.contentWidth, size: TypeSize.title, isBold: true,
      fonts: fonts)
    return Drawing(width: Page.width, height: bottom + 6 + notes.height + Page.margin) { canvas in
      canvas.write(
        Text(
          title, at: Point(Page.margin, Page.margin), size: TypeSize.title, isBold: true,
          rise: .top))
      heading.draw(at: Point(Page.margin, Page.margin + 15), on: canvas)
      draw(from: top, to: bottom, fonts, on: canvas)
      notes.draw(at: Point(Page.margin, bottom + 6), on: canvas)
    }
  }

  private func draw(from top: Double, to bottom: Double, _ fonts: Fonts, on canvas: any Canvas) {
    let left = Page.margin
    let side = min(graph.input.height, graph.input.width)
    let sizes = graph.rows.flatMap { ($0.field.size ?? []) + ($0.field.smallest ?? []) }
    let scale = FieldScale(
      powers: FieldScale.powers(sizes + [side]), left: left + plotLeft,
      right: left + Page.contentWidth - 28)
    let lanes = DiagramLanes(graph.rows.map(\.inputs))
    let spacing = min(6, 40 / Double(max(lanes.count, 1)))
    func x(_ lane: Int) -> Double { left + 4 + Double(lane) * spacing }
    func y(_ row: Int) -> Double { top + (Double(row) + 0.5) * rowHeight }
    scale.drawAxis(from: top, to: bottom, input: side, fonts: fonts, on: canvas)
    for (end, title) in zip(columns, ["output C×H×W", "#P", "MACs"]) {
      write(title, Point(left + end, top - 8), .end, Palette.faint, on: canvas)
    }
    for line in lanes.lines {
      let (from, to) = (y(line.from), y(line.to))
      canvas.stroke(
        [
          Point(x(line.source), from), Point(x(line.source), to - rowHeight),
          Point(x(line.target), to),
        ], Stroke(Palette.frame, width: 0.6))
    }
    let textStart = 4 + Double(lanes.count) * spacing + 3
    for (index, row) in graph.rows.enumerated() {
      let middle = y(index)
      let dot = x(lanes.lane[index])
      canvas.fill(Rect(x: dot - 1.3, y: middle - 1.3, width: 2.6, height: 2.6), Palette.ink)
      draw(row, middle, left, textStart, scale, side, fonts, on: canvas)
    }
  }

  private func draw(
    _ row: GraphRows.Row, _ middle: Double, _ left: Double, _ textStart: Double,
    _ scale: FieldScale, _ side: Int, _ fonts: Fonts, on canvas: any Canvas
  ) {
    func text(_ string: String, from start: Double, to end: Double, _ color: Color) {
      let shown = fitted(
        visible(string), width: end - start - 4, size: TypeSize.note, fonts: fonts)
      write(shown, Point(left + start, middle), .start, color, on: canvas)
    }
    text(
      shortened(row.name, to: operationStart - textStart - 4, fonts), from: textStart,
      to: operationStart, Palette.ink)
    let shape = row.output.map { $0.map(String.init).joined(separator: "×") } ?? "?"
    let room = columns[0] - fonts.width(of: shape, size: TypeSize.note)
    text(row.operation, from: operationStart, to: room, Palette.faint)
    let numbers = [
      shape, row.parameters > 0 ? "\(MetricNumber(row.parameters))" : "",
      row.macs > 0 ? "\(MetricNumber(row.macs))" : "",
    ]
    for (end, number) in zip(columns, numbers) {
      write(number, Point(left + end, middle), .end, Palette.ink, on: canvas)
    }
    let field = row.field
    if let size = field.size?.max(), let smallest = field.smallest?.min() {
      scale.drawBar(
        min(smallest, size)...size, middle, Palette.blue, input: side, on: canvas)
    }
    let number =
      field.size.map { $0[0] == $0[1] ? "\($0[0])" : "\($0[0])×\($0[1])" }
      ?? (field.status == .local ? "" : field.status.rawValue)
    write(
      number, Point(left + Page.contentWidth - 2, middle), .end,
      field.size == nil ? Palette.faint : Palette.ink, on: canvas)
  }

  /// A name without its first parts where it is too long: what tells layers apart stands at the end.
  private func shortened(_ name: String, to width: Double, _ fonts: Fonts) -> String {
    var rest = Substring(visible(name))
    while fonts.width(of: rest == name ? name : "…" + rest, size: TypeSize.note) > width,
      let slash = rest.dropFirst().firstIndex(of: "/")
    {
      rest = rest[slash...]
    }
    return rest == name ? name : "…" + rest
  }

  private func write(
    _ string: String, _ at: Point, _ alignment: Text.Alignment, _ color: Color,
    on canvas: any Canvas
  ) {
    guard !string.isEmpty else { return }
    canvas.write(
      Text(
        string, at: at, size: TypeSize.note, color: color, alignment: alignment, rise: .middle))
  }
}

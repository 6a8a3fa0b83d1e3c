import Foundation
import Networks

/// Every unit of a network in a row, with bars for the receptive fields of its branches.
struct UnitTable {
  let summary: NetworkSummary
  let fonts: Fonts

  private var branchCount: Int { summary.architecture.branches.count }
  private var rowHeight: Double { max(11.5, 3.6 * Double(branchCount) + 3) }
  private let headHeight = 31.0
  private let stageHeight = 13.0
  /// Where each column of numbers ends, in points from the left edge.
  private let columns = [98.0, 124, 159, 197, 222]
  private let plotLeft = 234.0

  /// Height in points.
  var height: Double {
    headHeight + Double(summary.units.count + (summary.head == nil ? 2 : 3)) * rowHeight
      + Double(stages.count) * stageHeight
  }

  /// The units by stage, in order.
  private var stages: [[NetworkSummary.UnitSummary]] {
    summary.units.reduce(into: []) { stages, unit in
      if stages.last?.first?.stage == unit.stage {
        stages[stages.count - 1].append(unit)
      } else {
        stages.append([unit])
      }
    }
  }

  /// Columns of numbers at the right, one for each branch; none where they take too much room.
  private var numberCount: Int { Double(branchCount) * numberWidth <= 120 ? branchCount : 0 }

  private var numberWidth: Double {
    let labels =
      summary.architecture.branches.map(title)
      + (summary.units.last?.branches.map { "\($0.field.largest.size)" } ?? [])
    return (labels.map { fonts.width(of: $0, size: TypeSize.tick) }.max() ?? 0) + 7
  }

  private func title(of branch: Architecture.Branch) -> String {
    "\(branch.size)×\(branch.size)"
  }

  private var plotRight: Double {
    Page.contentWidth - Double(numberCount) * numberWidth - (numberCount > 0 ? 0 : 8)
  }

  /// Powers of two that all fields lie between.
  private var powers: ClosedRange<Int> {
    let fields = summary.units.flatMap(\.branches).map(\.field) + [stem].compactMap { $0 }
    return FieldScale.powers(
      fields.map(\.smallest.size) + fields.map(\.largest.size) + [side])
  }

  private var stem: UnitReceptiveFields.Paths? {
    summary.architecture.receptiveFields.first?.input
  }

  /// The input's shorter side in pixels.
  private var side: Int { min(summary.input.height, summary.input.width) }

  func draw(at origin: Point, on canvas: any Canvas) {
    let scale = FieldScale(
      powers: powers, left: origin.x + plotLeft, right: origin.x + plotRight)
    let top = origin.y + headHeight
    let bottom = origin.y + height
    var y = top + rowHeight
    for (index, stage) in stages.enumerated() {
      let stageBottom = y + stageHeight + Double(stage.count) * rowHeight
      if index.isMultiple(of: 2) {
        canvas.fill(
          Rect(x: origin.x, y: y, width: Page.contentWidth, height: stageBottom - y), Palette.band)
      }
      y = stageBottom
    }
    drawAxis(scale, from: top, to: bottom, on: canvas)
    drawHeader(origin, on: canvas)
    y = top
    drawEnd("stem", summary.stem, at: Point(origin.x, y), on: canvas)
    if let stem { drawBar(stem, y + rowHeight / 2, Palette.frame, scale, on: canvas) }
    y += rowHeight
    for stage in stages {
      drawStage(stage, at: Point(origin.x, y), on: canvas)
      y += stageHeight
      for unit in stage {
        draw(unit, at: Point(origin.x, y), scale, on: canvas)
        y += rowHeight
      }
    }
    if let head = summary.head {
      drawEnd("head", head, at: Point(origin.x, y), on: canvas)
      y += rowHeight
    }
    if let classifier = summary.classifier {
      drawEnd("classifier", classifier, at: Point(origin.x, y), on: canvas)
    }
    canvas.stroke(
      [Point(origin.x, top), Point(origin.x + Page.contentWidth, top)],
      Stroke(Palette.frame, width: 0.7))
    canvas.stroke(
      [Point(origin.x, bottom), Point(origin.x + Page.contentWidth, bottom)],
      Stroke(Palette.frame, width: 0.7))
  }

  private func drawHeader(_ origin: Point, on canvas: any Canvas) {
    let y = origin.y + headHeight - 8
    write("unit", Point(origin.x + 4, y), .start, color: Palette.faint, on: canvas)
    let titles = ["output C×H×W", "C", "#P", "MACs", "stride"]
    for (end, title) in zip(columns, titles) {
      write(title, Point(origin.x + end, y), .end, color: Palette.faint, on: canvas)
    }
    for m in 0..<numberCount {
      write(
        title(of: summary.architecture.branches[m]), Point(numberEnd(m, origin), y), .end,
        color: branchColor(m), on: canvas)
    }
  }

  private func numberEnd(_ m: Int, _ origin: Point) -> Double {
    origin.x + Page.contentWidth - 3 - Double(numberCount - 1 - m) * numberWidth
  }

  /// The scale of the fields, and where the input ends.
  private func drawAxis(
    _ scale: FieldScale, from top: Double, to bottom: Double, on canvas: any Canvas
  ) {
    scale.drawAxis(from: top, to: bottom, input: side, fonts: fonts, on: canvas)
  }

  private func drawStage(
    _ stage: [NetworkSummary.UnitSummary], at origin: Point, on canvas: any Canvas
  ) {
    guard let unit = stage.last else { return }
    let name = "stage \(unit.stage)"
    let middle = origin.y + stageHeight / 2 + 1
    canvas.write(
      Text(
        name, at: Point(origin.x + 4, middle), size: TypeSize.tick, isBold: true, rise: .middle))
    let start = 4 + fonts.width(of: name, size: TypeSize.tick, isBold: true) + 5
    let isShuffled = summary.architecture.block == .shuffle && stage.count > 1
    let formula =
      (isShuffled ? "1 + \(stage.count - 1)" : "\(stage.count)")
      + " × \(UnitFormula(summary.architecture, unit))"
    // Long ones go on over the plot, which has no bars in this row.
    write(
      fitted(formula, width: Page.contentWidth - start, size: TypeSize.tick, fonts: fonts),
      Point(origin.x + start, middle), .start, on: canvas)
  }

  private func draw(
    _ unit: NetworkSummary.UnitSummary, at origin: Point, _ scale: FieldScale,
    on canvas: any Canvas
  ) {
    let middle = origin.y + rowHeight / 2
    let cells = [
      shape(unit.output), "\(unit.width)", "\(MetricNumber(unit.parameters))",
      "\(MetricNumber(unit.macs))", "\(unit.inputStride)",
    ]
    drawCells(unit.name, cells, middle, origin, on: canvas)
    for (m, branch) in unit.branches.enumerated() {
      let offset = Double(m) - Double(unit.branches.count - 1) / 2
      drawBar(branch.field, middle + offset * 3.6, branchColor(m), scale, on: canvas)
      if m < numberCount {
        write(
          "\(branch.field.largest.size)", Point(numberEnd(m, origin), middle), .end,
          color: branch.isWiderThanInput ? Palette.faint : Palette.ink, on: canvas)
      }
    }
  }

  private func drawEnd(
    _ name: String, _ end: NetworkSummary.End, at origin: Point, on canvas: any Canvas
  ) {
    let cells = [
      shape(end.output), "", "\(MetricNumber(end.parameters))", "\(MetricNumber(end.macs))",
    ]
    drawCells(name, cells, origin.y + rowHeight / 2, origin, on: canvas)
  }

  private func drawCells(
    _ name: String, _ cells: [String], _ middle: Double, _ origin: Point, on canvas: any Canvas
  ) {
    write(name, Point(origin.x + 4, middle), .start, on: canvas)
    for (index, cell) in cells.enumerated() where !cell.isEmpty {
      let start = index == 0 ? 44 : columns[index - 1]
      let text = fitted(
        cell, width: columns[index] - start - 4, size: TypeSize.tick, fonts: fonts)
      write(text, Point(origin.x + columns[index], middle), .end, on: canvas)
    }
  }

  private func drawBar(
    _ field: UnitReceptiveFields.Paths, _ y: Double, _ color: Color, _ scale: FieldScale,
    on canvas: any Canvas
  ) {
    scale.drawBar(
      field.smallest.size...field.largest.size, y, color, input: side, on: canvas)
  }

  private func shape(_ shape: NetworkSummary.Shape) -> String {
    shape.height * shape.width == 1
      ? "\(shape.channels)" : "\(shape.channels)×\(shape.height)×\(shape.width)"
  }

  private func write(
    _ string: String, _ at: Point, _ alignment: Text.Alignment, color: Color = Palette.ink,
    on canvas: any Canvas
  ) {
    canvas.write(
      Text(
        string, at: at, size: TypeSize.tick, color: color, alignment: alignment, rise: .middle))
  }
}

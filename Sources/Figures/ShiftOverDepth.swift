import Analysis

/// The shift of every unit from the smallest to the largest scale, its controls beside it.
public struct ShiftOverDepth: Figure {
  private let run: RunCaption

  /// A figure of `results.units`.
  public init(results: Results) {
    run = RunCaption(results: results)
  }

  /// `shift-over-depth`.
  public var name: String { "shift-over-depth" }

  /// Lays the units out from left to right in the order in which a picture passes them.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard !run.results.units.isEmpty else {
      return Page.message(
        ["The run has recorded no unit with attention."], title: "Shift over depth", fonts: fonts)
    }
    guard run.results.scales.count > 1 else {
      return Page.message(
        ["The run has one scale; a shift needs two."], title: "Shift over depth", fonts: fonts)
    }
    return ShiftLayout(run: run, fonts: fonts).drawing
  }

  /// True if the zoom moves a unit for certain, and further than sharpness alone would.
  ///
  /// Holm-corrected p below .05, and both the excess over `blur` and over `spectrum` have intervals
  /// wholly on the shift’s side of zero. Without those two controls nothing can be said.
  package static func exceedsControls(_ shift: Results.Shift) -> Bool {
    guard shift.p < 0.05, shift.mean != 0 else { return false }
    return ["blur", "spectrum"].allSatisfy { name in
      guard let interval = shift.controls[name]?.excessInterval, interval.count == 2 else {
        return false
      }
      return shift.mean > 0 ? interval[0] > 0 : interval[1] < 0
    }
  }
}

private struct ShiftLayout {
  /// The zoom or one of its controls.
  struct Series {
    let control: String?
    let label: String
    let color: Color
    let marker: Marker
  }

  let run: RunCaption
  let fonts: Fonts
  let series: [Series]

  private let plotHeight = 186.0
  private let headHeight = 13.0
  private let starHeight = 11.0

  init(run: RunCaption, fonts: Fonts) {
    self.run = run
    self.fonts = fonts
    let controls: [Series] = [
      Series(control: "blur", label: "blur", color: Palette.orange, marker: .square),
      Series(control: "spectrum", label: "spectrum", color: Palette.blue, marker: .triangle),
      Series(control: "surround", label: "surround", color: Palette.green, marker: .diamond),
      Series(control: "untrained", label: "untrained", color: Palette.purple, marker: .wedge),
    ]
    let present = Set(run.results.units.flatMap { $0.shift.controls.keys })
    series =
      [Series(control: nil, label: "zoom", color: Palette.ink, marker: .circle)]
      + controls.filter { present.contains($0.control ?? "") }
  }

  private var units: [Results.UnitResult] { run.results.units }

  private func estimate(_ series: Series, _ unit: Results.UnitResult) -> (Double, [Double])? {
    guard let name = series.control else { return (unit.shift.mean, unit.shift.interval) }
    return unit.shift.controls[name].map { ($0.mean, $0.interval) }
  }

  var drawing: Drawing {
    let width = Page.contentWidth
    let estimates = units.flatMap { unit in series.compactMap { estimate($0, unit) } }
    let axis = ValueAxis(
      covering: estimates.flatMap { [$0.0] + $0.1 }, includesZero: true, length: plotHeight)
    let left = Page.margin + axis.labelWidth(fonts) + 18
    let plotWidth = Page.margin + width - left
    let names = CategoryLabels(
      units.map(\.name), spacing: plotWidth / Double(units.count), fonts: fonts)
    let isMarked = units.contains { ShiftOverDepth.exceedsControls($0.shift) }
    let legend = Legend(
      series.map { .init(sign: .interval($0.color, $0.marker), label: $0.label) }
        + (isMarked
          ? [.init(sign: .mark(Palette.ink, .star), label: "exceeds blur and spectrum")] : []),
      width: width, fonts: fonts)
    let notes = Notes(self.notes, width: width, fonts: fonts)
    let top = Page.margin + legend.height + 4
    let frame = Rect(
      x: left, y: top + headHeight + starHeight, width: plotWidth, height: plotHeight)
    let height =
      frame.bottom + names.height + 6 + notes.height + Page.margin
    return Drawing(width: Page.width, height: height) { canvas in
      legend.draw(at: Point(Page.margin, Page.margin), on: canvas)
      let axes = Axes(frame: frame, x: -0.5...Double(units.count) - 0.5, y: axis)
      drawStages(axes, on: canvas)
      axes.drawSeparators(between: units.count, on: canvas)
      axes.drawValues(on: canvas)
      axes.drawZero(on: canvas)
      axes.drawTitle(title, distance: axis.labelWidth(fonts) + 7, fonts: fonts, on: canvas)
      drawShifts(axes, on: canvas)
      axes.drawEdges(on: canvas)
      names.draw(from: Point(axes.xPosition(0), frame.bottom), on: canvas)
      notes.draw(at: Point(Page.margin, frame.bottom + names.height + 6), on: canvas)
    }
  }

  private var title: String {
    switch run.results.measure {
    case .attentionDifference: "shift of the " + run.measureTitle
    case .expectedKernelSize: "shift of the expected kernel size (px)"
    }
  }

  private var notes: [String] {
    var lines: [String] = []
    if let shift = units.first?.shift {
      lines.append(
        "Shift = from \(scaleLabel(shift.from)) to \(scaleLabel(shift.to)), mean over photographs "
          + "with its 95 % bootstrap interval. " + run.measureNote)
    }
    let present = Set(series.compactMap(\.control))
    if present.isSuperset(of: ["blur", "spectrum"]) {
      lines.append(
        "★ Holm-corrected permutation p < .05, and the excess over both blur and spectrum has a "
          + "95 % interval on the shift’s side of zero.")
    } else {
      lines.append(
        "Without the blur and the spectrum control, a shift cannot be told from loss of "
          + "sharpness; no unit is marked.")
    }
    return lines + run.notes
  }

  /// Draws a band behind every other stage and writes the stages' names above.
  private func drawStages(_ axes: Axes, on canvas: any Canvas) {
    let frame = axes.frame
    var first = 0
    var isShaded = false
    while first < units.count {
      let stage = units[first].stage
      let last = units[first...].prefix { $0.stage == stage }.count + first - 1
      let left = axes.xPosition(Double(first) - 0.5)
      let right = axes.xPosition(Double(last) + 0.5)
      let top = frame.y - headHeight - starHeight
      if isShaded {
        canvas.fill(
          Rect(x: left, y: top, width: right - left, height: frame.bottom - top), Palette.band)
      }
      let label = ["stage \(stage)", "\(stage)"].first {
        fonts.width(of: $0, size: TypeSize.label) + 4 <= right - left
      }
      if let label {
        canvas.write(
          Text(
            label, at: Point((left + right) / 2, top + 3), color: Palette.faint,
            alignment: .middle, rise: .top))
      }
      isShaded.toggle()
      first = last + 1
    }
  }

  private func drawShifts(_ axes: Axes, on canvas: any Canvas) {
    let spacing = axes.frame.width / Double(units.count)
    let slot = min(0.8 * spacing / Double(series.count), 11)
    let radius = min(2.8, max(1.5, slot * 0.42))
    for (place, unit) in units.enumerated() {
      let middle = axes.xPosition(Double(place))
      canvas.clip(to: axes.frame) {
        for (index, series) in series.enumerated() {
          guard let (mean, interval) = estimate(series, unit), mean.isDrawable else { continue }
          let x = middle + (Double(index) - Double(self.series.count - 1) / 2) * slot
          if interval.count == 2, interval.allSatisfy(\.isDrawable) {
            canvas.stroke(
              interval.map { Point(x, axes.yPosition($0)) },
              Stroke(series.color, width: index == 0 ? 1.2 : 0.9))
          }
          canvas.fill(
            series.marker.outline(at: Point(x, axes.yPosition(mean)), radius: radius),
            series.color)
        }
      }
      if ShiftOverDepth.exceedsControls(unit.shift) {
        let star = Point(middle, axes.frame.y - starHeight / 2)
        canvas.fill(Marker.star.outline(at: star, radius: min(4, spacing * 0.4)), Palette.ink)
      }
    }
  }
}

import Analysis

/// The slope per octave of every unit, its controls beside it, the primary family's verdicts above.
public struct ShiftOverDepth: Figure {
  private let run: RunCaption

  /// A figure of `results.units`.
  public init(results: ZoomResults) {
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

  /// True if a unit of the primary family is said to turn to a kernel: the mark of the figure.
  package static func isMarked(_ shift: ZoomResults.Shift) -> Bool {
    shift.judgement?.verdict == .larger || shift.judgement?.verdict == .smaller
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
    let present = Set(run.results.units.flatMap { $0.shift.controls.keys })
    series =
      [Series(control: nil, label: "zoom", color: Palette.ink, marker: .circle)]
      + ControlRole.ordered(present).map { name in
        let look = Self.look(name)
        return Series(control: name, label: name, color: look.color, marker: look.marker)
      }
  }

  /// A control's look, the same in every figure.
  private static func look(_ control: String) -> SeriesLook {
    switch control {
    case "blur": SeriesLook(color: Palette.orange, marker: .square)
    case "spectrum": SeriesLook(color: Palette.blue, marker: .triangle)
    case "surround": SeriesLook(color: Palette.green, marker: .diamond)
    case "untrained", "gate": SeriesLook(color: Palette.purple, marker: .wedge)
    case "psf": SeriesLook(color: Palette.vermilion, marker: .circle)
    case "local": SeriesLook(color: Palette.blue, marker: .square)
    case "scrambled": SeriesLook(color: Palette.green, marker: .triangle)
    case "sham": SeriesLook(color: Palette.orange, marker: .diamond)
    case "seam": SeriesLook(color: Palette.purple, marker: .square)
    case "moat": SeriesLook(color: Palette.vermilion, marker: .diamond)
    case "noise": SeriesLook(color: Palette.frame, marker: .square)
    case "aperture-content": SeriesLook(color: Palette.vermilion, marker: .wedge)
    case "aperture-window": SeriesLook(color: Palette.green, marker: .wedge)
    default: SeriesLook(color: Palette.frame, marker: .diamond)
    }
  }

  private var units: [ZoomResults.UnitResult] { run.results.units }

  private func estimate(_ series: Series, _ unit: ZoomResults.UnitResult) -> (Double, [Double])? {
    guard let name = series.control else {
      return (unit.shift.slope.mean, unit.shift.slope.interval)
    }
    return unit.shift.controls[name].map { ($0.slope.mean, $0.slope.interval) }
  }

  /// The smallest effect of interest of a primary unit.
  private func smallestEffect(_ unit: ZoomResults.UnitResult) -> Double? {
    unit.shift.judgement?.smallestEffect
  }

  var drawing: Drawing {
    let width = Page.contentWidth
    let estimates = units.flatMap { unit in series.compactMap { estimate($0, unit) } }
    let axis = ValueAxis(
      covering: estimates.flatMap { [$0.0] + $0.1 }
        + units.compactMap(smallestEffect).flatMap { [$0, -$0] },
      includesZero: true, length: plotHeight)
    let left = Page.margin + axis.labelWidth(fonts) + 18
    let plotWidth = Page.margin + width - left
    let names = CategoryLabels(
      units.map(\.name), spacing: plotWidth / Double(units.count), fonts: fonts)
    let isMarked = units.contains { ShiftOverDepth.isMarked($0.shift) }
    let hasEffects = units.contains { smallestEffect($0) != nil }
    let legend = Legend(
      series.map { .init(sign: .interval($0.color, $0.marker), label: $0.label) }
        + (hasEffects
          ? [.init(sign: .patch(Palette.margin), label: "smaller than matters")] : [])
        + (isMarked
          ? [.init(sign: .mark(Palette.ink, .star), label: "beyond every control")] : []),
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
      drawEffects(axes, on: canvas)
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
    case .attentionDifference: "slope of the " + run.measureTitle
    case .expectedKernelSize: "slope of the expected kernel size (px)"
    }
  }

  private var notes: [String] {
    var lines: [String] = []
    if let shift = units.first?.shift {
      lines.append(
        "Slope per octave of scale from \(scaleLabel(shift.from)) to \(scaleLabel(shift.to)), mean over "
          + "photographs with its 95 % bootstrap interval. " + run.measureNote)
    }
    return lines + run.verdicts + run.notes
  }

  /// Draws a band behind every primary unit as wide as what does not matter.
  private func drawEffects(_ axes: Axes, on canvas: any Canvas) {
    for (place, unit) in units.enumerated() {
      guard let effect = smallestEffect(unit), effect.isDrawable else { continue }
      let left = axes.xPosition(Double(place) - 0.5)
      let top = axes.yPosition(effect)
      canvas.fill(
        Rect(
          x: left, y: top, width: axes.xPosition(Double(place) + 0.5) - left,
          height: axes.yPosition(-effect) - top), Palette.margin)
    }
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
      if ShiftOverDepth.isMarked(unit.shift) {
        let star = Point(middle, axes.frame.y - starHeight / 2)
        canvas.fill(Marker.star.outline(at: star, radius: min(4, spacing * 0.4)), Palette.ink)
      }
    }
  }
}

/// A panel of figure 3: pictures and attention per channel on the left, bars per unit on the right.
struct AttentionPanel {
  var title: String
  /// Empty in a panel of averages.
  var stimuli: [StimulusImage]
  /// The scales shown, ascending.
  var scales: [Double]
  var profileTitle: String
  var channelsPerPoint: Int
  /// `[scale][point]`.
  var profile: [[Double]]
  /// `[scale][point]`, half the height of the band about `profile`; empty for none.
  var deviation: [[Double]]
  var unitNames: [String]
  /// `[unit][scale]`.
  var bars: [[Double]]
  /// `[unit][scale]` of two bounds each; empty for none.
  var intervals: [[[Double]]]

  var profileValues: [Double] {
    profile.enumerated().flatMap { scale, values in
      values.enumerated().flatMap { point, value in
        let half = deviation.value(scale, point).flatMap { $0.isDrawable ? $0 : nil } ?? 0
        return [value - half, value + half]
      }
    }
  }

  var barValues: [Double] { bars.flatMap { $0 } + intervals.flatMap { $0.flatMap { $0 } } }
}

/// Where the parts of every panel lie, so that the panels' axes are aligned.
struct AttentionPanelLayout {
  let width: Double
  let fonts: Fonts
  let profileAxis: ValueAxis
  let barAxis: ValueAxis
  let barTitle: String
  let hasStimuli: Bool
  let isBarFromZero: Bool

  private let plotHeight = 88.0
  private let titleHeight = 15.0
  private let subtitleHeight = 13.0
  private let gutter = 16.0
  private let pictureGap = 10.0
  /// Left edge and width of the profile, as far from the panel's left edge.
  private let profileInset: Double
  private let profileWidth: Double
  private let pictureSide: Double

  init(
    panels: [AttentionPanel], barTitle: String, isBarFromZero: Bool, width: Double, fonts: Fonts
  ) {
    self.width = width
    self.fonts = fonts
    self.barTitle = barTitle
    self.isBarFromZero = isBarFromZero
    hasStimuli = panels.contains { !$0.stimuli.isEmpty }
    profileAxis = ValueAxis(
      covering: panels.flatMap(\.profileValues), includesZero: false, length: plotHeight)
    profileInset = profileAxis.labelWidth(fonts) + 18
    profileWidth = (width - gutter) / 2 - profileInset
    // Three pictures are as wide as the profile below them.
    pictureSide = (profileWidth - 2 * pictureGap) / 3
    barAxis = ValueAxis(
      covering: panels.flatMap(\.barValues), includesZero: isBarFromZero,
      length: plotHeight + (hasStimuli ? pictureSide + 10 : 0))
  }

  private var picturesHeight: Double { hasStimuli ? pictureSide + 18 : 0 }
  var height: Double {
    titleHeight + picturesHeight + subtitleHeight + plotHeight + 26
  }

  func draw(_ panel: AttentionPanel, at origin: Point, on canvas: any Canvas) {
    canvas.write(
      Text(
        fitted(panel.title, width: width, size: TypeSize.title, isBold: true, fonts: fonts),
        at: Point(origin.x, origin.y), size: TypeSize.title, isBold: true, rise: .top))
    let top = origin.y + titleHeight
    let bottom = top + picturesHeight + subtitleHeight + plotHeight
    let column = (width - gutter) / 2
    let profileLeft = origin.x + profileInset
    let barLeft = origin.x + column + gutter + barAxis.labelWidth(fonts) + 6

    let profileFrame = Rect(
      x: profileLeft, y: bottom - plotHeight, width: profileWidth, height: plotHeight)
    draw(panel.stimuli, shades: panel.scales.count, left: profileLeft, top: top, on: canvas)
    drawProfile(panel, in: profileFrame, on: canvas)

    let barFrame = Rect(
      x: barLeft, y: top + subtitleHeight, width: origin.x + width - barLeft,
      height: bottom - top - subtitleHeight)
    drawBars(panel, in: barFrame, on: canvas)
  }

  private func draw(
    _ stimuli: [StimulusImage], shades: Int, left: Double, top: Double, on canvas: any Canvas
  ) {
    for (index, stimulus) in stimuli.enumerated() {
      let box = Rect(
        x: left + Double(index) * (pictureSide + pictureGap), y: top, width: pictureSide,
        height: pictureSide
      ).grown(by: -1)
      if stimulus.isWhole {
        // Fitted into the square, its own proportions kept.
        let share = box.width / Double(max(stimulus.width, stimulus.height))
        let width = Double(stimulus.width) * share
        let height = Double(stimulus.height) * share
        canvas.draw(
          stimulus,
          in: Rect(
            x: box.middle.x - width / 2, y: box.middle.y - height / 2, width: width,
            height: height))
      }
      canvas.outline(box, Stroke(Palette.scale(index, of: shades), width: 2))
      canvas.write(
        Text(
          scaleLabel(stimulus.scale), at: Point(box.middle.x, box.bottom + 3), alignment: .middle,
          rise: .top))
    }
  }

  private func drawProfile(_ panel: AttentionPanel, in frame: Rect, on canvas: any Canvas) {
    let points = panel.profile.map(\.count).max() ?? 0
    let axes = Axes(frame: frame, x: -0.5...Double(max(points, 1)) - 0.5, y: profileAxis)
    canvas.write(
      Text(
        fitted(panel.profileTitle, width: frame.width, size: TypeSize.label, fonts: fonts),
        at: Point(frame.x, frame.y - 4), rise: .bottom))
    guard points > 0 else {
      canvas.outline(frame, Stroke(Palette.grid, width: 0.7))
      canvas.write(Text("no channels", at: frame.middle, alignment: .middle, rise: .middle))
      return
    }
    axes.drawValues(on: canvas)
    axes.drawTitle(
      "attention", distance: profileAxis.labelWidth(fonts) + 7, fonts: fonts, on: canvas)
    canvas.clip(to: frame) {
      for (scale, values) in panel.profile.enumerated() {
        let color = Palette.scale(scale, of: panel.scales.count)
        for run in drawableRuns(values) {
          let halves = run.map { panel.deviation.value(scale, $0) ?? .nan }
          guard halves.allSatisfy(\.isDrawable) else { continue }
          let upper = zip(run, halves).map { axes.point(Double($0), values[$0] + $1) }
          let lower = zip(run, halves).map { axes.point(Double($0), values[$0] - $1) }
          canvas.fill(upper + lower.reversed(), color.opacity(0.15))
        }
      }
      for (scale, values) in panel.profile.enumerated() {
        let color = Palette.scale(scale, of: panel.scales.count)
        for run in drawableRuns(values) {
          let line = run.map { axes.point(Double($0), values[$0]) }
          canvas.stroke(line, Stroke(color, width: 1.1))
          for point in line {
            canvas.fill(Marker.scale(scale).outline(at: point, radius: 1.8), color)
          }
        }
      }
    }
    axes.drawEdges(on: canvas)
    drawChannels(points, of: panel.channelsPerPoint, axes, on: canvas)
  }

  private func drawChannels(
    _ points: Int, of channelsPerPoint: Int, _ axes: Axes, on canvas: any Canvas
  ) {
    let widest = fonts.width(of: "\((points - 1) * channelsPerPoint)", size: TypeSize.tick)
    let spacing = axes.frame.width / Double(points)
    var step = 1
    while Double(step) * spacing < widest + 8, step < points { step *= 2 }
    for point in stride(from: 0, to: points, by: step) {
      let x = axes.xPosition(Double(point))
      canvas.stroke(
        [Point(x, axes.frame.bottom), Point(x, axes.frame.bottom + 2)],
        Stroke(Palette.frame, width: 0.7))
      canvas.write(
        Text(
          "\(point * channelsPerPoint)", at: Point(x, axes.frame.bottom + 3), size: TypeSize.tick,
          alignment: .middle, rise: .top))
    }
    canvas.write(
      Text(
        "channel index", at: Point(axes.frame.middle.x, axes.frame.bottom + 13),
        alignment: .middle, rise: .top))
  }

  private func drawBars(_ panel: AttentionPanel, in frame: Rect, on canvas: any Canvas) {
    canvas.write(
      Text(
        fitted(barTitle, width: frame.width, size: TypeSize.label, fonts: fonts),
        at: Point(frame.x, frame.y - 4), rise: .bottom))
    guard !panel.unitNames.isEmpty, !panel.scales.isEmpty else {
      canvas.outline(frame, Stroke(Palette.grid, width: 0.7))
      canvas.write(Text("no units", at: frame.middle, alignment: .middle, rise: .middle))
      return
    }
    let count = panel.unitNames.count
    let axes = Axes(frame: frame, x: -0.5...Double(count) - 0.5, y: barAxis)
    axes.drawValues(on: canvas)
    let spacing = frame.width / Double(count)
    let slot = min(0.78 * spacing / Double(panel.scales.count), 16)
    canvas.clip(to: frame) {
      for unit in 0..<count {
        for scale in panel.scales.indices {
          guard let value = panel.bars.value(unit, scale), value.isDrawable else { continue }
          let place = Double(scale) - Double(panel.scales.count - 1) / 2
          let x = axes.xPosition(Double(unit)) + place * slot
          let interval = unit < panel.intervals.count ? panel.intervals[unit] : []
          draw(
            value, scale < interval.count ? interval[scale] : [], x: x, width: slot * 0.86,
            marker: Marker.scale(scale), color: Palette.scale(scale, of: panel.scales.count),
            axes, on: canvas)
        }
      }
    }
    axes.drawZero(on: canvas)
    axes.drawEdges(on: canvas)
    let labels = CategoryLabels(panel.unitNames, spacing: spacing, fonts: fonts)
    labels.draw(from: Point(axes.xPosition(0), frame.bottom), on: canvas)
  }

  /// Draws a bar, or a mark where the axis has no zero for a bar to stand on.
  private func draw(
    _ value: Double, _ interval: [Double], x: Double, width: Double, marker: Marker, color: Color,
    _ axes: Axes, on canvas: any Canvas
  ) {
    if isBarFromZero {
      let ends = [axes.yPosition(0), axes.yPosition(value)].sorted()
      canvas.fill(
        Rect(x: x - width / 2, y: ends[0], width: width, height: ends[1] - ends[0]), color)
    }
    if interval.count == 2, interval.allSatisfy(\.isDrawable) {
      let line = interval.map { Point(x, axes.yPosition($0)) }
      // A white edge, so that the line shows on a dark bar.
      if isBarFromZero { canvas.stroke(line, Stroke(Palette.paper, width: 2.4)) }
      canvas.stroke(line, Stroke(isBarFromZero ? Palette.ink : color, width: 0.9))
    }
    if !isBarFromZero {
      canvas.fill(
        marker.outline(at: Point(x, axes.yPosition(value)), radius: min(2.6, width / 2)), color)
    }
  }
}

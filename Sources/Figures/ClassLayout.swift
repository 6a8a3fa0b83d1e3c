import Analysis

/// Where the parts of figure 4 lie.
struct ClassLayout {
  private let run: RunCaption
  private let scales: [Int]
  private let fonts: Fonts
  private let names: [String]
  private let series: [ClassSeries]
  /// Successive classes behind a point of a line.
  private let classesPerPoint: Int
  /// Place of every point on the x axis.
  private let positions: [Double]
  private let plotHeight: Double

  private let titleHeight = 14.0
  private let gap = 8.0

  /// Lays out a plot for each of the places `units`, of which there must be one at least, with the
  /// scales at one or two places.
  init(run: RunCaption, units: [Int], scales: [Int], fonts: Fonts) {
    self.run = run
    self.scales = scales
    self.fonts = fonts
    let classes = run.results.classes
    names = units.map { run.results.units[$0].name }
    series = units.map { ClassSeries(classes, unit: $0, scales: scales) }
    // More points than that would hide one line behind the other; the paper draws 100.
    classesPerPoint = (classes.count + 199) / 200
    let indices = classes.map { Double($0.index) }
    positions =
      classes.count <= Self.mostNames
      ? classes.indices.map(Double.init) : successiveMeans(indices, of: classesPerPoint)
    plotHeight = max(74, 150 / Double(units.count))
  }

  /// As many classes as can be named below the axis.
  private static let mostNames = 45

  private var classes: [ZoomResults.ClassResult] { run.results.classes }
  private var isNamed: Bool { classes.count <= Self.mostNames }

  var drawing: Drawing {
    let axes = series.map {
      ValueAxis(
        covering: $0.means(of: classesPerPoint).flatMap { $0 }, includesZero: false,
        length: plotHeight)
    }
    let labelWidth = axes.map { $0.labelWidth(fonts) }.max() ?? 0
    let left = Page.margin + labelWidth + 18
    // The last index is written half beyond the axis.
    let plotWidth = Page.width - Page.margin - left - (isNamed ? 0 : 8)
    let labels = CategoryLabels(
      isNamed ? classes.map(label) : [], spacing: plotWidth / Double(classes.count), fonts: fonts)
    let legend = Legend(
      scales.indices.map { place in
        Legend.Entry(
          sign: isNamed
            ? .mark(color(place), Marker.scale(place)) : .line(color(place), nil),
          label: scaleLabel(run.results.scales[scales[place]]))
      }, width: Page.contentWidth, fonts: fonts)
    let notes = Notes([note] + run.notes, width: Page.contentWidth, fonts: fonts)
    let top = Page.margin + legend.height + 4
    let bottom = top + Double(series.count) * (titleHeight + plotHeight + gap) - gap
    let axisHeight = isNamed ? labels.height : 12
    let notesTop = bottom + axisHeight + 20
    return Drawing(width: Page.width, height: notesTop + notes.height + Page.margin) { canvas in
      legend.draw(at: Point(Page.margin, Page.margin), on: canvas)
      for (place, series) in series.enumerated() {
        let y = top + Double(place) * (titleHeight + plotHeight + gap) + titleHeight
        let frame = Rect(x: left, y: y, width: plotWidth, height: plotHeight)
        let axes = Axes(frame: frame, x: domain, y: axes[place])
        drawTitle(names[place], series, above: frame, on: canvas)
        draw(series, axes, on: canvas)
      }
      let whole = Axes(
        frame: Rect(
          x: left, y: top + titleHeight, width: plotWidth, height: bottom - top - titleHeight),
        x: domain, y: axes[0])
      whole.drawTitle(run.measureTitle, distance: labelWidth + 7, fonts: fonts, on: canvas)
      if isNamed {
        labels.draw(from: Point(whole.xPosition(0), bottom), on: canvas)
      } else {
        drawIndices(below: whole, on: canvas)
      }
      canvas.write(
        Text(
          isNamed ? "class" : "class index",
          at: Point(whole.frame.middle.x, bottom + axisHeight + 2), alignment: .middle, rise: .top))
      notes.draw(at: Point(Page.margin, notesTop), on: canvas)
    }
  }

  private var note: String {
    var note = "\(classes.count) \(classes.count == 1 ? "class" : "classes")"
    if classesPerPoint > 1 { note += ", each point the mean of \(classesPerPoint) successive ones" }
    return note + ". " + run.measureNote
  }

  /// The class's name, else its id, or its index if it has neither.
  private func label(_ result: ZoomResults.ClassResult) -> String {
    fitted(
      result.name ?? (result.id.isEmpty ? "\(result.index)" : result.id), width: 100,
      size: TypeSize.tick, fonts: fonts)
  }

  /// Colours that stay apart where the two lines cross all the time.
  private func color(_ place: Int) -> Color {
    place == 0 ? Palette.scale(0, of: 2) : Palette.vermilion
  }

  /// The x axis, half a point wider than the points on either side.
  private var domain: ClosedRange<Double> {
    let low = positions.min() ?? 0
    let high = positions.max() ?? 0
    let air = isNamed ? 0.5 : max(0.5, 0.008 * (high - low))
    return (low - air)...(high + air)
  }

  /// Writes the unit's name and in how many classes the larger scale has the greater measure.
  private func drawTitle(
    _ name: String, _ series: ClassSeries, above frame: Rect, on canvas: any Canvas
  ) {
    canvas.write(
      Text(
        name, at: Point(frame.x, frame.y - 4), size: TypeSize.label, isBold: true, rise: .bottom))
    let (classes, greater) = series.comparison
    guard classes > 0 else { return }
    let scale = scales.map { scaleLabel(run.results.scales[$0]) }
    canvas.write(
      Text(
        "\(scale[1]) above \(scale[0]) in \(greater) of \(classes) "
          + (classes == 1 ? "class" : "classes"),
        at: Point(frame.right, frame.y - 4), size: TypeSize.note, color: Palette.faint,
        alignment: .end, rise: .bottom))
  }

  private func draw(_ series: ClassSeries, _ axes: Axes, on canvas: any Canvas) {
    axes.drawValues(on: canvas)
    axes.drawZero(on: canvas)
    canvas.clip(to: axes.frame) {
      if isNamed {
        drawPairs(series.values, axes, on: canvas)
      } else {
        drawLines(series.means(of: classesPerPoint), axes, on: canvas)
      }
    }
    axes.drawEdges(on: canvas)
  }

  private func drawLines(_ values: [[Double]], _ axes: Axes, on canvas: any Canvas) {
    for (place, values) in values.enumerated() {
      for run in drawableRuns(values) {
        let line = run.map { axes.point(positions[$0], values[$0]) }
        canvas.stroke(line, Stroke(color(place), width: 0.8))
        if positions.count <= 100 || line.count == 1 {
          for point in line {
            canvas.fill(Marker.scale(place).outline(at: point, radius: 1.4), color(place))
          }
        }
      }
    }
  }

  /// Draws the scales of each class above each other, joined by a line.
  private func drawPairs(_ values: [[Double]], _ axes: Axes, on canvas: any Canvas) {
    for place in classes.indices {
      let ends = values.map { $0[place] }.filter(\.isDrawable)
        .map { axes.point(positions[place], $0) }
      canvas.stroke(ends, Stroke(Palette.frame, width: 1))
    }
    for (scale, values) in values.enumerated() {
      for place in classes.indices where values[place].isDrawable {
        let point = axes.point(positions[place], values[place])
        canvas.fill(Marker.scale(scale).outline(at: point, radius: 2.4), color(scale))
      }
    }
  }

  private func drawIndices(below axes: Axes, on canvas: any Canvas) {
    let ticks = Ticks(in: axes.x, atMost: 11)
    let bottom = axes.frame.bottom
    for (value, label) in zip(ticks.values, ticks.labels) where value == value.rounded() {
      let x = axes.xPosition(value)
      canvas.stroke([Point(x, bottom), Point(x, bottom + 2)], Stroke(Palette.frame, width: 0.7))
      canvas.write(
        Text(
          label, at: Point(x, bottom + 3), size: TypeSize.tick, alignment: .middle, rise: .top))
    }
  }
}

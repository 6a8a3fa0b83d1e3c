import Analysis

/// Figure 4: the measure by class at two scales, a plot for the last unit of each stage.
public struct Figure4: Figure {
  private let run: RunDescription

  /// A figure of `results.classes`; without any it says how to get them.
  public init(results: Results) {
    run = RunDescription(results: results)
  }

  /// `figure-4`.
  public var name: String { "figure-4" }

  /// Lays the plots out below each other over one axis of classes.
  public func drawing(with fonts: Fonts) -> Drawing {
    let results = run.results
    let units = run.lastUnits(among: results.units.map(\.name))
    guard !results.classes.isEmpty, !units.isEmpty, !scalePlaces.isEmpty else {
      return Page.message(
        [
          "The classes of the photographs are not known. Put them into one folder a class, named "
            + "as the class (n01443537), or let their names begin with it (n01443537_12.jpg)."
        ], title: "Attention by class", fonts: fonts)
    }
    return Figure4Layout(
      run: run, units: units, scales: scalePlaces, width: Page.contentWidth, fonts: fonts
    ).drawing
  }

  /// Places of the smallest scale and of 1.5×, else of the largest.
  private var scalePlaces: [Int] {
    let scales = run.results.scales
    guard scales.count > 1 else { return Array(scales.indices) }
    let middle = scales.firstIndex { abs($0 - 1.5) < 1e-6 } ?? 0
    return [0, middle > 0 ? middle : scales.count - 1]
  }
}

private struct Figure4Layout {
  let run: RunDescription
  let units: [Int]
  let scales: [Int]
  let width: Double
  let fonts: Fonts

  private let plotHeight = 74.0
  private let titleHeight = 14.0
  private let gap = 8.0

  private var classes: [Results.ClassResult] { run.results.classes }

  /// The measure of a unit by class at one of the shown scales; nan where there is none.
  private func values(_ unit: Int, _ scale: Int) -> [Double] {
    classes.map { $0.difference.value(unit, scale) ?? .nan }
  }

  /// True if there is room for every class to have its name.
  private var isNamed: Bool { classes.count <= 45 }

  var drawing: Drawing {
    let results = run.results
    let axes = units.map { unit in
      ValueAxis(
        covering: scales.flatMap { values(unit, $0) }, includesZero: false, length: plotHeight)
    }
    let labelWidth = axes.map { $0.labelWidth(fonts) }.max() ?? 0
    let left = Page.margin + labelWidth + 18
    let plotWidth = Page.margin + width - left
    let spacing = plotWidth / Double(classes.count)
    let names = CategoryLabels(
      isNamed ? classes.map(label) : [], spacing: spacing, fonts: fonts)
    let legend = Legend(
      scales.indices.map { place in
        Legend.Entry(sign: sign(place), label: scaleLabel(results.scales[scales[place]]))
      }, width: width, fonts: fonts)
    let notes = Notes(
      [
        "\(classes.count) \(classes.count == 1 ? "class" : "classes"). " + run.measureNote
      ] + run.notes, width: width, fonts: fonts)
    let plotsHeight = Double(units.count) * (titleHeight + plotHeight + gap) - gap
    let axisHeight = isNamed ? names.height : 12
    let height =
      Page.margin + legend.height + 4 + plotsHeight + axisHeight + 14 + 6 + notes.height
      + Page.margin
    return Drawing(width: Page.width, height: height) { canvas in
      var y = Page.margin
      legend.draw(at: Point(Page.margin, y), on: canvas)
      y += legend.height + 4
      for (place, unit) in units.enumerated() {
        let frame = Rect(x: left, y: y + titleHeight, width: plotWidth, height: plotHeight)
        draw(unit, Axes(frame: frame, x: domain, y: axes[place]), on: canvas)
        y += titleHeight + plotHeight + gap
      }
      y -= gap
      drawClasses(Rect(x: left, y: y, width: plotWidth, height: axisHeight), names, on: canvas)
      y += axisHeight
      canvas.write(
        Text(
          isNamed ? "class" : "class index", at: Point(left + plotWidth / 2, y + 2),
          alignment: .middle, rise: .top))
      let title = run.measureTitle
      let top = Page.margin + legend.height + 4 + titleHeight
      canvas.write(
        Text(
          title, at: Point(left - labelWidth - 7, (top + y - axisHeight) / 2), alignment: .middle,
          rise: .bottom, isVertical: true))
      notes.draw(at: Point(Page.margin, y + 14 + 6), on: canvas)
    }
  }

  private func label(_ result: Results.ClassResult) -> String {
    fitted(
      result.id.isEmpty ? "\(result.index)" : result.id, width: 64, size: TypeSize.tick,
      fonts: fonts)
  }

  private func sign(_ place: Int) -> Legend.Entry.Sign {
    isNamed
      ? .mark(color(place), Marker.scale(place)) : .line(color(place), Marker.scale(place))
  }

  private func color(_ place: Int) -> Color {
    place == 0 ? Palette.scale(0, of: 2) : Palette.vermilion
  }

  /// Places on the x axis: one after another if named, else the classes' own indices.
  private var domain: ClosedRange<Double> {
    if isNamed { return -0.5...Double(classes.count) - 0.5 }
    let indices = classes.map { Double($0.index) }
    let low = indices.min() ?? 0
    let high = indices.max() ?? 1
    return low...max(high, low + 1)
  }

  private func x(_ place: Int) -> Double {
    isNamed ? Double(place) : Double(classes[place].index)
  }

  private func draw(_ unit: Int, _ axes: Axes, on canvas: any Canvas) {
    let frame = axes.frame
    let name = run.results.units[unit].name
    canvas.write(
      Text(
        name, at: Point(frame.x, frame.y - 4), size: TypeSize.label, isBold: true, rise: .bottom))
    canvas.write(
      Text(
        summary(unit), at: Point(frame.right, frame.y - 4), size: TypeSize.note,
        color: Palette.faint, alignment: .end, rise: .bottom))
    axes.drawValues(on: canvas)
    axes.drawZero(on: canvas)
    canvas.clip(to: frame) {
      if isNamed { drawPairs(unit, axes, on: canvas) } else { drawLines(unit, axes, on: canvas) }
    }
    axes.drawEdges(on: canvas)
  }

  /// `at 1.5× above 1.0× in 187 of 200 classes`.
  private func summary(_ unit: Int) -> String {
    guard scales.count == 2 else { return "" }
    let pairs = zip(values(unit, scales[0]), values(unit, scales[1]))
      .filter { $0.isFinite && $1.isFinite }
    let scale = scales.map { scaleLabel(run.results.scales[$0]) }
    let count = pairs.count { $1 > $0 }
    return
      "\(scale[1]) above \(scale[0]) in \(count) of \(pairs.count) "
      + (pairs.count == 1 ? "class" : "classes")
  }

  private func drawLines(_ unit: Int, _ axes: Axes, on canvas: any Canvas) {
    let width = classes.count > 400 ? 0.5 : 0.8
    for (place, scale) in scales.enumerated() {
      let values = values(unit, scale)
      for run in finiteRuns(values) {
        let line = run.map { axes.point(x($0), values[$0]) }
        canvas.stroke(line, Stroke(color(place), width: width))
        if classes.count <= 100 || line.count == 1 {
          for point in line {
            canvas.fill(Marker.scale(place).outline(at: point, radius: 1.4), color(place))
          }
        }
      }
    }
  }

  /// Draws the scales of each class above each other, joined by a line.
  private func drawPairs(_ unit: Int, _ axes: Axes, on canvas: any Canvas) {
    let columns = scales.map { values(unit, $0) }
    for place in classes.indices {
      let ends = columns.map { $0[place] }.filter(\.isFinite).map { axes.point(x(place), $0) }
      canvas.stroke(ends, Stroke(Palette.frame, width: 1))
    }
    for (scale, column) in columns.enumerated() {
      for place in classes.indices where column[place].isFinite {
        canvas.fill(
          Marker.scale(scale).outline(at: axes.point(x(place), column[place]), radius: 2.4),
          color(scale))
      }
    }
  }

  private func drawClasses(_ frame: Rect, _ names: CategoryLabels, on canvas: any Canvas) {
    if isNamed {
      names.draw(
        from: Point(frame.x + frame.width / Double(classes.count) / 2, frame.y), on: canvas)
      return
    }
    let ticks = Ticks(in: domain, atMost: 11)
    let axes = Axes(
      frame: frame, x: domain,
      y: ValueAxis(covering: [], includesZero: false, length: frame.height))
    for (value, label) in zip(ticks.values, ticks.labels) where value == value.rounded() {
      let x = axes.xPosition(value)
      canvas.stroke([Point(x, frame.y), Point(x, frame.y + 2)], Stroke(Palette.frame, width: 0.7))
      canvas.write(
        Text(
          label, at: Point(x, frame.y + 3), size: TypeSize.tick, alignment: .middle, rise: .top))
    }
  }
}

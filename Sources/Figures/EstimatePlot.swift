import Analysis
import Foundation

/// How a series of estimates looks.
struct SeriesLook {
  let color: Color
  let marker: Marker

  /// Colours and shapes that stay apart for six series, and pairs of them for more.
  static func distinct(_ series: Int) -> SeriesLook {
    let colors = [
      Palette.ink, Palette.orange, Palette.blue, Palette.green, Palette.purple, Palette.vermilion,
    ]
    let markers: [Marker] = [.circle, .square, .triangle, .diamond, .wedge, .star]
    return SeriesLook(
      color: colors[series % 6], marker: markers[(series + series / 6) % 6])
  }
}

/// Estimates with their intervals over categories, a series beside the other in each.
struct EstimatePlot {
  let title: String
  let axisTitle: String
  let lines: [(look: SeriesLook, estimates: [Estimate?])]
  let isJoined: Bool
  let height: Double
  let titleHeight: Double
  let fonts: Fonts
  /// Room for the labels of the y axis in points; equal ones align plots above each other.
  var labelWidth: Double
  private let axis: ValueAxis
  private let categories: [String]
  private let x: Double
  private let wholeWidth: Double
  private let isLogarithmic: Bool

  init(
    title: String, axisTitle: String,
    lines: [(look: SeriesLook, estimates: [Estimate?])], zero: Zero,
    categories: [String], isJoined: Bool, height: Double, x: Double, width: Double,
    titleHeight: Double, fonts: Fonts
  ) {
    self.title = title
    self.axisTitle = axisTitle
    self.lines = zero == .never ? lines.map { ($0, $1.map { $0.map(Self.logarithm) }) } : lines
    self.isJoined = isJoined
    self.height = height
    self.titleHeight = titleHeight
    self.fonts = fonts
    self.categories = categories
    self.x = x
    wholeWidth = width
    isLogarithmic = zero == .never
    let values = self.lines.flatMap { line in
      line.estimates.flatMap { estimate in estimate.map { [$0.mean] + $0.interval } ?? [] }
    }
    var axis = ValueAxis(
      covering: zero == .never ? values.filter { $0 > Self.lowestPower } : values,
      includesZero: zero == .always, length: height)
    if zero == .never { axis.ticks = Self.powers(in: axis.range) }
    self.axis = axis
    labelWidth = axis.labelWidth(fonts)
  }

  /// Rows of plots between a legend and notes.
  ///
  /// - Parameters:
  ///   - legend: Above all of them.
  ///   - rows: From top to bottom; those of a row are as high as each other.
  ///   - notes: Below.
  ///   - gap: Points between rows.
  /// - Returns: The page.
  static func page(
    _ legend: Legend, _ rows: [[EstimatePlot]], _ notes: Notes, gap: Double
  ) -> Drawing {
    var tops: [Double] = []
    var top = Page.margin + legend.height + 7
    for row in rows {
      tops.append(top)
      let heights = row.map { $0.titleHeight + $0.height + $0.names.height }
      top += (heights.max() ?? 0) + gap
    }
    return Drawing(width: Page.width, height: top + notes.height + Page.margin) {
      [tops, top] canvas in
      legend.draw(at: Point(Page.margin, Page.margin), on: canvas)
      for (row, top) in zip(rows, tops) { for plot in row { plot.draw(at: top, on: canvas) } }
      notes.draw(at: Point(Page.margin, top), on: canvas)
    }
  }

  private var count: Int { categories.count }
  private var left: Double { x + labelWidth + 18 }
  private var width: Double { x + wholeWidth - left }

  /// The names below the plot.
  var names: CategoryLabels {
    CategoryLabels(categories, spacing: width / Double(max(count, 1)), fonts: fonts)
  }

  /// Whether zero is on the axis; never on a logarithmic one.
  enum Zero { case always, ifNear, never }

  /// Divergences below 10 to that power do not stretch a logarithmic axis.
  private static let lowestPower = -6.0

  private static func logarithm(_ estimate: Estimate) -> Estimate {
    Estimate(
      mean: log10(estimate.mean),
      interval: estimate.interval.map { $0 > 0 ? log10($0) : 2 * lowestPower })
  }

  /// Ticks at powers of ten, and between them where there are fewer than three.
  private static func powers(in range: ClosedRange<Double>) -> Ticks {
    var ticks = Ticks(in: range, atMost: 2)
    for factors in [[1.0], [1, 3], [1, 2, 5]] {
      ticks.values = []
      ticks.labels = []
      for power in Int(range.lowerBound.rounded(.down))...Int(range.upperBound.rounded(.up)) {
        for factor in factors {
          let value = Double(power) + log10(factor)
          guard range.contains(value) else { continue }
          ticks.values.append(value)
          ticks.labels.append(Ticks.label(pow(10, value), decimals: max(0, -power)))
        }
      }
      if ticks.values.count >= 3 { break }
    }
    return ticks
  }

  /// Draws the plot, a band behind the categories from a place on.
  ///
  /// - Parameters:
  ///   - top: The title's upper edge.
  ///   - first: The first category of the band; nil for none.
  ///   - bandTitle: What is written above the band.
  ///   - isNamed: Whether the categories' names are written.
  ///   - canvas: What is drawn on.
  func draw(
    at top: Double, shadedFrom first: Int? = nil, bandTitle: String = "", isNamed: Bool = true,
    on canvas: any Canvas
  ) {
    let frame = Rect(x: left, y: top + titleHeight, width: width, height: height)
    let axes = Axes(frame: frame, x: -0.5...Double(max(count, 1)) - 0.5, y: axis)
    var titleWidth = frame.width
    if let first, first < count {
      let x = axes.xPosition(Double(first) - 0.5)
      canvas.fill(
        Rect(x: x, y: frame.y, width: frame.right - x, height: frame.height), Palette.band)
      canvas.write(
        Text(
          fitted(
            bandTitle, width: frame.right - x, size: TypeSize.label, fonts: fonts),
          at: Point((x + frame.right) / 2, top), color: Palette.faint, alignment: .middle,
          rise: .top))
      titleWidth = max(x - frame.x - 6, 0)
    }
    canvas.write(
      Text(
        fitted(title, width: titleWidth, size: TypeSize.label, isBold: true, fonts: fonts),
        at: Point(frame.x, top), size: TypeSize.label, isBold: true, rise: .top))
    axes.drawSeparators(between: count, on: canvas)
    axes.drawValues(on: canvas)
    if !isLogarithmic { axes.drawZero(on: canvas) }
    axes.drawTitle(axisTitle, distance: labelWidth + 7, fonts: fonts, on: canvas)
    canvas.clip(to: frame) {
      for index in lines.indices { draw(index, axes, on: canvas) }
    }
    axes.drawEdges(on: canvas)
    if isNamed { names.draw(from: Point(axes.xPosition(0), frame.bottom), on: canvas) }
  }

  private func draw(_ index: Int, _ axes: Axes, on canvas: any Canvas) {
    let (look, estimates) = lines[index]
    let spacing = axes.frame.width / Double(max(count, 1))
    let slot = min(0.8 * spacing / Double(max(lines.count, 1)), isJoined ? 3 : 9)
    let shift = (Double(index) - Double(lines.count - 1) / 2) * slot
    let radius = isJoined ? 2 : min(2.6, max(1.4, slot * 0.42))
    func place(_ category: Int, _ value: Double) -> Point {
      Point(axes.xPosition(Double(category)) + shift, axes.yPosition(value))
    }
    if isJoined {
      for run in drawableRuns(estimates.map { $0?.mean ?? .nan }) {
        canvas.stroke(
          run.compactMap { category in estimates[category].map { place(category, $0.mean) } },
          Stroke(look.color, width: 0.8))
      }
    }
    for (category, estimate) in estimates.enumerated() {
      guard let estimate, estimate.mean.isDrawable else { continue }
      if estimate.interval.count == 2, estimate.interval.allSatisfy(\.isDrawable) {
        canvas.stroke(
          estimate.interval.map { place(category, axes.clamped($0)) },
          Stroke(look.color, width: 0.9))
      }
      canvas.fill(
        look.marker.outline(at: place(category, estimate.mean), radius: radius), look.color)
    }
  }
}

extension Axes {
  /// The value of the y axis that is nearest.
  fileprivate func clamped(_ value: Double) -> Double {
    min(max(value, y.range.lowerBound), y.range.upperBound)
  }
}

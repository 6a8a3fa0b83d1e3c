import Analysis

/// Variants side by side: error over seeds beside the paper's, size, cost, and shift per unit.
public struct AblationFigure: Figure {
  private let results: AblationResults

  /// A figure of all variants.
  public init(results: AblationResults) { self.results = results }

  /// `ablation`.
  public var name: String { "ablation" }

  /// Lays the plots out below each other: over variants, then over units.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard !results.variants.isEmpty else {
      return Page.message(["The ablation has no variants."], title: results.name, fonts: fonts)
    }
    return AblationLayout(results: results, fonts: fonts).drawing
  }
}

private struct AblationLayout {
  let results: AblationResults
  let fonts: Fonts

  private let titleHeight = 13.0
  private let gap = 9.0
  private let gutter = 14.0

  private static let mean = SeriesLook(color: Palette.ink, marker: .circle)
  private static let seed = SeriesLook(color: Palette.frame, marker: .diamond)
  private static let paper = SeriesLook(color: Palette.orange, marker: .square)

  private var variants: [AblationResults.Variant] { results.variants }

  /// A row of one plot, or of two of half the width.
  private struct Row {
    var plots: [EstimatePlot]
    /// What is above the row.
    var legend: Legend?
    let isNamed: Bool
    let height: Double

    var namesHeight: Double { isNamed ? plots.map(\.names.height).max() ?? 0 : 0 }
  }

  var drawing: Drawing {
    let rows = errorRows() + [sizeRow()] + shiftRows()
    let notes = Notes([results.name + ":"] + results.notes, width: Page.contentWidth, fonts: fonts)
    let heights = rows.map {
      ($0.legend.map { $0.height + 5 } ?? 0) + titleHeight + $0.height + $0.namesHeight + gap
    }
    let end = Page.margin + heights.reduce(0, +)
    return Drawing(width: Page.width, height: end + notes.height + Page.margin) { canvas in
      var top = Page.margin
      for (row, height) in zip(rows, heights) {
        var place = top
        if let legend = row.legend {
          legend.draw(at: Point(Page.margin, top), on: canvas)
          place += legend.height + 5
        }
        for plot in row.plots { plot.draw(at: place, isNamed: row.isNamed, on: canvas) }
        top += height
      }
      notes.draw(at: Point(Page.margin, end), on: canvas)
    }
  }

  // MARK: Over variants

  private func errorRows() -> [Row] {
    let seeds = results.training.seeds.indices.map { index in
      (
        look: Self.seed,
        estimates: variants.map { variant in
          index < variant.errors.count
            ? Estimate(mean: 100 * variant.errors[index], interval: []) : nil
        }
      )
    }
    var plots = [
      plot(
        "Top-1 error", "error (%)",
        lines: [(Self.mean, variants.map { points($0.error) })] + seeds, zero: .ifNear,
        height: 110)
    ]
    let paper = results.contrasts.map { contrast in
      contrast.paper.map { points(Estimate(mean: $0, interval: [])) }
    }
    let hasPaper = paper.contains { $0 != nil }
    if !results.contrasts.isEmpty {
      plots.append(
        plot(
          "Planned differences of error", "difference (points)",
          lines: [(Self.mean, results.contrasts.map { points($0.difference) })]
            + (hasPaper ? [(Self.paper, paper)] : []), zero: .always, height: 110,
          categories: results.contrasts.map { "\($0.plan.variant) − \($0.plan.reference)" }))
    }
    align(&plots)
    let legend = Legend(
      [
        .init(
          sign: .interval(Self.mean.color, Self.mean.marker), label: "mean and interval over seeds"),
        .init(sign: .mark(Self.seed.color, Self.seed.marker), label: "one seed"),
      ]
        + (hasPaper
          ? [.init(sign: .mark(Self.paper.color, Self.paper.marker), label: "the paper")] : []),
      width: Page.contentWidth, fonts: fonts)
    return plots.indices.map { index in
      Row(plots: [plots[index]], legend: index == 0 ? legend : nil, isNamed: true, height: 110)
    }
  }

  private func sizeRow() -> Row {
    let width = (Page.contentWidth - gutter) / 2
    func half(_ index: Int, _ title: String, _ value: (AblationResults.Variant) -> Int)
      -> EstimatePlot
    {
      plot(
        title, "millions",
        lines: [
          (
            Self.mean,
            variants.map { Estimate(mean: Double(value($0)) / 1e6, interval: []) }
          )
        ], zero: .ifNear, height: 70, x: Page.margin + Double(index) * (width + gutter),
        width: width)
    }
    return Row(
      plots: [half(0, "Parameters", \.parameters), half(1, "Multiply-adds a picture", \.macs)],
      isNamed: true, height: 70)
  }

  // MARK: Over units

  private func shiftRows() -> [Row] {
    guard let zoom = results.zoom else { return [] }
    let range = "from \(scaleLabel(zoom.from)) to \(scaleLabel(zoom.to))"
    return [ZoomResults.Measure.attentionDifference, .expectedKernelSize].flatMap {
      measure -> [Row] in
      let shown = variants.indices.filter { variants[$0].measure == measure }
      guard !shown.isEmpty else { return [] }
      let names = results.units(of: measure)
      let legend = Legend(
        shown.map { index in
          let look = SeriesLook.distinct(index)
          return .init(
            sign: .interval(look.color, look.marker),
            label: fitted(variants[index].name, width: 220, size: TypeSize.label, fonts: fonts))
        }, width: Page.contentWidth, fonts: fonts)
      func lines(
        _ value: (AblationResults.Unit) -> Estimate?
      ) -> [(look: SeriesLook, estimates: [Estimate?])] {
        shown.map { index in
          (
            SeriesLook.distinct(index),
            names.map { name in
              variants[index].unit(name).flatMap(value)
            }
          )
        }
      }
      let isPixels = measure == .expectedKernelSize
      let what = isPixels ? "expected kernel size" : "attention, larger kernel minus smaller"
      let excess = lines(\.excess)
      let hasExcess = excess.contains { $0.estimates.contains { $0 != nil } }
      var plots = [
        plot(
          "Slope per octave \(range): \(what)", isPixels ? "slope (px)" : "slope",
          lines: lines(\.slope),
          zero: .always, height: 110, categories: names)
      ]
      if hasExcess {
        plots.append(
          plot(
            "Slope beyond the spectrum control’s", isPixels ? "excess (px)" : "excess",
            lines: excess, zero: .always, height: 110, categories: names))
      }
      align(&plots)
      return plots.indices.map { index in
        Row(
          plots: [plots[index]], legend: index == 0 ? legend : nil,
          isNamed: index == plots.count - 1, height: 110)
      }
    }
  }

  // MARK: Parts

  private func align(_ plots: inout [EstimatePlot]) {
    let labelWidth = plots.map(\.labelWidth).max() ?? 0
    for index in plots.indices { plots[index].labelWidth = labelWidth }
  }

  private func points(_ estimate: Estimate) -> Estimate {
    Estimate(mean: 100 * estimate.mean, interval: estimate.interval.map { 100 * $0 })
  }

  private func plot(
    _ title: String, _ axisTitle: String,
    lines: [(look: SeriesLook, estimates: [Estimate?])], zero: EstimatePlot.Zero, height: Double,
    categories: [String]? = nil, x: Double = Page.margin, width: Double = Page.contentWidth
  ) -> EstimatePlot {
    EstimatePlot(
      title: title, axisTitle: axisTitle, lines: lines, zero: zero,
      categories: categories ?? variants.map(\.name), isJoined: false, height: height, x: x,
      width: width, titleHeight: titleHeight, fonts: fonts)
  }
}

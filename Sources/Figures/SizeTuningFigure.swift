import Analysis
import Wording

/// Size tuning: what discs and annuli of growing size do to a node's channels, how large their summation fields are
/// beside monkey V1's, and how these change with contrast.
public struct SizeTuningFigure: Figure {
  private let results: TuningResults

  /// A figure of `results.nodes`.
  public init(_ results: TuningResults) { self.results = results }

  /// `size-tuning`.
  public var name: String { "size-tuning" }

  /// Lays responses by size above, diameters and contrasts below.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard results.nodes.contains(where: { $0.summary != nil }) else {
      return Page.message(
        ["No channel answered to any grating."], title: "Size tuning", fonts: fonts)
    }
    return SizeTuningLayout(results: results, fonts: fonts).drawing
  }
}

private struct SizeTuningLayout {
  let results: TuningResults
  let fonts: Fonts

  private let plotHeight = 118.0
  private let titleHeight = 13.0
  private let gap = 14.0

  private var nodes: [TuningResults.Node] { results.nodes.filter { $0.summary != nil } }
  private var half: Double { (Page.contentWidth - gap) / 2 }
  private func look(_ index: Int) -> SeriesLook { SeriesLook.distinct(index) }
  private var monkey: SeriesLook { SeriesLook(color: Palette.faint, marker: .square) }

  var drawing: Drawing {
    let legend = Legend(
      nodes.enumerated().map { index, node in
        .init(sign: .line(look(index).color, look(index).marker), label: visible(node.name))
      } + [.init(sign: .line(monkey.color, monkey.marker), label: "monkey V1")],
      width: Page.contentWidth, fonts: fonts)
    let notes = Notes(notes, width: Page.contentWidth, fonts: fonts)
    let left = Page.margin
    let right = Page.margin + half + gap
    let radii = results.stimuli.radii.map { Ticks.label($0, decimals: $0 < 10 ? 1 : 0) }
    let rows = [
      [
        plot(
          "Discs", "response (peak = 1)",
          lines { node in shares(node) { $0.tuning.responses } }, radii, x: left),
        plot(
          "Annuli outside the radius", "response (peak = 1)",
          lines { node in shares(node) { $0.annuli } }, radii, x: right),
      ],
      [
        plot(
          "Diameter of the summation field", "channels or cells (%)",
          lines { percent($0.summary?.summationOctaves ?? []) }
            + [(monkey, percent(TuningTable.monkeySummation))], TuningTable.octaves, x: left),
        plot(
          "Diameter of the surround", "channels or cells (%)",
          lines { percent($0.summary?.surroundOctaves ?? []) }
            + [(monkey, percent(TuningTable.monkeySurround))], TuningTable.octaves, x: right),
      ],
      [
        plot(
          "Summation field by contrast, gates live", "over that at full contrast",
          lines { ratios($0) { $0.summation } }, contrasts, x: left),
        plot(
          "Gates held at the highest contrast's", "over that at full contrast",
          lines { ratios($0) { $0.heldSummation } }, contrasts, x: right),
      ],
    ]
    return EstimatePlot.page(legend, rows, notes, gap: gap)
  }

  private func plot(
    _ title: String, _ axisTitle: String, _ lines: [(look: SeriesLook, estimates: [Estimate?])],
    _ categories: [String], x: Double
  ) -> EstimatePlot {
    EstimatePlot(
      title: title, axisTitle: axisTitle, lines: lines, zero: .ifNear, categories: categories,
      isJoined: true, height: plotHeight, x: x, width: half, titleHeight: titleHeight, fonts: fonts)
  }

  private func lines(
    _ estimates: (TuningResults.Node) -> [Estimate?]
  ) -> [(look: SeriesLook, estimates: [Estimate?])] {
    nodes.enumerated().map { (look($0), estimates($1)) }
  }

  /// Median and quartiles over channels of the responses as shares of each one's peak.
  private func shares(
    _ node: TuningResults.Node, _ responses: (TuningResults.Unit) -> [Double]
  ) -> [Estimate?] {
    results.stimuli.radii.indices.map { index in
      middle(node.units.map { responses($0)[index] / $0.tuning.peak })
    }
  }

  private func ratios(
    _ node: TuningResults.Node, _ field: (TuningResults.AtContrast) -> Double?
  ) -> [Estimate?] {
    results.stimuli.contrasts.indices.map { index in
      middle(
        node.units.compactMap { unit in
          guard let own = field(unit.byContrast[index]),
            let full = unit.byContrast.last.flatMap(field)
          else { return nil }
          return own / full
        })
    }
  }

  private func middle(_ values: [Double]) -> Estimate? {
    TuningResults.Quartiles(values).map {
      Estimate(mean: $0.values[1], interval: [$0.values[0], $0.values[2]])
    }
  }

  private func percent(_ counts: [Int]) -> [Estimate?] {
    let total = counts.reduce(0, +)
    return counts.map { count in
      total > 0 ? Estimate(mean: 100 * Double(count) / Double(total), interval: []) : nil
    }
  }

  private var contrasts: [String] {
    results.stimuli.contrasts.map { Ticks.label(100 * $0, decimals: 0) + " %" }
  }

  private var notes: [String] {
    let counts = nodes.map { "\(visible($0.name)) \($0.responding) of \($0.channels)" }
      .joined(separator: ", ")
    let side = results.stimuli.degreesPerPixel * Double(results.input.min() ?? 0)
    return [
      "Median and quartiles over the channels that respond at the central position: \(counts). They are not independent.",
      "Radii in pixels. Octaves of degrees begin at their label; the input's side counts for \(Ticks.label(side, decimals: 0))°. "
        + "Monkey V1: Cavanaugh, Bair, Movshon 2002.",
    ] + (results.unfinished.map { [$0.sentence] } ?? [])
  }
}

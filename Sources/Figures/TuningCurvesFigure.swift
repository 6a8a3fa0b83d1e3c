import Analysis
import Foundation
import Wording

/// Size tuning of single channels at the highest contrast, with both fits: three of each node, at the quartiles of
/// their suppression.
public struct TuningCurvesFigure: Figure {
  private let results: TuningResults

  /// A figure of `results.nodes`.
  public init(_ results: TuningResults) { self.results = results }

  /// `tuning-curves`.
  public var name: String { "tuning-curves" }

  /// Lays nodes out from top to bottom, their channels by suppression from left to right.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard results.nodes.contains(where: { !$0.units.isEmpty }), results.stimuli.radii.count > 1
    else {
      return Page.message(
        ["No channel answered to any grating."], title: "Single channels", fonts: fonts)
    }
    return TuningCurvesLayout(results: results, fonts: fonts).drawing
  }
}

private struct TuningCurvesLayout {
  let results: TuningResults
  let fonts: Fonts

  private let plotHeight = 84.0
  private let titleHeight = 24.0
  private let tickHeight = 14.0
  private let gap = 10.0
  private let margin = 22.0

  private var nodes: [TuningResults.Node] { results.nodes.filter { !$0.units.isEmpty } }
  private var plotWidth: Double { Page.contentWidth / 3 - margin }
  private var rowHeight: Double { titleHeight + plotHeight + tickHeight + gap }
  /// Radii by their logarithms, with a little air.
  private var domain: ClosedRange<Double> {
    log2(results.stimuli.radii[0]) - 0.2...log2(results.stimuli.radii.last ?? 1) + 0.2
  }

  var drawing: Drawing {
    let legend = Legend(
      [
        .init(sign: .mark(Palette.ink, .circle), label: "discs"),
        .init(sign: .mark(Palette.faint, .square), label: "annuli outside the radius"),
        .init(sign: .line(Palette.vermilion, nil), label: "ratio of Gaussians"),
        .init(sign: .line(Palette.blue, nil), label: "difference of Gaussians"),
        .init(sign: .patch(Palette.orange), label: "summation field"),
      ], width: Page.contentWidth, fonts: fonts)
    let notes = Notes(self.notes, width: Page.contentWidth, fonts: fonts)
    let top = Page.margin + legend.height + 4
    let bottom = top + Double(nodes.count) * rowHeight
    return Drawing(width: Page.width, height: bottom + notes.height + Page.margin) { canvas in
      legend.draw(at: Point(Page.margin, Page.margin), on: canvas)
      for (row, node) in nodes.enumerated() {
        for (column, unit) in examples(of: node).enumerated() {
          let frame = Rect(
            x: Page.margin + margin + Double(column) * (plotWidth + margin),
            y: top + Double(row) * rowHeight + titleHeight, width: plotWidth, height: plotHeight)
          draw(unit, of: node, in: frame, on: canvas)
        }
      }
      notes.draw(at: Point(Page.margin, bottom), on: canvas)
    }
  }

  /// The channels at the quartiles of suppression.
  private func examples(of node: TuningResults.Node) -> [TuningResults.Unit] {
    let sorted = node.units.sorted {
      ($0.tuning.suppression, $0.channel) < ($1.tuning.suppression, $1.channel)
    }
    var places: [Int] = []
    for share in [0.25, 0.5, 0.75] {
      let place = Int((share * Double(sorted.count - 1)).rounded())
      if !places.contains(place) { places.append(place) }
    }
    return places.map { sorted[$0] }
  }

  private func draw(
    _ unit: TuningResults.Unit, of node: TuningResults.Node, in frame: Rect, on canvas: any Canvas
  ) {
    let peak = unit.tuning.peak
    let discs = zip(unit.tuning.radii, unit.tuning.responses).map { (log2($0), $1 / peak) }
    let annuli = zip(unit.tuning.radii, unit.annuli).map { (log2($0), $1 / peak) }
    let axes = Axes(
      frame: frame, x: domain,
      y: ValueAxis(
        covering: (discs + annuli).map(\.1) + [1], includesZero: true, length: plotHeight))
    titles(unit, of: node, above: frame, on: canvas)
    axes.drawValues(on: canvas)
    axes.drawZero(on: canvas)
    canvas.clip(to: frame) {
      let field = axes.xPosition(log2(unit.tuning.interpolatedSummation))
      canvas.stroke(
        [Point(field, frame.y), Point(field, frame.bottom)], Stroke(Palette.orange, width: 0.9))
      let places = (0...120).map {
        domain.lowerBound + (domain.upperBound - domain.lowerBound) * Double($0) / 120
      }
      for (fit, color) in [
        (unit.ratioOfGaussians.map { fit in { fit($0) } }, Palette.vermilion),
        (unit.differenceOfGaussians.map { fit in { fit($0) } }, Palette.blue),
      ] {
        guard let fit else { continue }
        canvas.stroke(
          places.map { axes.point($0, fit(pow(2, $0)) / peak) }, Stroke(color, width: 1))
      }
      for (x, y) in annuli {
        canvas.fill(Marker.square.outline(at: axes.point(x, y), radius: 1.7), Palette.faint)
      }
      for (x, y) in discs {
        canvas.fill(Marker.circle.outline(at: axes.point(x, y), radius: 2), Palette.ink)
      }
    }
    axes.drawEdges(on: canvas)
    for power in Int(domain.lowerBound.rounded(.up))...Int(domain.upperBound.rounded(.down)) {
      canvas.write(
        Text(
          Ticks.label(pow(2, Double(power)), decimals: power < 0 ? 1 : 0),
          at: Point(axes.xPosition(Double(power)), frame.bottom + 3), size: TypeSize.tick,
          color: Palette.faint, alignment: .middle, rise: .top))
    }
  }

  private func titles(
    _ unit: TuningResults.Unit, of node: TuningResults.Node, above frame: Rect,
    on canvas: any Canvas
  ) {
    canvas.write(
      Text(
        fitted(
          "\(visible(node.name)), channel \(unit.channel)", width: frame.width,
          size: TypeSize.label, isBold: true, fonts: fonts),
        at: Point(frame.x, frame.y - titleHeight), size: TypeSize.label, isBold: true, rise: .top))
    let explained = [
      unit.ratioOfGaussians?.determination, unit.differenceOfGaussians?.determination,
    ]
    .map { $0.map { Ticks.label($0, decimals: 2) } ?? "–" }
    canvas.write(
      Text(
        fitted(
          "suppression \(Ticks.label(unit.tuning.suppression, decimals: 2)), R² "
            + explained.joined(separator: " and "), width: frame.width, size: TypeSize.tick,
          fonts: fonts),
        at: Point(frame.x, frame.y - titleHeight + 11), size: TypeSize.tick, color: Palette.faint,
        rise: .top))
  }

  private var notes: [String] {
    [
      "Responses at full contrast over the peak, against the radius in pixels, of the channels at the quartiles of suppression "
        + "among those that respond. R²: of the ratio and of the difference of Gaussians, each fitted to the discs."
    ] + (results.unfinished.map { [$0.sentence] } ?? [])
  }
}

import Analysis
import Wording

/// Runs side by side: their slopes, the excess over spectrum, and the difference from the first run.
public struct ComparisonFigure: Figure {
  private let comparison: Comparison

  /// A figure of a comparison's units and stages.
  public init(_ comparison: Comparison) { self.comparison = comparison }

  /// `comparison`.
  public var name: String { "comparison" }

  /// Lays the plots out below each other over one axis of units, then stages.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard !comparison.units.isEmpty, !comparison.runs.isEmpty else {
      return Page.message(
        ["The runs have recorded no unit with attention."], title: "Runs side by side",
        fonts: fonts)
    }
    return ComparisonLayout(comparison: comparison, fonts: fonts).drawing
  }
}

private struct ComparisonLayout {
  let comparison: Comparison
  let fonts: Fonts

  private let plotHeight = 118.0
  private let titleHeight = 13.0
  private let gap = 9.0

  private var rows: [Comparison.Row] { comparison.units + comparison.stages }
  private var first: String { comparison.runs[0].label }

  /// What one plot shows.
  private struct Panel {
    let title: String
    let axisTitle: String
    let value: (Comparison.Entry) -> Estimate?
  }

  private var panels: [Panel] {
    let unit = comparison.measure == .expectedKernelSize ? " (px)" : ""
    let all = [
      Panel(title: "Slope per octave of scale", axisTitle: "slope" + unit) { $0.slope },
      Panel(title: "Excess over the spectrum control", axisTitle: "excess" + unit) { $0.excess },
      Panel(title: "Slope minus that of \(first)", axisTitle: "difference" + unit) {
        $0.difference
      },
    ]
    return all.filter { panel in
      rows.contains { $0.entries.contains { $0.flatMap(panel.value) != nil } }
    }
  }

  var drawing: Drawing {
    let looks = comparison.runs.indices.map(SeriesLook.distinct)
    let legend = Legend(
      zip(comparison.runs, looks).map { run, look in
        .init(
          sign: .interval(look.color, look.marker),
          label: fitted(run.label, width: 220, size: TypeSize.label, fonts: fonts))
      }, width: Page.contentWidth, fonts: fonts)
    let notes = Notes(self.notes, width: Page.contentWidth, fonts: fonts)
    var plots = panels.map { panel in
      EstimatePlot(
        title: panel.title, axisTitle: panel.axisTitle,
        lines: Array(zip(looks, estimates(panel))), zero: .always,
        categories: comparison.units.map(\.name) + comparison.stages.map { "\($0.stage)" },
        isJoined: false, height: plotHeight, x: Page.margin, width: Page.contentWidth,
        titleHeight: titleHeight, fonts: fonts)
    }
    let labelWidth = plots.map(\.labelWidth).max() ?? 0
    for index in plots.indices { plots[index].labelWidth = labelWidth }
    let top = Page.margin + legend.height + 7
    let step = titleHeight + plotHeight + gap
    let namesHeight = plots.last?.names.height ?? 0
    let end = top + Double(plots.count) * step - gap + namesHeight + 8
    return Drawing(width: Page.width, height: end + notes.height + Page.margin) { canvas in
      legend.draw(at: Point(Page.margin, Page.margin), on: canvas)
      for (index, plot) in plots.enumerated() {
        plot.draw(
          at: top + Double(index) * step, shadedFrom: comparison.units.count,
          bandTitle: "stages", isNamed: index == plots.count - 1, on: canvas)
      }
      notes.draw(at: Point(Page.margin, end), on: canvas)
    }
  }

  /// `[run][row]`.
  private func estimates(_ panel: Panel) -> [[Estimate?]] {
    comparison.runs.indices.map { run in
      rows.map { row in
        run < row.entries.count ? row.entries[run].flatMap(panel.value) : nil
      }
    }
  }

  /// The verdicts on the primary family, by run and by difference.
  private var verdicts: [String] {
    guard !comparison.primary.units.isEmpty else { return [] }
    func words(_ run: Int, _ judgement: (Comparison.Entry) -> Judgement?) -> String {
      rows.compactMap { row in
        guard run < row.entries.count, let entry = row.entries[run], let found = judgement(entry)
        else { return nil }
        return "\(entry.name) \(found.verdict.rawValue)"
      }.joined(separator: ", ")
    }
    let found = comparison.runs.indices.flatMap { run -> [String] in
      let label = comparison.runs[run].label
      return [
        (label, words(run) { $0.judgement }),
        ("\(label) minus \(first)", words(run) { $0.differenceJudgement }),
      ].filter { !$0.1.isEmpty }.map { "\($0.0): \($0.1)." }
    }
    return [
      ([comparison.primary.sentence + " Differences two-sided."] + found).joined(separator: " ")
    ]
  }

  private var notes: [String] {
    var lines = [
      "Slope = mean over photographs of what the "
        + (comparison.measure == .attentionDifference
          ? "attention difference (larger kernel minus smaller)" : "expected kernel size")
        + " moves per octave. Excess = the slope beyond the spectrum control’s. Vertical lines: "
        + "95 % bootstrap intervals over photographs, not corrected for the number of units. Stages: "
        + "means of their units."
    ]
    lines += verdicts
    lines += comparison.pairingNotes
    if comparison.matching == .depth { lines.append(comparison.depthNote) }
    lines += comparison.runs.map { run in
      ([
        [
          "\(run.label): \(run.model)", "protocol \(run.range)",
          counted(run.headline.images, "photograph"), run.precision,
        ].joined(separator: " · ") + "."
      ] + RunCaption.limits(run.headline, failed: 0)).joined(separator: " ")
    }
    return lines
  }
}

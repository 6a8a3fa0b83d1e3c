import Analysis
import Wording

/// What replacing the attention costs: by place at the largest scale, and against scale in all units.
public struct LesionCosts: Figure {
  private let results: LesionResults

  /// A figure of `results.conditions`.
  public init(results: LesionResults) { self.results = results }

  /// `lesion-costs`.
  public var name: String { "lesion-costs" }

  /// Lays out the scopes above, and accuracy and divergence against scale below.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard let scope = results.widestScope, !results.scales.isEmpty else {
      return Page.message(
        ["The run has recorded no lesion."], title: "What replacing the attention costs",
        fonts: fonts)
    }
    return LesionLayout(results: results, widest: scope, fonts: fonts).drawing
  }
}

/// One network of the figure: the intact one or a lesion.
struct LesionSeries {
  /// The lesion's name in the results; nil for the intact network.
  let lesion: String?
  let label: String
  let color: Color
  let marker: Marker

  var look: SeriesLook { SeriesLook(color: color, marker: marker) }

  static let intact = LesionSeries(
    lesion: nil, label: "intact", color: Palette.ink, marker: .circle)

  /// The lesions of a run, each looking the same in every run.
  static func all(_ results: LesionResults) -> [LesionSeries] {
    let looks: [String: (Color, Marker)] = [
      "frozen": (Palette.vermilion, .diamond), "reverse": (Palette.vermilion, .triangle),
      "shuffled": (Palette.green, .triangle), "matched": (Palette.green, .circle),
      "mean": (Palette.blue, .square), "mean-shift": (Palette.blue, .wedge),
      "picture-specific": (Palette.blue, .star), "uniform": (Palette.purple, .wedge),
      "swapped": (Palette.frame, .star),
    ]
    let branches: [Marker] = [.circle, .square, .triangle, .diamond, .wedge]
    var branch = 0
    return results.lesions.map { lesion in
      if let (color, marker) = looks[lesion] {
        return LesionSeries(
          lesion: lesion, label: results.label(lesion), color: color, marker: marker)
      }
      defer { branch += 1 }
      return LesionSeries(
        lesion: lesion, label: results.label(lesion), color: Palette.orange,
        marker: branches[branch % branches.count])
    }
  }
}

private struct LesionLayout {
  let results: LesionResults
  let widest: String
  let fonts: Fonts
  let series: [LesionSeries]

  private let upperHeight = 150.0
  private let lowerHeight = 120.0
  private let titleHeight = 13.0
  private let gap = 16.0

  init(results: LesionResults, widest: String, fonts: Fonts) {
    self.results = results
    self.widest = widest
    self.fonts = fonts
    series = LesionSeries.all(results)
  }

  private var isLabelled: Bool { results.labelled > 0 }
  private var largest: String { scaleLabel(results.farthestScale) }

  var drawing: Drawing {
    let legend = Legend(
      ([LesionSeries.intact] + series).map {
        .init(sign: .line($0.color, $0.marker), label: $0.label)
      },
      width: Page.contentWidth, fonts: fonts)
    let notes = Notes(self.notes, width: Page.contentWidth, fonts: fonts)
    let upper = plot(
      title: (isLabelled ? "Accuracy lost" : "Divergence")
        + " at \(largest), attention replaced in a unit",
      axisTitle: isLabelled ? "accuracy lost (points)" : "divergence (nats)",
      lines: series.map { series in
        results.scopes.map { scope in
          results.condition(series.lesion ?? "", scope).flatMap(results.headline).flatMap {
            isLabelled ? $0.costs.accuracy.map { points($0.estimate) } : $0.costs.kl.estimate
          }
        }
      }, zero: isLabelled ? .always : .never, categories: scopeLabels, isJoined: false,
      height: upperHeight,
      x: Page.margin, width: Page.contentWidth)
    let half = (Page.contentWidth - 14) / 2
    let left = plot(
      title: (isLabelled ? "−log likelihood" : "Agreement")
        + " against scale, in all units",
      axisTitle: isLabelled ? "−log p of the true class (nats)" : "same first class (%)",
      lines: lowerLines { isLabelled ? $0.nll : points($0.agreement) },
      zero: isLabelled ? .never : .ifNear, categories: results.scales.map(scaleLabel),
      isJoined: true,
      hasIntact: true, height: lowerHeight, x: Page.margin, width: half)
    let right = plot(
      title: "Divergence against scale, replaced in all units", axisTitle: "divergence (nats)",
      lines: lowerLines(\.costs.kl.estimate), zero: .never,
      categories: results.scales.map(scaleLabel), isJoined: true, height: lowerHeight,
      x: Page.margin + half + 14, width: half)
    let top = Page.margin + legend.height + 7
    let second = top + titleHeight + upperHeight + upper.names.height + gap
    let end = second + titleHeight + lowerHeight + left.names.height + 8
    return Drawing(width: Page.width, height: end + notes.height + Page.margin) { canvas in
      legend.draw(at: Point(Page.margin, Page.margin), on: canvas)
      upper.draw(
        at: top, shadedFrom: singles, bandTitle: "in all units of stages", on: canvas)
      left.draw(at: second, on: canvas)
      right.draw(at: second, on: canvas)
      notes.draw(at: Point(Page.margin, end), on: canvas)
    }
  }

  /// How many scopes are single units; the stages follow.
  private var singles: Int {
    results.scopes.count { scope in
      results.conditions.first { $0.scope == scope }?.units == [scope]
    }
  }

  /// Units by their names, stages by their numbers.
  private var scopeLabels: [String] {
    results.scopes.map { scope in
      ["stages ", "stage "].first { scope.hasPrefix($0) }.map { String(scope.dropFirst($0.count)) }
        ?? scope
    }
  }

  /// The lesions of all units.
  private func lowerLines(_ value: (LesionResults.Effect) -> Estimate?)
    -> [[Estimate?]]
  {
    series.map { series in
      results.condition(series.lesion ?? "", widest)?.byScale.map(value) ?? []
    }
  }

  private func points(_ estimate: Estimate) -> Estimate {
    Estimate(
      mean: 100 * estimate.mean, interval: estimate.interval.map { 100 * $0 })
  }

  private func plot(
    title: String, axisTitle: String, lines: [[Estimate?]], zero: EstimatePlot.Zero,
    categories: [String], isJoined: Bool, hasIntact: Bool = false, height: Double, x: Double,
    width: Double
  ) -> EstimatePlot {
    var all = zip(series, lines).map { ($0.look, $1) }
    if hasIntact, isLabelled {
      all.insert((LesionSeries.intact.look, results.intactNLL), at: 0)
    }
    return EstimatePlot(
      title: title, axisTitle: axisTitle, lines: all, zero: zero,
      categories: categories, isJoined: isJoined, height: height, x: x, width: width,
      titleHeight: titleHeight, fonts: fonts)
  }

  private var notes: [String] {
    var lines: [String] = []
    if isLabelled {
      lines.append(
        "Accuracy lost = top-1 accuracy of the intact network minus that of the lesioned one, on "
          + "the same \(counted(results.labelled, "labelled photograph")); Tango’s 95 % intervals. −log p: "
          + "negative log-likelihood of the true class, mean over these photographs.")
    }
    let reverse = results.lesions.contains("reverse")
    lines.append(
      "Frozen: the attention of \(scaleLabel(results.frozenScale)) while the target grows"
        + (reverse
          ? "; reverse: that of \(scaleLabel(results.farthestScale)), shown above at "
            + "\(scaleLabel(results.frozenScale))" : "")
        + ". Divergence = Kullback–Leibler divergence from the intact network’s probabilities; none, as of frozen at "
        + "its own scale, has no mark. Vertical lines: 95 % intervals over photographs, not corrected for their "
        + "number.")
    return lines + verdicts + RunCaption.notes(results)
  }

  /// The primary family and its verdicts, or why nothing is judged.
  private var verdicts: [String] { RunCaption.verdicts(results) }
}

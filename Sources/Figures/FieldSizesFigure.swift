import Analysis
import Wording

/// How large measured fields are: by scale, beside what arithmetic expects and what nothing learnt has, and what the
/// change with scale is made of; of one scale, by node.
public struct FieldSizesFigure: Figure {
  private let results: FieldResults

  /// A figure of `results.nodes`.
  public init(_ results: FieldResults) { self.results = results }

  /// `field-sizes`.
  public var name: String { "field-sizes" }

  /// Lays nodes out from top to bottom, spreads left and their changes right.
  public func drawing(with fonts: Fonts) -> Drawing {
    guard results.nodes.contains(where: { $0.byScale.contains { $0.effective != nil } }) else {
      return Page.message(
        ["No field was measured."], title: "Sizes of receptive fields", fonts: fonts)
    }
    return FieldSizesLayout(results: results, fonts: fonts).drawing
  }
}

private struct FieldSizesLayout {
  let results: FieldResults
  let fonts: Fonts

  private let plotHeight = 96.0
  private let titleHeight = 13.0
  private let gap = 12.0

  private typealias Line = (look: SeriesLook, estimates: [Estimate?])

  private var half: Double { (Page.contentWidth - gap) / 2 }
  private var scales: [Double] { results.nodes[0].byScale.map(\.scale) }
  private var hasTerms: Bool {
    results.nodes.contains { $0.byScale.contains { $0.decomposition != nil } }
  }

  private static let measured = SeriesLook(color: Palette.ink, marker: .circle)
  private static let expected = SeriesLook(color: Palette.orange, marker: .square)
  private static let shortcuts = SeriesLook(color: Palette.orange, marker: .diamond)
  private static let terms: [(name: String, look: SeriesLook)] = [
    ("total", measured), ("selection", SeriesLook(color: Palette.vermilion, marker: .triangle)),
    ("content", SeriesLook(color: Palette.blue, marker: .square)),
    ("through the gates", SeriesLook(color: Palette.purple, marker: .wedge)),
  ]

  private static func look(_ kind: FieldNull.Kind) -> SeriesLook {
    switch kind {
    case .initial: SeriesLook(color: Palette.blue, marker: .triangle)
    case .size: SeriesLook(color: Palette.frame, marker: .wedge)
    case .noise: SeriesLook(color: Palette.green, marker: .diamond)
    case .photographs: SeriesLook(color: Palette.vermilion, marker: .star)
    case .control: SeriesLook(color: Palette.purple, marker: .square)
    }
  }

  private static func title(_ kind: FieldNull.Kind) -> String {
    switch kind {
    case .initial: "initial weights"
    case .size: "other input sizes"
    case .noise: "noise"
    case .photographs: "other photographs"
    case .control: "the zoom’s controls"
    }
  }

  private var kinds: [FieldNull.Kind] {
    var kinds: [FieldNull.Kind] = []
    for null in results.nodes.flatMap({ $0.nulls ?? [] }) where !kinds.contains(null.null.kind) {
      kinds.append(null.null.kind)
    }
    return kinds
  }

  var drawing: Drawing {
    let hasExpected = results.nodes.contains { $0.expectedSigma != nil }
    var entries: [Legend.Entry] = [
      .init(
        sign: .line(Self.measured.color, Self.measured.marker),
        label: hasTerms ? "measured, and its change" : "measured")
    ]
    if hasExpected {
      entries += [
        .init(sign: .line(Self.expected.color, Self.expected.marker), label: "expected"),
        .init(
          sign: .line(Self.shortcuts.color, Self.shortcuts.marker),
          label: "expected, with shortcuts"),
      ]
    }
    entries += kinds.map {
      .init(sign: .line(Self.look($0).color, Self.look($0).marker), label: Self.title($0))
    }
    if hasTerms {
      entries += Self.terms.dropFirst().map {
        .init(sign: .line($0.look.color, $0.look.marker), label: $0.name)
      }
    }
    let legend = Legend(entries, width: Page.contentWidth, fonts: fonts)
    let notes = Notes(self.notes, width: Page.contentWidth, fonts: fonts)
    return EstimatePlot.page(
      legend, scales.count > 1 ? results.nodes.map(plots) : [[byNode]], notes, gap: gap)
  }

  /// A node's spreads by scale, and what their change is made of.
  private func plots(_ node: FieldResults.Node) -> [EstimatePlot] {
    var lines: [Line] = [(Self.measured, node.byScale.map { Self.spread($0.effective?.sigma) })]
    lines.append((Self.expected, node.byScale.map { Self.spread($0.expectedSigma) }))
    lines.append((Self.shortcuts, node.byScale.map { Self.spread($0.expectedSigmaWithShortcuts) }))
    for null in node.nulls ?? [] {
      lines.append(
        (
          Self.look(null.null.kind),
          scales.map { scale in null.byScale.first { $0.scale == scale }?.spread }
        ))
    }
    let left = plot(
      "\(visible(node.name)): σ of the field", "pixels", lines, scales.map(scaleLabel),
      x: Page.margin, width: hasTerms ? half : Page.contentWidth)
    guard hasTerms else { return [left] }
    let terms: [Line] = Self.terms.enumerated().map { index, term in
      (
        term.look,
        node.byScale.map { scale in
          scale.decomposition.map { parts in
            let part = [parts.total, parts.selection, parts.content, parts.gate][index]
            return Estimate(mean: part.mean, interval: part.interval)
          }
        }
      )
    }
    let first = scaleLabel(scales[0])
    let right = plot(
      "Change since \(first)", "pixels", terms, scales.map(scaleLabel),
      x: Page.margin + half + gap, width: half, zero: .always)
    return [left, right]
  }

  /// All nodes' spreads at the only scale.
  private var byNode: EstimatePlot {
    let first = results.nodes.map { $0.byScale[0] }
    var lines: [Line] = [
      (Self.measured, first.map { Self.spread($0.effective?.sigma) }),
      (Self.expected, first.map { Self.spread($0.expectedSigma) }),
      (Self.shortcuts, first.map { Self.spread($0.expectedSigmaWithShortcuts) }),
    ]
    for (place, null) in (results.nodes[0].nulls ?? []).enumerated() {
      lines.append(
        (
          Self.look(null.null.kind),
          results.nodes.map { $0.nulls?[place].byScale.first?.spread }
        ))
    }
    return plot(
      "σ of the field", "pixels", lines, results.nodes.map { visible($0.name) }, x: Page.margin,
      width: Page.contentWidth)
  }

  private func plot(
    _ title: String, _ axisTitle: String, _ lines: [Line], _ categories: [String], x: Double,
    width: Double, zero: EstimatePlot.Zero = .ifNear
  ) -> EstimatePlot {
    EstimatePlot(
      title: title, axisTitle: axisTitle,
      lines: lines.filter { $0.estimates.contains { $0 != nil } }, zero: zero,
      categories: categories, isJoined: true, height: plotHeight, x: x, width: width,
      titleHeight: titleHeight, fonts: fonts)
  }

  /// Both axes taken together; the interval is the wider axis's about the mean of both.
  private static func spread(_ sigma: [Estimate]?) -> Estimate? {
    guard let sigma, sigma.count == 2 else { return nil }
    let intervals = sigma.map(\.interval)
    return Estimate(
      mean: sigma.map(\.mean).rootMeanSquare,
      interval: intervals.allSatisfy { $0.count == 2 }
        ? [0, 1].map { end in intervals.map { $0[end] }.rootMeanSquare } : [])
  }

  private var notes: [String] {
    var lines = [
      "σ: root of the mean of both axes’ variances of the field’s mass about its centre, mean over "
        + "\(results.pictures); vertical lines: 95 % intervals. Expected: by arithmetic, kernels taken as uniform and "
        + "branches weighed by the recorded attention, along the path of most convolutions, or with shortcuts counted "
        + "by measured magnitudes."
    ]
    if hasTerms {
      let seen = results.nodes.compactMap { node -> String? in
        guard let most = node.byScale.last?.decomposition?.selection.smallestDetectable else {
          return nil
        }
        return "\(visible(node.name)) \(Ticks.label(most, decimals: 3))"
      }
      lines.append(
        "Total = selection (the attention changes, the content does not) + content + what the gradient through the "
          + "gates adds. Selections that so many pictures find with 80 % power at the largest scale, in pixels: "
          + seen.joined(separator: ", ") + ".")
    }
    return lines + results.caption
  }
}

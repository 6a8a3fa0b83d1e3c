import Foundation
import Wording

/// Measured fields as text for a terminal.
public struct FieldTable: Sendable {
  /// The lines, without a newline at the end.
  public let text: String

  /// Lays results out: theory beside measurement by node and scale, then what changed with scale.
  public init(_ results: FieldResults) {
    text = [
      Self.head(results), Self.sizes(results), Self.changes(results), Self.nulls(results),
    ].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private static func head(_ results: FieldResults) -> String {
    let pictures =
      results.shown == .noise
      ? "\(counted(results.images, "picture")) of Gaussian noise"
      : "\(counted(results.images, "photograph")), protocol \(results.protocol ?? "")"
    let gradient =
      switch results.measure {
      case .absolute: "|gradient|"
      case .squared: "gradient²"
      case .positive: "positive gradient"
      }
    let place =
      results.positions == 1 ? "central position" : "\(results.positions) positions"
    let head = """
      \(visible(results.model)), \(results.input[0]) × \(results.input[1]) pixels, \(pictures)
      field: \(gradient) with respect to the normalised picture of \(results.scalar), \(place); pixels; \
      95 % intervals over pictures
      """
    return results.unfinished.map { head + "\n" + $0.sentence } ?? head
  }

  private static func sizes(_ results: FieldResults) -> String {
    let rows = results.nodes.flatMap { node in
      node.byScale.enumerated().map { index, scale -> [String] in
        let size = node.theoretical.size.map { "\($0)" }.joined(separator: "×")
        let whole = node.theoretical.status == "whole" ? "+" : ""
        let lead =
          index == 0
          ? [node.name, size + whole, String(format: "%.2f", node.theoretical.inside)]
          : ["", "", ""]
        guard let effective = scale.effective else {
          return lead + [
            String(format: "%.2f×", scale.scale), Self.means(scale.expectedSigma),
            Self.means(scale.expectedSigmaWithShortcuts), "no gradient", "", "", "", "", "", "", "",
          ]
        }
        let half = effective.squares.first { $0.mass == 0.5 }
        let most = effective.squares.first { $0.mass == 0.9 }
        let area = effective.areas.first { $0.mass == 0.5 }
        return lead + [
          String(format: "%.2f×", scale.scale), Self.means(scale.expectedSigma),
          Self.means(scale.expectedSigmaWithShortcuts), Self.means(effective.sigma),
          effective.shareOfTheory.map { String(format: "%.2f", $0.mean) } ?? "–",
          Self.means(effective.gaussianSigma),
          half.map { String(format: "%.1f", $0.side.mean) } ?? "–",
          most.map { String(format: "%.1f", $0.side.mean) } ?? "–",
          area.map { String(format: "%.2f", $0.radius.mean) } ?? "–",
          effective.offset.map { String(format: "%+.2f", $0.mean) }.joined(separator: " "),
          scale.gateShare.map { String(format: "%.3f", $0.mean) } ?? "–",
        ]
      }
    }
    let isWhole = results.nodes.contains { $0.theoretical.status == "whole" }
    return TextGrid(
      header: [
        "node", "theory", "inside", "scale", "expected σ ↓ →", "with shortcuts", "σ ↓ →",
        "of theory", "Gaussian σ ↓ →", "50 % side", "90 % side", "50 % radius", "offset ↓ →",
        "through gates",
      ], rows: rows, rulesBefore: []
    ).text
      + """

      expected σ: by arithmetic, uniform kernels, branches weighed by the recorded attention, without shortcuts \
      and with them by measured magnitudes; of theory: σ over that of a field that uses all of its theoretical \
      size within the picture alike
      """
      + (isWhole
        ? "\n+: and, by a mean over positions such as a gate's, the whole picture" : "")
  }

  private static func means(_ estimates: [Estimate]?) -> String {
    estimates?.map { String(format: "%.2f", $0.mean) }.joined(separator: " ") ?? "–"
  }

  /// The spread under every null beside the measured one.
  private static func nulls(_ results: FieldResults) -> String {
    let rows = results.nodes.flatMap { node in
      (node.nulls ?? []).flatMap { null in
        // The scales between are in the results.
        null.byScale.enumerated().filter { [0, null.byScale.count - 1].contains($0.offset) }.map {
          _, scale -> [String] in
          let change = scale.change.map { String(format: "%+.3f", $0.mean) } ?? "–"
          let excess = [scale.excess, scale.changeExcess].map { $0.map(cells) ?? ["–", ""] }
          return [
            node.name, null.null.title, String(format: "%.2f×", scale.scale),
            String(format: "%.2f", scale.spread.mean),
          ] + excess[0] + [change] + excess[1]
            + [
              (scale.changeExcess ?? scale.excess)?.smallestDetectable
                .map { String(format: "%.3f", $0) } ?? "–"
            ]
        }
      }
    }
    guard !rows.isEmpty else { return "" }
    return """
      Nulls: σ (both axes) where nothing was learnt or nothing is to be seen, in pixels; could have seen: the last \
      difference of a row that so many pictures find with 80 % power

      """
        + TextGrid(
          header: [
            "node", "null", "scale", "σ", "measured − null", "95 %", "its change",
            "measured − its change", "95 %", "could have seen",
          ], rows: rows, rulesBefore: []
        ).text
  }

  /// What the spread changes by since the smallest scale.
  private static func changes(_ results: FieldResults) -> String {
    let rows = results.nodes.flatMap { node in
      node.byScale.compactMap { scale -> [String]? in
        guard let change = scale.decomposition else { return nil }
        let parts = [
          change.total, change.selection, change.content, change.gate, change.interaction,
        ]
        return [node.name, String(format: "%.2f×", scale.scale)] + parts.flatMap(cells)
          + [change.selection.smallestDetectable.map { String(format: "%.3f", $0) } ?? "–"]
      }
    }
    guard !rows.isEmpty, let first = results.nodes.first?.byScale.first?.scale else { return "" }
    return
      "Change of σ (both axes) since \(String(format: "%.2f", first))×, in pixels: total = selection + content + "
      + "gate; could have seen: the selection that so many pictures find with 80 % power\n"
      + TextGrid(
        header: [
          "node", "scale", "total", "95 %", "selection", "95 %", "content", "95 %", "gate", "95 %",
          "interaction", "95 %", "could have seen",
        ], rows: rows, rulesBefore: []
      ).text
  }

  private static func cells(_ difference: FieldResults.Difference) -> [String] {
    let signed = { String(format: "%+.3f", $0) }
    return [signed(difference.mean), intervalText(difference.interval, signed)]
  }
}

import Foundation
import Wording

/// Receptive fields of several networks side by side: what `fields.json` holds.
public struct FieldComparison: Codable, Equatable, Sendable {
  /// The version of this layout.
  public var formatVersion = 1
  /// The networks' fields, in the order in which they were named.
  public var networks: [FieldResults]

  /// Sets results side by side.
  public init(_ networks: [FieldResults]) { self.networks = networks }

  /// The content of `fields.json`.
  public func json() throws -> String { try JSONText.of(self) }

  /// A row a network and node at the smallest scale, to print.
  public var table: String {
    let rows = networks.flatMap { network in
      network.nodes.enumerated().map { place, node -> [String] in
        let theory = node.theoretical
        let size = theory.size.map { "\($0)" }.joined(separator: "×")
        let whole = theory.status == "whole" ? "+" : ""
        let lead: [String] = [
          place == 0 ? visible(network.model) : "", visible(node.name), "\(theory.stride[0])",
          size + whole, String(format: "%.2f", theory.inside), Self.means(node.expectedSigma),
        ]
        guard let effective = node.byScale.first?.effective else {
          return lead + ["no gradient", "", "", "", ""]
        }
        let most = effective.squares.first { $0.mass == 0.9 }?.side
        return lead + [
          Self.means(effective.sigma),
          effective.shareOfTheory.map { String(format: "%.2f", $0.mean) } ?? "–",
          most.map { String(format: "%.1f", $0.mean) } ?? "–",
          most.map { intervalText($0.interval) { String(format: "%.1f", $0) } } ?? "",
          effective.offset.map { String(format: "%+.2f", $0.mean) }.joined(separator: " "),
        ]
      }
    }
    let heads = networks.map { network in
      let pictures =
        network.shown == .noise
        ? counted(network.images, "picture") + " of Gaussian noise"
        : counted(network.images, "photograph") + ", protocol \(network.protocol ?? "")"
      let line =
        "\(visible(network.model)), \(network.input[0]) × \(network.input[1]) pixels, \(pictures)"
      return line + (network.unfinished.map { "; " + $0.sentence } ?? "")
    }
    let isWhole = networks.contains { $0.nodes.contains { $0.theoretical.status == "whole" } }
    return heads.joined(separator: "\n") + "\n\n"
      + TextGrid(
        header: [
          "network", "node", "stride", "theory", "inside", "expected σ ↓ →", "σ ↓ →", "of theory",
          "90 % side", "95 %", "offset ↓ →",
        ], rows: rows,
        rulesBefore: Set(rows.indices.filter { $0 > 0 && !rows[$0][0].isEmpty })
      ).text
        + """

        pixels, at the smallest scale; expected σ: by arithmetic; of theory: σ over that of a field that uses all of \
        its theoretical size within the picture alike
        """
      + (isWhole
        ? "\n+: and, by a mean over positions such as a gate's, the whole picture" : "")
  }

  private static func means(_ estimates: [Estimate]?) -> String {
    estimates?.map { String(format: "%.2f", $0.mean) }.joined(separator: " ") ?? "–"
  }
}

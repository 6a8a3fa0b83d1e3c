import Foundation
import Wording

/// Lesion results as text for a terminal.
public struct LesionTable: Sendable {
  /// The lines, without a newline at the end.
  public let text: String

  /// Lays results out: every lesion's cost at the largest scale, then in all units against scale.
  public init(_ results: LesionResults) {
    var blocks = [Self.head(results)]
    if results.labelled > 0 {
      blocks.append(
        Self.costs(results, "Accuracy lost at", unit: "points") {
          $0.accuracyLost.map { Self.points($0, signed: true) } ?? "–"
        })
    }
    blocks.append(
      Self.costs(results, "Divergence from the intact network at", unit: "nats") {
        String(format: "%.4f", $0.divergence.mean)
      })
    blocks.append(
      Self.costs(results, "Agreement with the intact network at", unit: "% of photographs") {
        String(format: "%.1f", 100 * $0.agreement.mean)
      })
    if let scope = results.widestScope { blocks.append(Self.againstScale(results, scope)) }
    text = blocks.joined(separator: "\n\n")
  }

  private static func head(_ results: LesionResults) -> String {
    let scales = results.scales.map { String(format: "%.2f×", $0) }.joined(separator: " ")
    let lines = [
      "\(visible(results.model.name)), protocol \(results.protocol), scales \(scales), \(results.precision), "
        + "\(counted(results.headline.images, "photograph")), \(results.labelled) of them labelled",
      "frozen: the attention of scale \(String(format: "%.2f×", results.frozenScale)); "
        + "95 % intervals over photographs; * where the interval of a loss excludes zero",
    ]
    return (lines + results.headline.warnings).joined(separator: "\n")
  }

  /// A row a scope, a column a lesion, at the largest scale.
  private static func costs(
    _ results: LesionResults, _ title: String, unit: String,
    _ cell: (LesionResults.Effect) -> String
  ) -> String {
    let lesions = results.lesions
    let rows = results.scopes.map { scope in
      [scope]
        + lesions.map { lesion in
          results.condition(lesion, scope)?.byScale.last.map(cell) ?? "–"
        }
    }
    let singles = results.scopes.count { results.condition(lesions[0], $0)?.units == [$0] }
    let largest = results.scales.last.map { String(format: "%.2f×", $0) } ?? ""
    return "\(title) \(largest), \(unit)\n"
      + TextGrid(
        header: ["attention replaced in"] + lesions.map(results.label), rows: rows,
        rulesBefore: [singles]
      ).text
  }

  private static func againstScale(_ results: LesionResults, _ scope: String) -> String {
    func row(_ name: String, _ cell: (LesionResults.Effect) -> String, _ lesion: String)
      -> [String]
    {
      [name] + (results.condition(lesion, scope)?.byScale.map(cell) ?? [])
    }
    var text = ""
    let header = results.scales.map { String(format: "%.2f×", $0) }
    if results.labelled > 0 {
      let accuracy = results.lesions.map { lesion in
        row(results.label(lesion), { $0.accuracy.map { points($0, signed: false) } ?? "–" }, lesion)
      }
      let lost = results.lesions.map { lesion in
        row(
          results.label(lesion), { $0.accuracyLost.map { pointsWithInterval($0) } ?? "–" }, lesion)
      }
      text +=
        "Top-1 accuracy against scale, attention replaced in \(scope), %\n"
        + TextGrid(
          header: ["network"] + header,
          rows: [["intact"] + results.intact.map { points($0, signed: false) }] + accuracy,
          rulesBefore: [1]
        ).text + "\n\nAccuracy lost against scale, attention replaced in \(scope), points\n"
        + TextGrid(header: ["network"] + header, rows: lost, rulesBefore: []).text + "\n\n"
    }
    let divergence = results.lesions.map { lesion in
      row(
        results.label(lesion),
        {
          String(format: "%.3f [", $0.divergence.mean)
            + $0.divergence.interval.map { String(format: "%.3f", $0) }.joined(separator: ", ")
            + "]"
        }, lesion)
    }
    return text + "Divergence against scale, attention replaced in \(scope), nats\n"
      + TextGrid(header: ["network"] + header, rows: divergence, rulesBefore: []).text
  }

  private static func points(_ estimate: Estimate, signed: Bool) -> String {
    let text = String(format: signed ? "%+.1f" : "%.1f", 100 * estimate.mean)
    return signed ? text + mark(estimate) : text
  }

  private static func pointsWithInterval(_ estimate: Estimate) -> String {
    let bounds = estimate.interval.map { String(format: "%+.1f", 100 * $0) }
    return points(estimate, signed: true) + " [" + bounds.joined(separator: ", ") + "]"
  }

  /// A star if the interval lies on one side of zero.
  private static func mark(_ estimate: Estimate) -> String {
    estimate.excludesZero ? "*" : " "
  }
}

import Foundation
import Wording

/// Lesion results as text for a terminal.
public struct LesionTable: Sendable {
  /// The lines, without a newline at the end.
  public let text: String

  /// Lays results out: the primary family with its verdicts, then, apart, what is exploratory: all lesions in all units,
  /// by place, against scale, and the matrix.
  public init(_ results: LesionResults) {
    var blocks = [Self.head(results)]
    if results.withheld == nil, let family = results.primary {
      blocks.append(Self.judged(results, family))
    }
    if let scope = results.widestScope {
      blocks.append(Self.everywhere(results, scope))
      for measure in results.measures { blocks.append(Self.byPlace(results, measure)) }
      blocks.append(Self.levels(results, scope))
      for measure in results.measures {
        blocks.append(Self.againstScale(results, scope, measure))
      }
    }
    if let matrix = results.matrix { blocks += Self.blocks(of: matrix, results) }
    text = blocks.joined(separator: "\n\n")
  }

  private static func head(_ results: LesionResults) -> String {
    let scales = results.scales.map(times).joined(separator: " ")
    let lines = [
      "\(visible(results.model.name)), protocol \(results.protocol), scales \(scales), \(results.precision), "
        + "\(counted(results.headline.images, "photograph")), \(results.labelled) of them labelled",
      "frozen: the attention of scale \(times(results.frozenScale)); reverse: that of "
        + "\(times(results.farthestScale)); costs: against the intact network on the same photographs; "
        + "95 % intervals over photographs",
    ]
    return
      (lines + (results.unfinished.map { [$0.sentence] } ?? []) + results.headline.warnings
      + (results.withheld.map { [$0] } ?? []))
      .joined(separator: "\n")
  }

  /// The primary family: a row for each lesion and measure.
  private static func judged(_ results: LesionResults, _ family: LesionFamily) -> String {
    var rows: [[String]] = []
    var starts: Set<Int> = []
    for lesion in family.lesions {
      guard let condition = results.condition(lesion, family.scope),
        let effect = results.headline(condition)
      else { continue }
      if !rows.isEmpty { starts.insert(rows.count) }
      for measure in family.measures {
        guard let cost = effect.costs[measure], let judgement = cost.judgement else { continue }
        rows.append([
          "\(results.label(lesion)) at \(times(effect.scale))", measure.title, measure.unit,
          measure.text(cost.mean), intervalText(cost.interval, none: "", measure.text),
          probabilityText(judgement.p),
          measure.size(results.bounds[measure]),
          judgement.equivalenceP.map(probabilityText) ?? "–",
          judgement.smallestDetectable.map(measure.size) ?? "–", judgement.verdict.rawValue,
        ])
      }
    }
    let grid = TextGrid(
      header: [
        "lesion", "cost", "unit", "mean", "95 %", "p (Holm)", "bound", "p (TOST)",
        "could have seen", "verdict",
      ], rows: rows, rulesBefore: starts)
    var notes = [
      "bound: a cost within it is equivalent to none, if p (TOST) is below 0.05; – where values are too skewed for so"
        + " few photographs",
      "could have seen: the smallest cost that four of five such runs would have found",
    ]
    if family.measures.contains(where: \.isNeverNegative) {
      notes.append(
        "answers changed and divergence cannot fall below zero: p is that of exceeding the bound")
    }
    return ([family.sentence(times), grid.text] + notes).joined(separator: "\n")
  }

  /// Every lesion of all units at its headline scale.
  private static func everywhere(_ results: LesionResults, _ scope: String) -> String {
    let measures = results.measures
    let rows = results.lesions.compactMap { lesion -> [String]? in
      guard let condition = results.condition(lesion, scope),
        let effect = results.headline(condition)
      else { return nil }
      return [results.label(lesion), times(effect.scale)]
        + measures.flatMap { measure -> [String] in
          guard let cost = effect.costs[measure] else { return ["–", "–", "–"] }
          return [
            measure.text(cost.mean), cost.p.map(probabilityText) ?? "–",
            cost.smallestDetectable.map(measure.size) ?? "–",
          ]
        } + [results.doseText(effect)]
    }
    let header =
      ["attention replaced by", "at"]
      + measures.flatMap { ["\($0.shortTitle), \($0.unit)", "p", "seen from"] } + ["dose"]
    return "Exploratory, here and below: p not corrected, no verdicts\n"
      + "Attention replaced in \(scope)\n"
      + TextGrid(header: header, rows: rows, rulesBefore: []).text
      + "\np of answers changed and divergence: of exceeding \(LesionMeasure.agreement.size(results.bounds.agreement))"
      + " points and \(LesionMeasure.kl.size(results.bounds.kl)) nats"
      + "\nseen from: the smallest cost that four of five such runs would have found; dose: how far the attention is moved, in units"
      + " of how far the photograph's own moves from \(times(results.frozenScale)) (median)"
  }

  /// A row a scope, a column a lesion, each at its headline scale.
  private static func byPlace(_ results: LesionResults, _ measure: LesionMeasure) -> String {
    let lesions = results.lesions
    let rows = results.scopes.map { scope in
      [scope]
        + lesions.map { lesion in
          results.condition(lesion, scope).flatMap(results.headline)?.costs[measure].map {
            measure.text($0.mean)
          } ?? "–"
        }
    }
    let singles = results.scopes.count { results.condition(lesions[0], $0)?.units == [$0] }
    let reverse = lesions.contains("reverse") ? " (reverse: at \(times(results.frozenScale)))" : ""
    return
      "\(measure.title.sentenceCase) at \(times(results.farthestScale))\(reverse), \(measure.unit)\n"
      + TextGrid(
        header: ["attention replaced in"] + lesions.map(results.label), rows: rows,
        rulesBefore: [singles]
      ).text
  }

  /// Accuracy of the intact and the lesioned networks against scale.
  private static func levels(_ results: LesionResults, _ scope: String) -> String {
    guard results.labelled > 0 else {
      let rows = results.lesions.map { lesion in
        [results.label(lesion)]
          + effects(results, lesion, scope).map { String(format: "%.1f", 100 * $0.agreement.mean) }
      }
      return "Agreement with the intact network against scale, attention replaced in \(scope), %\n"
        + TextGrid(header: header(results), rows: rows, rulesBefore: []).text
    }
    func rows(
      _ intact: [Estimate], _ format: (Double) -> String,
      _ value: (LesionResults.Effect) -> Estimate?
    )
      -> [[String]]
    {
      [["intact"] + intact.map { format($0.mean) }]
        + results.lesions.map { lesion in
          [results.label(lesion)]
            + effects(results, lesion, scope).map { value($0).map { format($0.mean) } ?? "–" }
        }
    }
    return "Top-1 accuracy against scale, attention replaced in \(scope), %\n"
      + TextGrid(
        header: header(results),
        rows: rows(results.intact, { String(format: "%.1f", 100 * $0) }, \.accuracy),
        rulesBefore: [1]
      ).text
      + "\n\nNegative log-likelihood of the true class against scale, attention replaced in \(scope), nats\n"
      + TextGrid(
        header: header(results),
        rows: rows(results.intactNLL, { String(format: "%.3f", $0) }, \.nll), rulesBefore: [1]
      ).text
  }

  private static func againstScale(
    _ results: LesionResults, _ scope: String, _ measure: LesionMeasure
  ) -> String {
    let rows = results.lesions.map { lesion in
      [results.label(lesion)]
        + effects(results, lesion, scope).map { effect in
          effect.costs[measure].map {
            measure.text($0.mean) + " " + intervalText($0.interval, none: "", measure.text)
          } ?? "–"
        }
    }
    return
      "\(measure.title.sentenceCase) against scale, attention replaced in \(scope), \(measure.unit)\n"
      + TextGrid(header: header(results), rows: rows, rulesBefore: []).text
  }

  private static func effects(
    _ results: LesionResults, _ lesion: String, _ scope: String
  ) -> [LesionResults.Effect] {
    results.condition(lesion, scope)?.byScale ?? []
  }

  private static func header(_ results: LesionResults) -> [String] {
    ["network"] + results.scales.map(times)
  }
}

extension LesionTable {
  /// The matrix, a table for each level and cost.
  private static func blocks(of matrix: LesionResults.Matrix, _ results: LesionResults) -> [String]
  {
    func block(_ title: String, _ cell: (LesionResults.Cell) -> String) -> String {
      "\(title): picture of one scale (row) with the attention of another (column) in \(matrix.scope)\n"
        + TextGrid(
          header: ["picture"] + results.scales.map(times),
          rows: matrix.cells.map { row in
            [row.first.map { times($0.picture) } ?? ""] + row.map(cell)
          },
          rulesBefore: []
        ).text
    }
    let levels =
      results.labelled > 0
      ? [
        block("Negative log-likelihood of the true class, nats") {
          $0.nll.map { String(format: "%.3f", $0.mean) } ?? "–"
        },
        block("Top-1 accuracy, %") {
          $0.accuracy.map { String(format: "%.1f", 100 * $0.mean) } ?? "–"
        },
      ] : []
    return levels + [
      block("Agreement with its own attention, %") {
        String(format: "%.1f", 100 * (1 - $0.costs.agreement.mean))
      },
      block("Divergence from its own attention, nats") { String(format: "%.3f", $0.costs.kl.mean) },
    ]
  }

  fileprivate static func times(_ scale: Double) -> String { String(format: "%.2f×", scale) }
}

extension LesionResults {
  /// What there is to be measured by.
  package var measures: [LesionMeasure] {
    LesionMeasure.allCases.filter { labelled > 0 || !$0.needsClass }
  }

  /// The median dose, `1.00×`; nothing where none was recorded, or nothing moves.
  fileprivate func doseText(_ effect: Effect) -> String {
    guard let dose = effect.dose else { return "–" }
    return dose.ratios.count == 3 ? String(format: "%.2f", dose.ratios[1]) : "–"
  }
}

extension String {
  fileprivate var sentenceCase: String { prefix(1).uppercased() + dropFirst() }
}

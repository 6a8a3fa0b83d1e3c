import Foundation
import Wording

/// A comparison as text for a terminal.
public struct ComparisonTable: Sendable {
  /// The lines, without a newline at the end.
  public let text: String

  /// Lays a comparison out: the primary family with its verdicts, then the rest, a line for each unit and run.
  public init(_ comparison: Comparison) {
    let rows = comparison.units + comparison.stages
    let isPrimary = { (row: Comparison.Row) in
      comparison.primary.units.contains(row.entries.first??.name ?? row.name)
    }
    var blocks = [Self.head(comparison)]
    let primary = rows.filter(isPrimary)
    if !primary.isEmpty {
      blocks.append(
        comparison.primary.sentence + " Differences: two-sided.\n"
          + Self.grid(comparison, primary, isJudged: true, rulesBefore: []))
    }
    let units = comparison.units.filter { !isPrimary($0) }
    let stages = comparison.stages.filter { !isPrimary($0) }
    if !units.isEmpty || !stages.isEmpty {
      blocks.append(
        "Exploratory: not corrected, no verdicts\n"
          + Self.grid(
            comparison, units + stages, isJudged: false,
            rulesBefore: units.isEmpty ? [] : [units.count * comparison.runs.count]))
    }
    text = blocks.joined(separator: "\n\n")
  }

  private static func head(_ comparison: Comparison) -> String {
    var lines = comparison.runs.map { run in
      let count =
        run.pairs.map { "\($0) of \(counted(run.headline.images, "photograph"))" }
        ?? counted(run.headline.images, "photograph")
      return
        (["\(visible(run.label)): \(visible(run.model)), \(run.range), \(run.precision), \(count)"]
        + run.headline.warnings
        + (run.withheld.map { [$0] } ?? [])).joined(separator: "; ")
    }
    lines.append(
      "slope: per octave of scale, of the "
        + (comparison.measure == .attentionDifference
          ? "mean attention of the larger kernel minus that of the smaller"
          : "expected kernel size in pixels of the unit's input"))
    lines.append(
      "95 % intervals over photographs, not corrected for the number of units; excess: the slope "
        + "beyond the spectrum control's")
    lines += comparison.pairingNotes.map(visible)
    if comparison.matching == .depth { lines.append(comparison.depthNote) }
    return lines.joined(separator: "\n")
  }

  private static func grid(
    _ comparison: Comparison, _ rows: [Comparison.Row], isJudged: Bool, rulesBefore: Set<Int>
  ) -> String {
    let first = comparison.runs.first?.label ?? ""
    let isByDepth = comparison.matching == .depth
    let verdict = isJudged ? ["verdict"] : []
    let header =
      ["unit", "run"] + (isByDepth ? ["its unit"] : [])
      + ["shift", "slope", "95 %", "excess", "95 %"] + verdict
      + ["minus \(first)", "95 %", "excess minus \(first)", "95 %"] + verdict
    let lines = rows.flatMap { row in
      row.entries.enumerated().map { index, entry in
        let judged = { (judgement: Judgement?) in
          isJudged ? [judgement?.verdict.rawValue ?? "–"] : []
        }
        return [index == 0 ? row.name : "", comparison.runs[index].label]
          + (isByDepth ? [entry?.name ?? "–"] : [])
          + [entry.map { String(format: "%+.4f", $0.shift.mean) } ?? "–"]
          + cells(entry?.slope) + cells(entry?.excess) + judged(entry?.judgement)
          + cells(entry?.difference) + cells(entry?.excessDifference)
          + judged(entry?.differenceJudgement)
      }
    }
    return TextGrid(header: header, rows: lines, rulesBefore: rulesBefore).text
  }

  /// A mean and its interval.
  private static func cells(_ estimate: Estimate?) -> [String] {
    guard let estimate else { return ["–", ""] }
    let signed = { String(format: "%+.4f", $0) }
    return [signed(estimate.mean), intervalText(estimate.interval, signed)]
  }
}

extension Comparison.Run {
  /// Protocol and ends: `crop from 1.0× to 2.0×`.
  package var range: String {
    "\(`protocol`) from " + ends.map { "\($0)×" }.joined(separator: " to ")
  }
}

extension Comparison {
  /// Over what the differences are, a sentence for each kind that occurs.
  public var pairingNotes: [String] {
    guard let first = runs.first?.label else { return [] }
    let paired = runs.dropFirst().filter { $0.pairs != nil }
    let unpaired = runs.dropFirst().filter { $0.pairs == nil }
    var notes: [String] = []
    if !paired.isEmpty {
      let counts = paired.map { "\($0.label) (\($0.pairs ?? 0))" }.joined(separator: ", ")
      notes.append(
        "All columns of \(first) and \(paired.map(\.label).joined(separator: ", ")) are over the same "
          + "photographs, told by their content; differences are paired: \(counts).")
    }
    if !unpaired.isEmpty {
      let labels = unpaired.map(\.label).joined(separator: ", ")
      notes.append("Over other photographs than \(first), so not paired: \(labels).")
    }
    return notes
  }

  /// Which unit stands beside which, where the networks differ.
  public var depthNote: String {
    "The networks differ in their units' names or numbers: beside each unit of the smallest stands the one "
      + "at the nearest relative depth within the stage, unit i of n being at (i − ½) / n."
  }
}

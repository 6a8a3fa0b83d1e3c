import Foundation
import Wording

/// A comparison as text for a terminal.
public struct ComparisonTable: Sendable {
  /// The lines, without a newline at the end.
  public let text: String

  /// Lays a comparison out: a line for each unit and run, then for each stage and run.
  public init(_ comparison: Comparison) {
    text = Self.head(comparison) + "\n\n" + Self.grid(comparison)
  }

  private static func head(_ comparison: Comparison) -> String {
    var lines = comparison.runs.map { run in
      let count = counted(run.headline.images, "photograph")
      return
        ([
          "\(visible(run.label)): \(visible(run.model)), \(run.precision), \(count)"
        ] + run.headline.warnings).joined(separator: "; ")
    }
    lines.append(
      "protocol \(comparison.protocol), shift from \(comparison.from)× to \(comparison.to)×"
        + (comparison.measure == .attentionDifference
          ? " of the mean attention of the larger kernel minus that of the smaller"
          : " of the expected kernel size in pixels of the unit's input"))
    lines.append(
      "95 % intervals over photographs, not corrected for the number of units; excess: the shift "
        + "beyond the spectrum control's")
    lines += comparison.pairingNotes.map(visible)
    if comparison.matching == .depth { lines.append(comparison.depthNote) }
    return lines.joined(separator: "\n")
  }

  private static func grid(_ comparison: Comparison) -> String {
    let first = comparison.runs.first?.label ?? ""
    let isByDepth = comparison.matching == .depth
    let header =
      ["unit", "run"] + (isByDepth ? ["its unit"] : [])
      + [
        "shift", "95 %", "excess", "95 %", "minus \(first)", "95 %", "excess minus \(first)",
        "95 %",
      ]
    let rows = comparison.units + comparison.stages
    let lines = rows.flatMap { row in
      row.entries.enumerated().map { index, entry in
        [index == 0 ? row.name : "", comparison.runs[index].label]
          + (isByDepth ? [entry?.name ?? "–"] : [])
          + cells(entry?.shift) + cells(entry?.excess) + cells(entry?.difference, isMarked: true)
          + cells(entry?.excessDifference, isMarked: true)
      }
    }
    return TextGrid(
      header: header, rows: lines, rulesBefore: [comparison.units.count * comparison.runs.count]
    ).text
  }

  /// A mean, with a star where its interval excludes zero, and the interval.
  private static func cells(_ estimate: Estimate?, isMarked: Bool = false) -> [String] {
    guard let estimate else { return ["–", ""] }
    let mark = isMarked ? (estimate.excludesZero ? "*" : " ") : ""
    let bounds = estimate.interval.map { String(format: "%+.4f", $0) }
    return [
      String(format: "%+.4f", estimate.mean) + mark, "[" + bounds.joined(separator: ", ") + "]",
    ]
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
        "Minus \(first), paired over the same photographs: \(counts).")
    }
    if !unpaired.isEmpty {
      let labels = unpaired.map(\.label).joined(separator: ", ")
      notes.append("Minus \(first), over other photographs, so not paired: \(labels).")
    }
    return notes
  }

  /// Which unit stands beside which, where the networks differ.
  public var depthNote: String {
    "The networks differ in their numbers of units: beside each unit of the smallest stands the one "
      + "at the nearest relative depth within the stage, unit i of n being at (i − ½) / n."
  }
}

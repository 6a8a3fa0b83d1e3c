import Foundation
import Wording

/// Results as text for a terminal.
public struct ResultsTable: Sendable {
  /// The lines, without a newline at the end.
  public let text: String

  /// Lays results out; at most about 120 columns with the usual controls.
  public init(_ results: Results) {
    var blocks = [Self.head(results), Self.shifts(results)]
    let controls = Set(results.units.flatMap { $0.shift.controls.keys })
    if !controls.isEmpty { blocks.append(Self.controls(results, names: Self.ordered(controls))) }
    if !results.accuracy.isEmpty { blocks.append(Self.accuracy(results)) }
    text = blocks.joined(separator: "\n\n")
  }

  private static func head(_ results: Results) -> String {
    let scales = results.scales.map { format($0, 2) + "×" }.joined(separator: " ")
    let lines = [
      "\(visible(results.model.name)), protocol \(results.protocol), scales \(scales), \(results.precision), "
        + counted(results.headline.images, "photograph"),
      results.measure == .attentionDifference
        ? "difference: mean attention of the larger kernel minus that of the smaller; 95 % intervals "
          + "over photographs"
        : "difference: expected kernel size in pixels of the unit's input; 95 % intervals over photographs",
    ]
    return (lines + results.headline.warnings).joined(separator: "\n")
  }

  private static func shifts(_ results: Results) -> String {
    let shown = shownScales(results.scales.count)
    let header =
      ["unit"] + shown.map { format(results.scales[$0], 2) + "×" }
      + ["shift", "95 %", "photos up", "channels up", "p (Holm)", "verdict"]
    let rows = (results.units + results.stages).map { unit in
      [unit.name] + shown.map { signed(unit.byScale[$0].difference) }
        + [
          signed(unit.shift.mean), interval(unit.shift.interval), format(unit.shift.imagesUp, 2),
          format(unit.shift.channelsUp, 2), probability(unit.shift.p), unit.shift.verdict.rawValue,
        ]
    }
    return TextGrid(header: header, rows: rows, rulesBefore: [results.units.count]).text
  }

  private static func controls(_ results: Results, names: [String]) -> String {
    let header = ["unit"] + names.flatMap { [$0, "shift − \($0)"] }
    let rows = (results.units + results.stages).map { unit in
      [unit.name]
        + names.flatMap { name -> [String] in
          guard let control = unit.shift.controls[name] else { return ["–", "–"] }
          return [
            signed(control.mean), signed(control.excess) + " " + interval(control.excessInterval),
          ]
        }
    }
    var text = "What each control moves, and the shift beyond it\n"
    text += TextGrid(header: header, rows: rows, rulesBefore: [results.units.count]).text
    let partial = names.compactMap { name -> String? in
      let counts = results.units.compactMap { $0.shift.controls[name]?.images }
      guard let count = counts.first, count < results.headline.images else { return nil }
      return "\(name): over the \(counted(count, "photograph"))"
        + (count == 1 ? " that has it" : " that have it")
    }
    return ([text] + partial).joined(separator: "\n")
  }

  private static func accuracy(_ results: Results) -> String {
    let rows = [
      ["top-1 %"] + results.accuracy.map { format(100 * $0.top1, 1) },
      ["top-5 %"] + results.accuracy.map { format(100 * $0.top5, 1) },
    ]
    return TextGrid(
      header: ["accuracy"] + results.accuracy.map { format($0.scale, 2) + "×" }, rows: rows,
      rulesBefore: []
    ).text
  }

  /// The first, the middle and the last of the scales.
  private static func shownScales(_ count: Int) -> [Int] {
    count <= 3 ? Array(0..<count) : [0, count / 2, count - 1]
  }

  /// Sharpness first, since the verdict rests on it.
  private static func ordered(_ names: Set<String>) -> [String] {
    let known = ["blur", "spectrum", "surround", "untrained"]
    return known.filter(names.contains) + names.subtracting(known).sorted()
  }

  private static func format(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  private static func signed(_ value: Double) -> String { String(format: "%+.4f", value) }

  private static func interval(_ bounds: [Double]) -> String {
    "[" + bounds.map(signed).joined(separator: ", ") + "]"
  }

  private static func probability(_ p: Double) -> String {
    p < 0.0001 ? "< 0.0001" : String(format: "%.4f", p)
  }
}

extension Results.Headline {
  /// What a reader must know of undersampled photographs, a line each.
  var warnings: [String] {
    guard undersampled > 0 else { return [] }
    return isConfounded
      ? [
        "CONFOUNDED BY BLUR: of \(counted(undersampled, "photograph")) crops with fewer pixels "
          + "than the network's input are counted"
      ]
      : [
        "\(counted(undersampled, "photograph")) left out: \(undersampled == 1 ? "its" : "their") crops "
          + "have fewer pixels than the network's input"
      ]
  }
}

/// Columns of text, the first to the left and the others to the right.
struct TextGrid {
  let text: String

  init(header: [String], rows: [[String]], rulesBefore: Set<Int>) {
    let header = header.map(visible)
    let rows = rows.map { $0.map(visible) }
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      zip(cells, widths).enumerated().map { index, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return index == 0 ? cell.0 + space : space + cell.0
      }.joined(separator: "  ")
    }
    let rule = String(
      repeating: "─", count: widths.reduce(0, +) + 2 * max(widths.count - 1, 0))
    var lines = [line(header), rule]
    for (index, row) in rows.enumerated() {
      if rulesBefore.contains(index) { lines.append(rule) }
      lines.append(line(row))
    }
    text = lines.joined(separator: "\n")
  }
}

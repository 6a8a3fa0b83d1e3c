import Foundation
import Wording

/// Results as text for a terminal.
public struct ZoomTable: Sendable {
  /// The lines, without a newline at the end.
  public let text: String

  /// Lays results out: the primary family with its verdicts, the rest, the controls, the accuracy.
  public init(_ results: ZoomResults) {
    let isPrimary = { (unit: ZoomResults.UnitResult) in unit.shift.judgement != nil }
    let all = results.units + results.stages
    let primary = all.filter(isPrimary)
    var blocks = [Self.head(results)]
    if !primary.isEmpty { blocks.append(Self.judged(results, primary)) }
    if primary.count < all.count {
      blocks.append(
        Self.exploratory(
          results, results.units.filter { !isPrimary($0) },
          results.stages.filter { !isPrimary($0) }))
    }
    let controls = Set(results.units.flatMap { $0.shift.controls.keys })
    if !controls.isEmpty {
      blocks.append(Self.controls(results, names: ControlRole.ordered(controls)))
    }
    if !results.accuracy.isEmpty { blocks.append(Self.accuracy(results)) }
    text = blocks.joined(separator: "\n\n")
  }

  private static func head(_ results: ZoomResults) -> String {
    let scales = results.scales.map { format($0, 2) + "×" }.joined(separator: " ")
    let lines = [
      "\(visible(results.model.name)), protocol \(results.protocol), scales \(scales), \(results.precision), "
        + counted(results.headline.images, "photograph"),
      (results.measure == .attentionDifference
        ? "measure: mean attention of the larger kernel minus that of the smaller"
        : "measure: expected kernel size in pixels of the unit's input")
        + "; slope: per octave of scale, over all scales; 95 % intervals over photographs",
    ]
    let notes = results.headline.warnings + (results.withheld.map { [$0] } ?? [])
    let unfinished = results.unfinished.map { [$0.sentence] } ?? []
    return (lines + unfinished + notes).joined(separator: "\n")
  }

  /// The primary family: slopes with their verdicts, and what there is to say of each.
  private static func judged(_ results: ZoomResults, _ units: [ZoomResults.UnitResult]) -> String {
    let rows = units.map { unit in
      moves(unit, results)
        + [
          unit.shift.judgement.map { probabilityText($0.p) } ?? "",
          unit.shift.judgement?.verdict.rawValue ?? "",
        ]
    }
    let grid = TextGrid(
      header: movesHeader(results) + ["p (Holm)", "verdict"], rows: rows, rulesBefore: [])
    let remarks = units.compactMap { unit -> String? in
      guard let remark = unit.shift.judgement?.remark, !remark.isEmpty else { return nil }
      return "\(unit.name): \(remark)"
    }
    return ([results.primary?.sentence ?? "", grid.text] + remarks.map(visible)).joined(
      separator: "\n")
  }

  private static func exploratory(
    _ results: ZoomResults, _ units: [ZoomResults.UnitResult], _ stages: [ZoomResults.UnitResult]
  ) -> String {
    let rows = (units + stages).map { moves($0, results) + [probabilityText($0.shift.p)] }
    return "Exploratory: p not corrected, no verdicts\n"
      + TextGrid(
        header: movesHeader(results) + ["p"], rows: rows,
        rulesBefore: units.isEmpty ? [] : [units.count]
      ).text
  }

  private static func movesHeader(_ results: ZoomResults) -> [String] {
    let ends = [results.scales.first, results.scales.last].compactMap { $0 }
    return ["unit"] + ends.map { format($0, 2) + "×" }
      + ["shift", "slope", "95 %", "photos up", "channels up"]
  }

  /// The measure at both ends, the shift between them and the slope over all scales.
  private static func moves(_ unit: ZoomResults.UnitResult, _ results: ZoomResults) -> [String] {
    [unit.name]
      + [unit.byScale.first, unit.byScale.last].compactMap { $0.map { signed($0.difference) } }
      + [
        signed(unit.shift.mean), signed(unit.shift.slope.mean), interval(unit.shift.slope.interval),
        format(unit.shift.imagesUp, 2), format(unit.shift.channelsUp, 2),
      ]
  }

  private static func controls(_ results: ZoomResults, names: [String]) -> String {
    // Two fit the width of a terminal.
    let grids = stride(from: 0, to: names.count, by: 2).map {
      moves(of: Array(names[$0..<min($0 + 2, names.count)]), results).text
    }
    let text =
      "Slope of each control, and the zoom's beyond it\n" + grids.joined(separator: "\n\n")
      + "\n" + visible(roles(results, names))
    let partial = names.compactMap { name -> String? in
      let counts = results.units.compactMap { $0.shift.controls[name]?.images }
      guard let count = counts.first, count < results.headline.images else { return nil }
      return "\(name): over the \(counted(count, "photograph"))"
        + (count == 1 ? " that has it" : " that have it")
    }
    return ([text] + partial).joined(separator: "\n")
  }

  private static func moves(of controls: [String], _ results: ZoomResults) -> TextGrid {
    let rows = (results.units + results.stages).map { unit in
      [unit.name]
        + controls.flatMap { name -> [String] in
          guard let control = unit.shift.controls[name] else { return ["–", "–"] }
          // A matched control is judged by its own move, the others by what the zoom moves beyond them.
          let isMatched = control.role == .matched
          return [
            cell(control.slope, hasInterval: isMatched),
            cell(control.excessSlope, hasInterval: !isMatched),
          ]
        }
    }
    return TextGrid(
      header: ["unit"] + controls.flatMap { [$0, "slope − \($0)"] }, rows: rows,
      rulesBefore: [results.units.count])
  }

  private static func accuracy(_ results: ZoomResults) -> String {
    let rows = [
      ["top-1 %"] + results.accuracy.map { format(100 * $0.top1, 1) },
      ["top-5 %"] + results.accuracy.map { format(100 * $0.top5, 1) },
    ]
    return TextGrid(
      header: ["accuracy"] + results.accuracy.map { format($0.scale, 2) + "×" }, rows: rows,
      rulesBefore: []
    ).text
  }

  /// Which controls decide, and how.
  private static func roles(_ results: ZoomResults, _ names: [String]) -> String {
    func listed(_ holds: (ZoomResults.Control) -> Bool) -> [String] {
      names.filter { name in results.units.contains { $0.shift.controls[name].map(holds) ?? false }
      }
    }
    let lists = [
      ("counting by the slope beyond them", listed { $0.counts && $0.role == .explains }),
      ("counting by their own slope", listed { $0.counts && $0.role == .matched }),
      ("reported, not decisive", listed { !$0.counts }),
    ]
    return lists.filter { !$0.1.isEmpty }
      .map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
  }

  private static func cell(_ estimate: Estimate, hasInterval: Bool) -> String {
    signed(estimate.mean) + (hasInterval ? " " + interval(estimate.interval) : "")
  }

  private static func format(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  private static func signed(_ value: Double) -> String { String(format: "%+.4f", value) }

  private static func interval(_ bounds: [Double]) -> String {
    intervalText(bounds, signed)
  }
}

extension Headline {
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

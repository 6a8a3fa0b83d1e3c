import Foundation

extension PaperTable {
  /// Tables for a terminal, with what their marks and readings mean below.
  public static func text(_ tables: [PaperTable]) -> String {
    var lines: [String] = []
    for table in tables {
      lines += [table.title] + aligned(rows: [header] + table.rows.map(\.cells), leading: 2) + [""]
    }
    lines += wrapped(
      "#P: learnt values. MACs: multiply-adds of convolutions and linear layers for one picture. "
        + "Differences are exact − printed.")
    let shown = Set(
      tables.flatMap(\.rows).compactMap { $0.comparison?.printed.certainty })
    for certainty in Catalogue.PrintedFigures.Certainty.allCases
    where shown.contains(certainty) {
      let sign = certainty.mark.isEmpty ? "no mark" : certainty.mark
      lines += wrapped("\(sign): \(certainty.explanation).")
    }
    var isExplained: Set<String> = []
    for row in tables.flatMap(\.rows) {
      guard let reading = row.reading, isExplained.insert(row.name).inserted else { continue }
      lines += wrapped("\(row.name), as read here: \(reading).")
    }
    return lines.joined(separator: "\n")
  }

  private static let header = [
    "", "network", "input", "#P", "printed", "difference", "MACs", "printed", "difference",
  ]
}

extension PaperTable.Row {
  fileprivate var cells: [String] {
    let counted = ["\(label)", name, "\(inputSize)", grouped(parameters)]
    guard let comparison else { return counted + ["", "", grouped(macs)] }
    let printed = comparison.printed
    let mark = printed.certainty.mark
    var cells =
      counted + [
        printed.parameters + mark, signedPercent(comparison.parametersDifference), grouped(macs),
      ]
    if let macs = printed.macs, let difference = comparison.macsDifference {
      cells += [macs + mark, signedPercent(difference)]
    }
    return cells
  }
}

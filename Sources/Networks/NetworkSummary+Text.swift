import Foundation

extension NetworkSummary {
  /// The summary as a table for a terminal: some 100 columns with two branches.
  public var text: String {
    var lines = [
      "\(name): input 3 × \(input) (channels × height × width), \(classes) classes",
      "#P (learnt values)    \(right(grouped(parameters), 16))",
      "MACs (multiply-adds)  \(right(grouped(macs), 16))",
      "FLOPs = 2 × MACs      \(right(grouped(flops), 16))",
    ]
    if let comparison {
      let printed = comparison.printed
      lines[1] +=
        "   printed \(printed.parameters), exact is \(percent(comparison.parametersDifference))"
      lines[2] +=
        "   printed \(String(format: "%.2f", printed.gigaMACs))G at 224, exact there is"
        + " \(percent(comparison.macsDifference))"
      lines.append("printed: \(printed.source)")
    }
    lines.append("")
    lines += aligned(
      rows: [header] + [endRow("stem", stem)] + units.map(row) + [
        endRow("classifier", classifier)
      ])
    lines.append("")
    return (lines + notes).joined(separator: "\n")
  }

  private var header: [String] {
    ["layer", "output C×H×W", "width", "#P", "MACs", "stride px"]
      + (units.first?.branches ?? []).map { "RF px via \(branchTitle($0))" }
  }

  private func row(_ unit: UnitSummary) -> [String] {
    let fields = unit.branches.map { branch in
      let (smallest, largest) = (branch.field.smallest.size, branch.field.largest.size)
      let range = smallest == largest ? "\(largest)" : "\(smallest)…\(largest)"
      return range + (branch.isWiderThanInput ? "*" : " ")
    }
    return [
      unit.name, compact(unit.output), "\(unit.width)", grouped(unit.parameters),
      grouped(unit.macs), "\(unit.inputStride)",
    ] + fields
  }

  private func endRow(_ name: String, _ end: End) -> [String] {
    [name, compact(end.output), "", grouped(end.parameters), grouped(end.macs), ""]
  }

  private var notes: [String] {
    var notes = [
      "width: channels of the branches. stride: pixels between neighbouring positions of the unit's"
        + " input.",
      "RF: theoretical receptive field of the branch's output, side in pixels along the smallest …"
        + " largest path;",
      "    convolutions, pools, dilation, branches and shortcuts counted.",
    ]
    if units.contains(where: { $0.branches.contains(where: \.isWiderThanInput) }) {
      notes.append("  * wider than the input (\(input)).")
    }
    if units.contains(where: \.dependsOnWholePicture) {
      notes.append(
        "The gate averages over the whole map and is left out: with live attention every unit's"
          + " output")
      notes.append("    depends on the whole picture.")
    }
    return notes
  }

  private func branchTitle(_ branch: BranchSummary) -> String {
    let others = units.first?.branches ?? []
    return "\(branch.kernel)×\(branch.kernel)"
      + (branch.dilation > 1 ? " d\(branch.dilation)" : "")
      + (others.contains { $0.groups != branch.groups } ? " g\(branch.groups)" : "")
  }

  private func compact(_ shape: Shape) -> String {
    "\(shape.channels)×\(shape.height)×\(shape.width)"
  }
}

/// Columns two spaces apart, the first aligned left, the others right.
private func aligned(rows: [[String]]) -> [String] {
  let columns = rows.map(\.count).max() ?? 0
  let widths = (0..<columns).map { column in
    rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
  }
  return rows.map { row in
    let cells = row.enumerated().map { column, cell in
      column == 0 ? cell + spaces(widths[0] - cell.count) : right(cell, widths[column])
    }
    let line = cells.joined(separator: "  ")
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}

private func right(_ text: String, _ width: Int) -> String { spaces(width - text.count) + text }

private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

/// `27,479,784`, in every locale.
private func grouped(_ number: Int) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}

private func percent(_ share: Double) -> String {
  let value = String(format: "%.2f %%", abs(100 * share))
  return value + (share < 0 ? " less" : " more")
}

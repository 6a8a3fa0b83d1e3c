import Foundation
import Wording

extension NetworkSummary {
  /// The summary as a table for a terminal: some 100 columns with two branches.
  public var text: String {
    var lines = [
      "\(visible(name)): input 3 × \(input) (channels × height × width), \(classesText)",
      "#P (learnt values)    \(right(grouped(parameters), 16))",
      "MACs (multiply-adds)  \(right(grouped(macs), 16))",
      "FLOPs = 2 × MACs      \(right(grouped(flops), 16))",
    ]
    if let comparison {
      let printed = comparison.printed
      lines[1] +=
        "   printed \(printed.parameters), exact is \(percent(comparison.parametersDifference))"
      if let macs = printed.macs, let difference = comparison.macsDifference {
        lines[2] +=
          "   printed \(macs) at \(comparison.inputSize), exact there"
          + " is \(percent(difference))"
      }
      lines += wrapped("printed: \(printed.source), \(printed.certainty.explanation)")
    }
    if let reading { lines += wrapped("as read here: \(reading)") }
    lines.append("")
    lines += aligned(
      rows: [header] + [endRow("stem", stem)] + units.map(row)
        + [("head", head), ("classifier", classifier)].compactMap { name, end in
          end.map { endRow(name, $0) }
        })
    lines.append("")
    return (lines + notes).joined(separator: "\n")
  }

  /// `1000 classes`, or that there are none.
  package var classesText: String {
    classes > 0 ? counted(classes, "class") : "no classifier"
  }

  private var header: [String] {
    ["layer", "output C×H×W", "width", "#P", "MACs", "stride px"]
      + allBranches.map { "RF px via \(branchTitle($0))" }
  }

  /// The branches of a unit that has all of them.
  private var allBranches: [BranchSummary] {
    units.map(\.branches).max { $0.count < $1.count } ?? []
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
    if let first = units.first(where: \.dependsOnWholePicture) {
      let isFirst = first.name == units.first?.name
      notes.append(
        "The gate averages over the whole map and is left out: with live attention "
          + (isFirst ? "every unit's output" : "\(first.name)'s output and all"))
      notes.append(
        isFirst ? "    depends on the whole picture." : "    after it depend on the whole picture.")
    }
    return notes
  }

  private func branchTitle(_ branch: BranchSummary) -> String {
    "\(branch.kernel)×\(branch.kernel)"
      + (branch.dilation > 1 ? " d\(branch.dilation)" : "")
      + (allBranches.contains { $0.groups != branch.groups } ? " g\(branch.groups)" : "")
  }

  private func compact(_ shape: Shape) -> String {
    "\(shape.channels)×\(shape.height)×\(shape.width)"
  }
}

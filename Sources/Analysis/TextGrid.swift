import Wording

/// A table with a rule below its header, the first column to the left and the others to the right.
package struct TextGrid {
  package let text: String

  package init(header: [String], rows: [[String]], rulesBefore: Set<Int>) {
    let columns = TextColumns([header] + rows)
    let rule = String(repeating: "─", count: columns.width)
    var lines = Array(columns.lines.prefix(1)) + [rule]
    for (index, row) in columns.lines.dropFirst().enumerated() {
      if rulesBefore.contains(index) { lines.append(rule) }
      lines.append(row)
    }
    text = lines.joined(separator: "\n")
  }
}

import Foundation
import Wording

/// Lines of columns two spaces apart, the first ones aligned left, the others right; nothing trails.
func aligned(rows: [[String]], leading: Int = 1) -> [String] {
  TextColumns(rows, leading: leading).lines.map { line in
    String(line.reversed().drop { $0 == " " }.reversed())
  }
}

/// The text, moved right to the end of `width` columns.
func right(_ text: String, _ width: Int) -> String { spaces(width - text.count) + text }

private func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

/// `27,479,784`, in every locale.
func grouped(_ number: Int) -> String {
  var text = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0, index % 3 == 0 { text.append(",") }
    text.append(digit)
  }
  return String(text.reversed())
}

/// `0.07 % less`.
func percent(_ share: Double) -> String {
  let value = String(format: "%.2f %%", abs(100 * share))
  return value + (share < 0 ? " less" : " more")
}

/// `−0.07 %`.
func signedPercent(_ share: Double) -> String {
  (share < 0 ? "−" : "+") + String(format: "%.2f %%", abs(100 * share))
}

/// A sentence in lines of at most `width` columns, those after the first indented.
func wrapped(_ text: String, width: Int = 100) -> [String] {
  text.split(separator: " ").reduce(into: []) { lines, word in
    if let last = lines.last, last.count + 1 + word.count <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append((lines.isEmpty ? "" : spaces(4)) + word)
    }
  }
}

/// A path for a cell of CSV: where a spreadsheet would take it for a formula, `./` stands before it.
package func spreadsheetPath(_ path: String) -> String {
  beginsFormula(path) ? "./" + path : path
}

/// A name for a cell of CSV: where a spreadsheet would take it for a formula, `'` stands before it,
/// which spreadsheets read as "text follows".
package func spreadsheetName(_ name: String) -> String {
  beginsFormula(name) ? "'" + name : name
}

private func beginsFormula(_ text: String) -> Bool {
  switch text.unicodeScalars.first {
  case "=", "+", "-", "@", "\t", "\r", "\n": true
  // Full-width forms count in some spreadsheets.
  case "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}": true
  default: false
  }
}

/// Foreign text for a message: one line, control characters replaced, at most 80 characters.
package func abbreviated(_ text: String) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars.prefix(80) {
    let isControl = scalar.properties.generalCategory == .control || scalar.value == 0x2028
    scalars.append(isControl ? "\u{FFFD}" : scalar)
  }
  return String(scalars) + (text.unicodeScalars.count > 80 ? "…" : "")
}

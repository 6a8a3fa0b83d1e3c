/// Foreign text for a message: on one line, spelt out as `visible` does, at most 80 characters.
package func abbreviated(_ text: String) -> String {
  let start = text.unicodeScalars.prefix(80)
  return visible(String(start)) + (start.endIndex < text.unicodeScalars.endIndex ? "…" : "")
}

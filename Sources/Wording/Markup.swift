/// The text for HTML, XML or SVG, between tags or as an attribute's value: characters with a
/// meaning are replaced, and what cannot be seen is spelt out, line breaks included.
package func markup(_ text: String) -> String {
  spelling(of: visible(text)) {
    entities[$0] != nil
  } as: {
    entities[$0] ?? ""
  }
}

private let entities: [Unicode.Scalar: String] = [
  "&": "&amp;", "<": "&lt;", ">": "&gt;", "\"": "&quot;", "'": "&#39;",
]

/// The text for a line or a table's cell in Markdown: what would begin a tag, an entity, code, a
/// link, emphasis, a formula or another cell is escaped, and what cannot be seen is spelt out.
///
/// Marks that cannot begin anything stay as they are: `0.012* [0.01, 0.02]`, `SK_3_4`.
package func markdown(_ text: String) -> String {
  let scalars = Array(visible(text).unicodeScalars)
  var result = String.UnicodeScalarView()
  for (index, scalar) in scalars.enumerated() {
    let next = index + 1 < scalars.count ? scalars[index + 1] : " "
    let isEscaped =
      switch scalar {
      case "<", ">", "&", "|", "\\", "`": true
      case "*", "~", "$": next != " "
      case "_": next != " " && !(index > 0 && scalars[index - 1].isWordPart && next.isWordPart)
      case "]": next == "(" || next == "[" || next == ":"
      case ":": next == "/"
      default: false
      }
    if isEscaped { result.append("\\") }
    result.append(scalar)
  }
  return String(result)
}

extension Unicode.Scalar {
  /// Between letters and digits an underscore is no emphasis.
  fileprivate var isWordPart: Bool {
    isASCII && (properties.isAlphabetic || properties.numericType != nil)
  }
}

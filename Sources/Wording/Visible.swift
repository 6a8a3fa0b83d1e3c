/// The text on one line as it may be shown: whatever steers a terminal, turns the direction of
/// writing or cannot be seen is spelt out, such as `\n`, `\u{1B}` and `\u{202E}`.
///
/// A text that was spelt out already stays as it is.
package func visible(_ text: String) -> String {
  spelling(of: text, where: \.isUnseen)
}

/// The same for a text of several lines, whose ends stay.
package func visibleLines(_ text: String) -> String {
  spelling(of: text) { $0.isUnseen && $0 != "\n" }
}

/// JSON whose texts are spelt out by JSON's own escapes, `\u202e`: any reader gets what was there.
package func visibleJSON(_ json: String) -> String {
  spelling(of: json) {
    $0.isUnseen && $0 != "\n"
  } as: { scalar in
    scalar.utf16.map { unit in
      let digits = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }.joined()
  }
}

/// Goes by scalars, since a `Character` hides a mark behind the letter that it belongs to.
func spelling(
  of text: String, where isSpelt: (Unicode.Scalar) -> Bool,
  as spelling: (Unicode.Scalar) -> String = \.spelling
) -> String {
  guard text.unicodeScalars.contains(where: isSpelt) else { return text }
  var result = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if isSpelt(scalar) {
      result.append(contentsOf: spelling(scalar).unicodeScalars)
    } else {
      result.append(scalar)
    }
  }
  return String(result)
}

extension Unicode.Scalar {
  /// Control characters, direction marks and what else leaves no ink of its own, blanks apart.
  fileprivate var isUnseen: Bool {
    if isASCII { return value < 0x20 || value == 0x7F }
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return true
    default: return properties.isDefaultIgnorableCodePoint
    }
  }

  fileprivate var spelling: String {
    switch self {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{" + String(value, radix: 16, uppercase: true) + "}"
    }
  }
}

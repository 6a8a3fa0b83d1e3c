import Foundation
import Testing
import Wording

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite("Text within other languages")
struct EscapingTests {
  /// Texts that would be markup if they could.
  static let hostile = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='x", "&lt;b&gt;",
    // With a combining mark on either side: one grapheme, and no `Character` "<".
    "<\u{338}script>", "\u{338}<b>", "a\u{301}<\u{301}b\u{301}>\u{338}", "&\u{301}amp;",
    "\"\u{301}x=\"\u{20DD}", "<\u{200D}b>", "]]>", "<!--", "é & ½ 犬",
  ]

  @Test("in HTML, XML and SVG means itself, whatever marks stand beside it", arguments: hostile)
  func inMarkup(_ text: String) throws {
    let escaped = markup(text)
    #expect(!escaped.unicodeScalars.contains { $0 == "<" || $0 == ">" || $0 == "\"" || $0 == "'" })
    let reader = TextReader()
    let parser = XMLParser(data: Data("<a b=\"\(escaped)\">\(escaped)</a>".utf8))
    parser.delegate = reader
    #expect(parser.parse())
    let shown = Array(visible(text).unicodeScalars)
    #expect(reader.elements == 1)
    #expect(Array(reader.text.unicodeScalars) == shown)
    #expect(Array(reader.attribute.unicodeScalars) == shown)
  }

  @Test(
    "in Markdown begins nothing",
    arguments: [
      ("a|b", #"a\|b"#), ("a|\u{338}b", "a\\|\u{338}b"), ("<b>", #"\<b\>"#), ("`x`", #"\`x\`"#),
      ("[a](http://b)", #"[a\](http\://b)"#), ("*a* _b_ ~c~", #"\*a* \_b_ \~c~"#),
      ("two\nlines", #"two\\nlines"#), ("&amp;", #"\&amp;"#), ("$x$", #"\$x$"#),
      ("SK_3_4", "SK_3_4"), ("+0.0123* [+0.0110, +0.0140]", "+0.0123* [+0.0110, +0.0140]"),
    ])
  func inMarkdown(_ text: String, _ escaped: String) {
    #expect(Array(markdown(text).unicodeScalars) == Array(escaped.unicodeScalars))
  }

  @Test(
    "in a spreadsheet is no formula",
    arguments: ["=1+1.jpg", "+a", "-2.png", "@x", "\t=1", "\r=1", "＝1", "=\u{301}1"])
  func inSpreadsheets(_ text: String) {
    #expect(spreadsheetPath(text) == "./" + text)
    #expect(spreadsheetName(text) == "'" + text)
    for harmless in ["a" + text, "./" + text, "/" + text, ""] {
      #expect(spreadsheetPath(harmless) == harmless && spreadsheetName(harmless) == harmless)
    }
  }
}

/// Text and attribute of a document's only element.
private final class TextReader: NSObject, XMLParserDelegate {
  var elements = 0
  var text = ""
  var attribute = ""

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    elements += 1
    attribute = attributes["b"] ?? ""
  }

  func parser(_ parser: XMLParser, foundCharacters string: String) {
    text.unicodeScalars.append(contentsOf: string.unicodeScalars)
  }
}

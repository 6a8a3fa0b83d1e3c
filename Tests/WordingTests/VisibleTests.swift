import Foundation
import Testing
import Wording

@Suite("Text that may be shown")
struct VisibleTests {
  @Test(
    "spells out what steers a terminal, turns the writing or cannot be seen",
    arguments: [
      ("Größe 5×5 − 3×3, «犬» 👍.jpg", "Größe 5×5 − 3×3, «犬» 👍.jpg"),
      ("\u{1B}[2J\u{1B}]0;title\u{7}", "\\u{1B}[2J\\u{1B}]0;title\\u{7}"),
      ("two\nlines\r\n\tand a tab", "two\\nlines\\r\\n\\tand a tab"),
      ("\u{0}\u{8}\u{7F}\u{85}\u{9B}31m", "\\u{0}\\u{8}\\u{7F}\\u{85}\\u{9B}31m"),
      ("photo\u{202E}gpj.exe", "photo\\u{202E}gpj.exe"),
      ("\u{200E}\u{200F}\u{61C}\u{2066}\u{2069}", "\\u{200E}\\u{200F}\\u{61C}\\u{2066}\\u{2069}"),
      ("a\u{200B}b\u{200D}c\u{FEFF}d\u{AD}e", "a\\u{200B}b\\u{200D}c\\u{FEFF}d\\u{AD}e"),
      ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"),
      ("\u{E0041}\u{3164}\u{34F}", "\\u{E0041}\\u{3164}\\u{34F}"),
      // A mark makes one `Character` of itself and what stands before it.
      ("e\u{301}\u{200D}", "e\u{301}\\u{200D}"),
      ("", ""),
    ])
  func spelled(_ text: String, _ shown: String) {
    #expect(visible(text) == shown)
    #expect(visible(visible(text)) == shown)
  }

  @Test("lets no control, format or separator through, whatever scalar comes")
  func allScalars() {
    for number in (0...0x10FFFF as ClosedRange<UInt32>) {
      guard let scalar = Unicode.Scalar(number) else { continue }
      let isFormat: Bool
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator: isFormat = true
      default: isFormat = false
      }
      guard isFormat else { continue }
      let shown = visible("a\(scalar)b")
      #expect(shown.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 }, "\(number)")
    }
  }

  @Test("keeps the lines of a text that has some")
  func lines() {
    #expect(visibleLines("a\nb\r\u{1B}c\n") == "a\nb\\r\\u{1B}c\n")
  }

  @Test("JSON keeps its values")
  func json() throws {
    let text = "a\u{202E}b\u{9B}c\u{E0041}d\u{7F}é\n"
    let encoder = JSONEncoder()
    encoder.outputFormatting = .prettyPrinted
    let plain = String(decoding: try encoder.encode([text, "犬"]), as: UTF8.self)
    let shown = visibleJSON(plain)
    #expect(shown.contains(#"a\u202eb\u009bc\udb40\udc41d\u007fé\n"#))
    #expect(try JSONDecoder().decode([String].self, from: Data(shown.utf8)) == [text, "犬"])
  }

  @Test(
    "numbers agree with their nouns",
    arguments: [
      (1, "field", "1 field"), (0, "field", "0 fields"), (1, "class", "1 class"),
      (10, "class", "10 classes"), (1, "branch", "1 branch"), (2, "branch", "2 branches"),
      (2, "entry", "2 entries"), (2, "array", "2 arrays"), (-1, "byte", "-1 bytes"),
    ])
  func plurals(_ count: Int, _ noun: String, _ text: String) {
    #expect(counted(count, noun) == text)
  }

  @Test("foreign text in a message is short and on one line")
  func short() {
    #expect(abbreviated("a\nb") == "a\\nb")
    #expect(abbreviated(String(repeating: "x", count: 80)).count == 80)
    #expect(abbreviated(String(repeating: "x", count: 81)).count == 81)
    #expect(abbreviated(String(repeating: "x", count: 100_000)).hasSuffix("x…"))
  }
}

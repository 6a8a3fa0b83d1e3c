import Foundation
import Pictures
import TestSupport
import Testing

@Suite("A file that is no picture")
struct BadInputTests {
  /// A name, what the file holds, and words that the error must have.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let words: String
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "empty.jpg", bytes: [], words: "empty"),
    Case(name: "text.jpg", bytes: Array("not a picture\n".utf8), words: "neither a JPEG nor a PNG"),
    Case(name: "three.jpg", bytes: [0xFF, 0xD8, 0xFF], words: "JPEG"),
    Case(
      name: "signature.png", bytes: [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10], words: "truncated PNG"
    ),
  ]

  @Test("is an error of one line that names it and the fault", arguments: cases)
  func error(_ bad: Case) throws {
    let error = try #require(throws: PictureError.self) {
      try Picture(decoding: bad.bytes, named: bad.name)
    }
    #expect(error.description.hasPrefix("\(bad.name): "))
    #expect(error.description.contains(bad.words))
    #expect(!error.description.contains("\n"))
  }
}

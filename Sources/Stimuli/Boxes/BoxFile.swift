import Files
import Pictures
import SystemPackage
import Wording

/// Reads a file of boxes of whatever known form.
enum BoxFile {
  /// Above the largest that is in use, COCO's and Kaggle's for a million photographs left out.
  private static let maximumSize = 128_000_000

  /// The bytes of a file that is not too large.
  static func contents(_ path: FilePath, atMost limit: Int = maximumSize) throws(StimulusError)
    -> [UInt8]
  {
    let file = try ReadableFile(path: path) { problem in
      StimulusError.boxes(path: path.text, line: nil, reason: "\(problem)")
    }
    return try file.contents(atMost: limit)
  }

  /// Tells the form by the first character, and reads.
  static func read(
    _ bytes: [UInt8], path: FilePath, into matching: inout BoxMatching
  ) throws(StimulusError) {
    // Spreadsheets begin a text with a byte order mark.
    let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
    func refuse(_ reason: String) -> StimulusError {
      .boxes(path: path.text, line: nil, reason: reason)
    }
    if text.prefix(4096).contains(0) { throw refuse("is no text, so no file of boxes") }
    switch text.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) {
    case nil: throw refuse("is empty")
    case UInt8(ascii: "{"): try COCOFile.read(text, path: path.text, into: &matching)
    case UInt8(ascii: "["):
      throw refuse(
        "is a JSON list, which does not name its photographs; expected COCO's form with 'images' and"
          + " 'annotations'")
    case UInt8(ascii: "<"):
      let boxes = try VOCAnnotation(parsing: Array(text), path: path.text).boxes
      for box in boxes { matching.add(Array((path.stem ?? "").utf8), box) }
    default: try BoxTable.read(text, path: path.text, into: &matching)
    }
  }

  /// A word of a file as an error shows it: quoted, in one line, of bounded length.
  static func quoted(_ bytes: some Collection<UInt8>) -> String {
    "'\(abbreviated(readableText(Array(bytes.prefix(400)))))'"
  }
}

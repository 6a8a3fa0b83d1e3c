import Pictures
import SystemPackage
import Wording

/// Where the target lies in each photograph, read from a file.
///
/// Two forms are told apart by the first line that holds one:
/// - CSV: `file,xmin,ymin,xmax,ymax`, a header allowed. Edges in pixels from the upper left corner,
///   `xmax` and `ymax` being where the box ends: a whole picture of 64 × 64 is `0,0,64,64`. A name with a
///   comma stands in double quotes.
/// - Tiny ImageNet's `val_annotations.txt` (name, class, box) and `n…_boxes.txt` (name, box), parted
///   by tabulators. They name the last pixel of a box: a whole picture is 0, 0, 63, 63.
public struct TargetBoxes: Sendable, Equatable {
  private var boxes: [String: Box] = [:]

  /// How many photographs have a box.
  public var count: Int { boxes.count }

  /// Reads a file of boxes.
  ///
  /// - Throws: `PictureError` if the file cannot be read, `StimulusError.boxes` with the first line that
  ///   makes no sense: a missing or superfluous field, no number, an empty box, a name given twice.
  public init(contentsOfFile path: String) throws {
    let bytes = try fileContents(FilePath(path))
    try self.init(parsing: String(decoding: bytes, as: UTF8.self), path: path)
  }

  /// Parses the content of a file of boxes; `path` stands for the file in errors.
  public init(parsing text: String, path: String) throws(StimulusError) {
    var mayBeHeader = true
    // Spreadsheets begin a text with a byte order mark.
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (index, line) in lines.enumerated() {
      func refuse(_ reason: String) -> StimulusError {
        .boxes(path: path, line: index + 1, reason: reason)
      }
      let isTabular = line.contains("\t")
      let fields = isTabular ? line.split(separator: "\t").map(Self.trimmed) : Self.fields(of: line)
      if fields.allSatisfy(\.isEmpty) { continue }
      let isFirst = mayBeHeader
      mayBeHeader = false
      guard fields.count == 5 || (isTabular && fields.count == 6) else {
        throw refuse(
          "\(counted(fields.count, "field")), expected file,xmin,ymin,xmax,ymax or Tiny ImageNet's tabular form"
        )
      }
      let numbers = fields.suffix(4).map { Double($0) }
      if isFirst, numbers.allSatisfy({ $0 == nil }) { continue }
      let edges = numbers.compactMap { $0 }.filter(\.isFinite)
      guard edges.count == 4 else {
        throw refuse("'\(fields.suffix(4).joined(separator: ", "))' is not four numbers")
      }
      let last = isTabular ? 1.0 : 0
      let box = Box(
        left: edges[0], top: edges[1], right: edges[2] + last, bottom: edges[3] + last)
      guard box.width > 0, box.height > 0 else {
        throw refuse("the box of \(fields[0]) is empty: its end is not beyond its beginning")
      }
      guard boxes.updateValue(box, forKey: Self.key(fields[0])) == nil else {
        throw refuse("\(fields[0]) is given twice")
      }
    }
  }

  /// The box of a photograph, found by its file name, or by as many folders before it as the file
  /// of boxes gives.
  public subscript(path: String) -> Box? {
    var rest = Self.key(path)[...]
    while true {
      if let box = boxes[String(rest)] { return box }
      guard let slash = rest.firstIndex(of: "/") else { return nil }
      rest = rest[rest.index(after: slash)...]
    }
  }

  private static func key(_ path: String) -> String {
    path.hasPrefix("./") ? String(path.dropFirst(2)) : path
  }

  private static func trimmed(_ field: Substring) -> String {
    String(field.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }

  /// Parts a line at its commas, of which those between double quotes do not count.
  private static func fields(of line: Substring) -> [String] {
    var fields: [Substring] = [""]
    var isQuoted = false
    for character in line {
      switch character {
      case "\"": isQuoted.toggle()
      case "," where !isQuoted: fields.append("")
      default: fields[fields.count - 1].append(character)
      }
    }
    return fields.map(trimmed)
  }
}

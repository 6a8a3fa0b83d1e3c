/// The rows of a text whose fields are parted by commas or tabulators, as RFC 4180 has them.
///
/// A field in double quotes may hold the delimiter, line ends, and double quotes written twice. Spaces
/// around a field do not count. Lines end with LF, CR or both.
struct DelimitedText {
  /// One row.
  struct Row {
    /// The line that it begins in, from 1.
    let line: Int
    let fields: [[UInt8]]
  }

  /// A quote that does not end, or ends before its field does.
  struct Fault: Error {
    let line: Int
    let reason: String
  }

  private var rest: ArraySlice<UInt8>
  private let delimiter: UInt8
  private var line = 1

  /// Prepares to read; the delimiter is a tabulator if the first line that is not blank holds one.
  init(_ text: ArraySlice<UInt8>) {
    rest = text
    let first = text.drop { Self.isBlank($0) || Self.isLineEnd($0) }.prefix { !Self.isLineEnd($0) }
    delimiter = first.contains(Self.tab) ? Self.tab : UInt8(ascii: ",")
  }

  /// Whether fields are parted by tabulators.
  var isTabular: Bool { delimiter == Self.tab }

  /// The next row that is not blank, nil at the end.
  mutating func next() throws(Fault) -> Row? {
    while !rest.isEmpty {
      let row = Row(line: line, fields: try fields())
      if row.fields.contains(where: { !$0.isEmpty }) { return row }
    }
    return nil
  }

  /// The fields up to the next line end, which is passed over.
  private mutating func fields() throws(Fault) -> [[UInt8]] {
    var fields: [[UInt8]] = []
    while true {
      skipBlanks()
      fields.append(rest.first == Self.quote ? try quotedField() : plainField())
      guard let end = rest.popFirst() else { return fields }
      if end == delimiter { continue }
      if end == Self.carriageReturn, rest.first == Self.lineFeed { rest = rest.dropFirst() }
      line += 1
      return fields
    }
  }

  private mutating func plainField() -> [UInt8] {
    let field = rest.prefix { $0 != delimiter && !Self.isLineEnd($0) }
    rest = rest[field.endIndex...]
    return Array(field.reversed().drop(while: Self.isBlank).reversed())
  }

  private mutating func quotedField() throws(Fault) -> [UInt8] {
    let start = line
    var field: [UInt8] = []
    rest = rest.dropFirst()
    while let byte = rest.popFirst() {
      if byte == Self.quote {
        guard rest.first == Self.quote else {
          skipBlanks()
          guard rest.first.map({ $0 == delimiter || Self.isLineEnd($0) }) ?? true else {
            throw Fault(line: line, reason: "a quoted field goes on behind its closing quote")
          }
          return field
        }
        rest = rest.dropFirst()
      }
      if byte == Self.lineFeed || (byte == Self.carriageReturn && rest.first != Self.lineFeed) {
        line += 1
      }
      field.append(byte)
    }
    throw Fault(line: start, reason: "a quoted field has no closing quote")
  }

  private mutating func skipBlanks() {
    let delimiter = delimiter
    rest = rest.drop { Self.isBlank($0) && $0 != delimiter }
  }

  private static let quote = UInt8(ascii: "\"")
  private static let tab = UInt8(ascii: "\t")
  private static let lineFeed = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")
  private static func isLineEnd(_ byte: UInt8) -> Bool {
    byte == lineFeed || byte == carriageReturn
  }
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == tab }
}

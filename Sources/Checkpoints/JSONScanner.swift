/// A walk over JSON text that nobody vouches for.
///
/// Foundation's decoders keep the first of two equal keys and build the whole tree; a header may be
/// 100 MB of either. This one builds nothing, never recurses, and stops at the first fault.
struct JSONScanner {
  /// What is wrong with the text, and at which byte.
  struct Fault: Error {
    var problem: String
    var offset: Int
  }

  /// Levels of nesting that safetensors' own parser accepts.
  static let deepestNesting = 127

  private let bytes: [UInt8]
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// A fault at the present place.
  func fault(_ problem: String) -> Fault { Fault(problem: problem, offset: offset) }

  /// The next byte that is not white space, left in place; nil at the end.
  mutating func peek() -> UInt8? {
    while offset < bytes.count {
      switch bytes[offset] {
      case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
        offset += 1
      default: return bytes[offset]
      }
    }
    return nil
  }

  /// Takes a byte of punctuation if it is next.
  mutating func take(_ character: Character) -> Bool {
    guard peek() == character.asciiValue else { return false }
    offset += 1
    return true
  }

  /// Takes a byte of punctuation that must be next.
  mutating func expect(_ character: Character) throws(Fault) {
    if !take(character) { throw fault("expected '\(character)'") }
  }

  /// Takes the end of the text.
  mutating func expectEnd() throws(Fault) {
    if peek() != nil { throw fault("expected nothing after the header's object") }
  }

  /// Takes a word such as `null` if it is next.
  mutating func take(word: String) -> Bool {
    guard peek() != nil, bytes[offset...].starts(with: word.utf8) else { return false }
    offset += word.utf8.count
    return true
  }

  /// Takes a whole number of 0…Int.max, written without fraction or exponent.
  mutating func takeCount() throws(Fault) -> Int {
    guard let first = peek(), isDigit(first) else { throw fault("expected a whole number") }
    let start = offset
    var value = 0
    while offset < bytes.count, isDigit(bytes[offset]) {
      let (scaled, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = scaled.addingReportingOverflow(Int(bytes[offset] - UInt8(ascii: "0")))
      if overflow || carry { throw fault("number too large") }
      value = sum
      offset += 1
    }
    if first == UInt8(ascii: "0"), offset - start > 1 { throw fault("number with a leading zero") }
    if offset < bytes.count, ".eE".utf8.contains(bytes[offset]) {
      throw fault("expected a whole number")
    }
    return value
  }

  /// Takes `[1, 2]`.
  mutating func takeCounts() throws(Fault) -> [Int] {
    try expect("[")
    var values: [Int] = []
    if take("]") { return values }
    repeat { values.append(try takeCount()) } while take(",")
    try expect("]")
    return values
  }

  /// Takes a string with its quotes.
  mutating func takeString() throws(Fault) -> String {
    try expect("\"")
    var content: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else {
          throw fault("string that is not UTF-8")
        }
        offset += 1
        return text
      case UInt8(ascii: "\\"): content.append(contentsOf: try takeEscape())
      case 0..<0x20: throw fault("control character in a string")
      default:
        content.append(byte)
        offset += 1
      }
    }
    throw fault("string without an end")
  }

  private mutating func takeEscape() throws(Fault) -> [UInt8] {
    offset += 1
    guard offset < bytes.count else { throw fault("string without an end") }
    let byte = bytes[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"):
      var code = try takeHexadecimal()
      if (0xD800..<0xDC00).contains(code) {
        // White space is no part of a string's syntax, so that `take(word:)` would skip too much.
        guard bytes[offset...].starts(with: "\\u".utf8) else {
          throw fault("half of a surrogate pair")
        }
        offset += 2
        let low = try takeHexadecimal()
        guard (0xDC00..<0xE000).contains(low) else { throw fault("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw fault("half of a surrogate pair") }
      return Array(String(Character(scalar)).utf8)
    default: throw fault("unknown escape in a string")
    }
  }

  private mutating func takeHexadecimal() throws(Fault) -> UInt32 {
    guard bytes.count - offset >= 4 else { throw fault("string without an end") }
    var code: UInt32 = 0
    for byte in bytes[offset..<offset + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw fault("expected four hexadecimal digits")
      }
      code = code << 4 | UInt32(digit)
    }
    offset += 4
    return code
  }

  /// Takes a value of any kind and forgets it.
  ///
  /// - Parameter depth: Levels that are already open around it.
  /// - Throws: `Fault` if it is no JSON value or nested too deeply.
  mutating func skipValue(depth: Int) throws(Fault) {
    var closers: [Character] = []
    repeat {
      // A value, or the opening of one.
      if take("{") {
        closers.append("}")
        try checkDepth(depth + closers.count)
        if !take("}") {
          try skipKey()
          continue
        }
        closers.removeLast()
      } else if take("[") {
        closers.append("]")
        try checkDepth(depth + closers.count)
        if !take("]") { continue }
        closers.removeLast()
      } else {
        try skipScalar()
      }
      // What may follow a value: closings, then a comma before the next.
      while let closer = closers.last {
        if take(",") {
          if closer == "}" { try skipKey() }
          break
        }
        try expect(closer)
        closers.removeLast()
      }
    } while !closers.isEmpty
  }

  private func checkDepth(_ depth: Int) throws(Fault) {
    if depth > JSONScanner.deepestNesting { throw fault("nested too deeply") }
  }

  private mutating func skipKey() throws(Fault) {
    _ = try takeString()
    try expect(":")
  }

  private mutating func skipScalar() throws(Fault) {
    guard let byte = peek() else { throw fault("expected a value, found the end") }
    if byte == UInt8(ascii: "\"") {
      _ = try takeString()
    } else if byte == UInt8(ascii: "-") || isDigit(byte) {
      try skipNumber()
    } else if !take(word: "true"), !take(word: "false"), !take(word: "null") {
      throw fault("expected a value")
    }
  }

  private mutating func skipNumber() throws(Fault) {
    _ = take("-")
    let start = offset
    try skipDigits()
    if bytes[start] == UInt8(ascii: "0"), offset - start > 1 {
      throw fault("number with a leading zero")
    }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: ".") {
      offset += 1
      try skipDigits()
    }
    if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
      offset += 1
      if offset < bytes.count, "+-".utf8.contains(bytes[offset]) { offset += 1 }
      try skipDigits()
    }
  }

  private mutating func skipDigits() throws(Fault) {
    let start = offset
    while offset < bytes.count, isDigit(bytes[offset]) { offset += 1 }
    if offset == start { throw fault("expected a digit") }
  }

  private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }
}

extension PNG {
  /// What eXIf's content is called where it stands in a text chunk, and XMP's.
  private static let (profileName, xmpName) = ("Raw profile type exif", "XML:com.adobe.xmp")

  /// The content of the first eXIf chunk, if there is one before the data end.
  static func exif(in bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    chunks(bytes).first { bytes[$0.name].elementsEqual("eXIf".utf8) }.map { Array(bytes[$0.body]) }
  }

  /// Whether something in the file, before or behind the pixels, may tell an orientation.
  static func mayBeTurned(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    chunks(bytes).contains { chunk in
      switch String(decoding: bytes[chunk.name], as: UTF8.self) {
      case "eXIf": true
      case "tEXt", "zTXt", "iTXt":
        [profileName, xmpName].contains { bytes[chunk.body].starts(with: "\($0)\0".utf8) }
      default: false
      }
    }
  }

  /// Where the names and bodies of all whole chunks lie.
  private static func chunks(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) -> some Sequence<(name: Range<Int>, body: Range<Int>)> {
    sequence(state: signature.count) { at in
      guard at + 12 <= bytes.count else { return nil }
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let (name, body) = (at + 4..<at + 8, at + 8..<at + 8 + length)
      guard body.upperBound + 4 <= bytes.count else { return nil }
      at = body.upperBound + 4
      return (name, body)
    }
  }

  /// The text chunks that may tell an orientation.
  struct Texts {
    var exif: [UInt8]?
    var xmp: [UInt8]?

    mutating func take(_ keyword: String, _ text: UnsafeRawBufferPointer) {
      switch keyword {
      case PNG.profileName: exif = Self.rawProfile(text)
      case PNG.xmpName: xmp = Array(text)
      default: break
      }
    }

    /// ImageMagick's form: an empty line, `exif`, the length, then hexadecimal digits in lines.
    private static func rawProfile(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
      let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      let digits = lines.dropFirst(3).joined()
        .filter { $0 != 0x20 && $0 != 0x0D && $0 != 0x09 }
        .map { Character(Unicode.Scalar($0)).hexDigitValue }
      guard digits.count % 2 == 0 else { return nil }
      var bytes: [UInt8] = []
      for i in stride(from: 0, to: digits.count, by: 2) {
        guard let high = digits[i], let low = digits[i + 1] else { return nil }
        bytes.append(UInt8(high << 4 | low))
      }
      return bytes
    }
  }
}

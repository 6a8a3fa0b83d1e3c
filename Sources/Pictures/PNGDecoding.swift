import CPNG

/// Decodes a PNG to RGB, or to RGBA if it has an alpha channel or a transparent colour.
///
/// Of 16 bits the upper 8 are kept, for grey as for colour. (Pillow does so for colour, but clips
/// 16-bit grey at 255 when it converts it to RGB, which leaves most such pictures white.) A file may end
/// anywhere behind the chunk of its last pixel.
enum PNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// The most that deflate makes of a byte: a run of 258 from a length and a distance of a bit each.
  private static let largestRatio = 1032.0

  static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits
  ) throws(DecodingFault) -> (Picture, Metadata) {
    var header = try header(bytes)
    let width = Int(header.width)
    let height = Int(header.height)
    let channels = Int(header.channels)
    try limits.check(width: width, height: height)
    guard Double(header.storedRowBytes) * Double(height) <= largestRatio * Double(bytes.count)
    else {
      throw DecodingFault(
        "truncated PNG: \(bytes.count) bytes cannot hold \(width) × \(height) pixels")
    }
    let count = width * height * channels
    try limits.check(decoded: count, held: 0)

    var fault: DecodingFault?
    var texts = Texts()
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(DecodingFault) {
        try check { message in
          withUnsafeMutablePointer(to: &texts) {
            sk_png_read(
              bytes.baseAddress, bytes.count, &header, buffer.baseAddress, noteText, $0, message)
          }
        }
        initialized = count
      } catch {
        fault = error
        initialized = 0
      }
    }
    if let fault { throw fault }
    let picture = Picture(width: width, height: height, channels: channels, pixels: pixels)
    return (picture, Metadata(exif: exif(bytes) ?? texts.exif, xmp: texts.xmp))
  }

  /// What stands before the first pixel.
  static func header(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(DecodingFault) -> sk_png_header {
    var header = sk_png_header()
    try check { sk_png_read(bytes.baseAddress, bytes.count, &header, nil, nil, nil, $0) }
    return header
  }

  /// The content of the first eXIf chunk, if there is one before the data end.
  private static func exif(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
    var at = signature.count
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let body = at + 8..<at + 8 + length
      guard body.upperBound + 4 <= bytes.count else { return nil }
      if bytes[at + 4..<at + 8].elementsEqual("eXIf".utf8) { return Array(bytes[body]) }
      at = body.upperBound + 4
    }
    return nil
  }

  private static func check(
    _ call: (UnsafeMutablePointer<CChar>) -> Int32
  ) throws(DecodingFault) {
    let size = Int(SK_PNG_MESSAGE_SIZE)
    let failure = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { message in
      call(message.baseAddress.unsafelyUnwrapped) == 0
        ? String(cString: message.baseAddress.unsafelyUnwrapped) : nil
    }
    guard let failure else { return }
    let isEarlyEnd = failure.contains("too early") || failure.contains("Not enough image data")
    throw DecodingFault((isEarlyEnd ? "truncated PNG: " : "damaged PNG: ") + failure)
  }
}

/// The text chunks that may tell an orientation.
private struct Texts {
  var exif: [UInt8]?
  var xmp: [UInt8]?

  mutating func take(_ keyword: String, _ text: UnsafeRawBufferPointer) {
    switch keyword {
    case "Raw profile type exif": exif = Self.rawProfile(text)
    case "XML:com.adobe.xmp": xmp = Array(text)
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

/// Takes a text that C found down in `Texts`.
private let noteText: sk_png_note = { context, keyword, text, length in
  guard let context, let keyword, let text else { return }
  context.assumingMemoryBound(to: Texts.self).pointee
    .take(String(cString: keyword), UnsafeRawBufferPointer(start: text, count: length))
}

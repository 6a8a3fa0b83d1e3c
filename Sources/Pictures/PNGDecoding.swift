import CPNG

/// Decodes a PNG to RGB, or to RGBA if it has an alpha channel or a transparent colour.
///
/// Of 16 bits the upper 8 are kept, for grey as for colour. (Pillow does so for colour, but clips
/// 16-bit grey at 255 when it converts it to RGB, which leaves most such pictures white.)
enum PNG {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  static func isSignature(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.starts(with: signature)
  }

  static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits
  ) throws(DecodingFault) -> Picture {
    var header = sk_png_header()
    try check { sk_png_read(bytes.baseAddress, bytes.count, &header, nil, $0) }
    let width = Int(header.width)
    let height = Int(header.height)
    let channels = Int(header.channels)
    try limits.check(width: width, height: height)

    let count = width * height * channels
    var fault: DecodingFault?
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(DecodingFault) {
        try check { sk_png_read(bytes.baseAddress, bytes.count, &header, buffer.baseAddress, $0) }
        initialized = count
      } catch {
        fault = error
        initialized = 0
      }
    }
    if let fault { throw fault }
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
  }

  /// The content of the first eXIf chunk, if there is one before the data end.
  static func exif(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
    var at = signature.count
    while at + 12 <= bytes.count {
      let length = bytes[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
      let body = at + 8..<at + 8 + length
      guard body.upperBound + 4 <= bytes.count else { return nil }
      if bytes[at + 4..<at + 8].elementsEqual("eXIf".utf8) {
        return UnsafeBufferPointer(rebasing: bytes[body])
      }
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

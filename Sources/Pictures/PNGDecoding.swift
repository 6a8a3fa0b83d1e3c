import CPNG

/// Decodes a PNG to RGB, or to RGBA if some pixel lets something behind it through.
///
/// Of 16 bits the upper 8 are kept, for grey as for colour. (Pillow does so for colour, but clips
/// 16-bit grey at 255 when it converts it to RGB, which leaves most such pictures white.) A file may end
/// anywhere behind the chunk of its last pixel.
enum PNG {
  static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  /// The most that deflate makes of a byte: a run of 258 from a length and a distance of a bit each.
  private static let largestRatio = 1032.0

  /// Decodes the whole picture.
  ///
  /// A pixel takes 3 bytes, 4 from the first transparent one on, whatever the file has for it; only of an
  /// interlaced file all are held as they come.
  static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits
  ) throws(DecodingFault) -> (Picture, Metadata) {
    let header = try header(bytes, limits: limits)
    let (width, height) = (Int(header.width), Int(header.height))
    let count = width * height * Int(header.channels)
    try limits.check(decoded: count, held: 0)

    var fault: DecodingFault?
    var texts = Texts()
    var channels = Int(header.channels)
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(DecodingFault) {
        if channels == 3 {
          texts = try read(bytes, header, into: buffer)
        } else {
          let gathered = GatheredPixels(in: buffer)
          if header.isInterlaced != 0 {
            texts = try read(bytes, header, into: buffer)
            gathered.take(UnsafeMutableRawBufferPointer(buffer))
          } else {
            texts = try read(bytes, header, rowsTo: gathered)
          }
          channels = gathered.channels
        }
        initialized = width * height * channels
      } catch {
        fault = error
        initialized = 0
      }
    }
    if let fault { throw fault }
    let picture = Picture(width: width, height: height, channels: channels, pixels: pixels)
    return (picture, Metadata(exif: exif(in: bytes) ?? texts.exif, xmp: texts.xmp))
  }

  /// What stands before the first pixel.
  static func header(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(DecodingFault) -> sk_png_header {
    var header = sk_png_header()
    try check { sk_png_read(bytes.baseAddress, bytes.count, &header, nil, nil, nil, nil, $0) }
    return header
  }

  /// Reads and checks what stands before the pixels.
  static func header(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits
  ) throws(DecodingFault) -> sk_png_header {
    let header = try header(bytes)
    try limits.check(width: Int(header.width), height: Int(header.height))
    guard
      Double(header.storedRowBytes) * Double(header.height) <= largestRatio * Double(bytes.count)
    else {
      throw DecodingFault(
        "truncated PNG: \(bytes.count) bytes cannot hold \(header.width) × \(header.height) pixels")
    }
    return header
  }

  /// Hands over the rows of a file that is not interlaced, from the first on.
  @discardableResult
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: sk_png_header, rowsTo taker: any RowTaker
  ) throws(DecodingFault) -> Texts {
    var row = [UInt8](repeating: 0, count: Int(header.width) * Int(header.channels))
    return try row.withUnsafeMutableBufferPointer { row throws(DecodingFault) in
      try read(bytes, header, into: row, taker)
    }
  }

  /// Reads the pixels into a buffer for all of them, or for a row if somebody takes them one by one.
  private static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: sk_png_header,
    into buffer: UnsafeMutableBufferPointer<UInt8>, _ taker: (any RowTaker)? = nil
  ) throws(DecodingFault) -> Texts {
    var header = header
    var receiver = Receiver(row: UnsafeMutableRawBufferPointer(buffer), taker: taker)
    try check { message in
      withUnsafeMutablePointer(to: &receiver) {
        sk_png_read(
          bytes.baseAddress, bytes.count, &header, buffer.baseAddress,
          taker == nil ? nil : takeRow, noteText, $0, message)
      }
    }
    return receiver.texts
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

/// What C hands over while it reads.
private struct Receiver {
  /// Where each row is put, if they are taken one by one.
  let row: UnsafeMutableRawBufferPointer
  let taker: (any RowTaker)?
  var texts = PNG.Texts()
}

private let takeRow: sk_png_take_row = { context, _ in
  guard let context else { return }
  let receiver = context.assumingMemoryBound(to: Receiver.self)
  receiver.pointee.taker?.take(receiver.pointee.row)
}

private let noteText: sk_png_note = { context, keyword, text, length in
  guard let context, let keyword, let text else { return }
  context.assumingMemoryBound(to: Receiver.self).pointee.texts
    .take(String(cString: keyword), UnsafeRawBufferPointer(start: text, count: length))
}

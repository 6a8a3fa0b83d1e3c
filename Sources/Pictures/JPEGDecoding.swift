import CJPEG

/// Decodes a JPEG to RGB with the library's defaults, which are Pillow's: the accurate integer
/// transform and smooth upsampling of chroma.
///
/// CMYK and YCCK are read as Adobe stores them, inverted, and mixed to RGB by Pillow's formula. Data
/// that end early or are damaged are errors. So is every warning of the library but those that leave
/// each pixel as it was meant: one or two bytes that stand idle behind coded data, scan headers with
/// progressive parameters in a sequential file, odd JFIF versions, Adobe marks and colour profiles.
enum JPEG {
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits
  ) throws(DecodingFault) -> Picture {
    let header = try header(bytes, limits: limits)
    let isCMYK = header.isCMYK != 0
    let count = Int(header.width) * Int(header.height) * (isCMYK ? 4 : 3)
    try limits.check(decoded: count, held: Int(header.heldBytes))

    var fault: DecodingFault?
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(DecodingFault) {
        try read(bytes, header, limits: limits, into: buffer)
        initialized = isCMYK ? mixInks(UnsafeMutableRawBufferPointer(buffer)) : count
      } catch {
        // Part of the buffer is unwritten.
        fault = error
        initialized = 0
      }
    }
    if let fault { throw fault }
    return Picture(width: Int(header.width), height: Int(header.height), pixels: pixels)
  }

  /// Reads and checks what stands before the pixels.
  static func header(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits
  ) throws(DecodingFault) -> sk_jpeg_header {
    let header = try header(bytes)
    try limits.check(width: Int(header.width), height: Int(header.height))
    guard header.codedBytes <= bytes.count else {
      throw DecodingFault(
        "truncated JPEG: \(bytes.count) bytes cannot hold \(header.width) × \(header.height) pixels"
      )
    }
    return header
  }

  /// Hands the rows over as RGB, from the first on.
  static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: sk_jpeg_header, limits: DecodingLimits,
    rowsTo taker: any RowTaker
  ) throws(DecodingFault) {
    let channels = header.isCMYK != 0 ? 4 : 3
    var row = [UInt8](repeating: 0, count: Int(header.width) * channels)
    try row.withUnsafeMutableBufferPointer { row throws(DecodingFault) in
      try read(bytes, header, limits: limits, into: row, taker)
    }
  }

  /// Reads the pixels into a buffer for all of them, or for a row if somebody takes them one by one.
  private static func read(
    _ bytes: UnsafeBufferPointer<UInt8>, _ header: sk_jpeg_header, limits: DecodingLimits,
    into buffer: UnsafeMutableBufferPointer<UInt8>, _ taker: (any RowTaker)? = nil
  ) throws(DecodingFault) {
    var header = header
    var receiver = Receiver(
      row: UnsafeMutableRawBufferPointer(buffer), isCMYK: header.isCMYK != 0, taker: taker)
    let scans = limits.maximumScans(width: Int(header.width), height: Int(header.height))
    try check { message, isTruncated in
      withUnsafeMutablePointer(to: &receiver) {
        sk_jpeg_read(
          bytes.baseAddress, bytes.count, Int32(scans), &header, buffer.baseAddress,
          taker == nil ? nil : takeRow, $0, message, isTruncated)
      }
    }
  }

  /// What stands before the first scan.
  static func header(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(DecodingFault) -> sk_jpeg_header {
    var header = sk_jpeg_header()
    try check { sk_jpeg_read(bytes.baseAddress, bytes.count, 1, &header, nil, nil, nil, $0, $1) }
    return header
  }

  private static func check(
    _ call: (UnsafeMutablePointer<CChar>, UnsafeMutablePointer<Int32>) -> Int32
  ) throws(DecodingFault) {
    var isTruncated: Int32 = 0
    let size = Int(SK_JPEG_MESSAGE_SIZE)
    let failure = withUnsafeTemporaryAllocation(of: CChar.self, capacity: size) { message in
      let start = message.baseAddress.unsafelyUnwrapped
      return call(start, &isTruncated) == 0 ? String(cString: start) : nil
    }
    guard let failure else { return }
    throw DecodingFault((isTruncated != 0 ? "truncated JPEG: " : "damaged JPEG: ") + failure)
  }

  /// Mixes inverted inks to RGB in place, as Pillow does: (255 − K)(255 − C)/255, rounded in its way.
  ///
  /// - Returns: The bytes that are left.
  fileprivate static func mixInks(_ pixels: UnsafeMutableRawBufferPointer) -> Int {
    let count = pixels.count / 4
    for i in 0..<count {
      let white = Int32(pixels[4 * i + 3])
      for c in 0..<3 {
        let product = (255 - Int32(pixels[4 * i + c])) * white + 128
        let ink = ((product >> 8) + product) >> 8
        pixels[3 * i + c] = UInt8(clamping: white - ink)
      }
    }
    return 3 * count
  }
}

/// Where C puts each row, and who takes it.
private struct Receiver {
  let row: UnsafeMutableRawBufferPointer
  let isCMYK: Bool
  let taker: (any RowTaker)?
}

private let takeRow: sk_jpeg_take_row = { context, _ in
  guard let receiver = context?.assumingMemoryBound(to: Receiver.self).pointee else { return }
  let count = receiver.isCMYK ? JPEG.mixInks(receiver.row) : receiver.row.count
  receiver.taker?.take(UnsafeMutableRawBufferPointer(rebasing: receiver.row[..<count]))
}

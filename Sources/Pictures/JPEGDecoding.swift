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
    var header = try header(bytes)
    let (width, height) = (Int(header.width), Int(header.height))
    try limits.check(width: width, height: height)
    guard header.codedBytes <= bytes.count else {
      throw DecodingFault(
        "truncated JPEG: \(bytes.count) bytes cannot hold \(width) × \(height) pixels")
    }
    let isCMYK = header.isCMYK != 0
    let count = width * height * (isCMYK ? 4 : 3)
    try limits.check(decoded: count, held: Int(header.heldBytes))

    let scans = Int32(limits.maximumScans(width: width, height: height))
    var fault: DecodingFault?
    let pixels = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(DecodingFault) {
        try check {
          sk_jpeg_read(bytes.baseAddress, bytes.count, scans, &header, buffer.baseAddress, $0, $1)
        }
        initialized = isCMYK ? mixInks(buffer) : count
      } catch {
        // Part of the buffer is unwritten.
        fault = error
        initialized = 0
      }
    }
    if let fault { throw fault }
    return Picture(width: width, height: height, pixels: pixels)
  }

  /// What stands before the first scan.
  static func header(
    _ bytes: UnsafeBufferPointer<UInt8>
  ) throws(DecodingFault) -> sk_jpeg_header {
    var header = sk_jpeg_header()
    try check { sk_jpeg_read(bytes.baseAddress, bytes.count, 1, &header, nil, $0, $1) }
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
  private static func mixInks(_ pixels: UnsafeMutableBufferPointer<UInt8>) -> Int {
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

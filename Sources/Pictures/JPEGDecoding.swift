import CTurboJPEG

/// Decodes a JPEG to RGB with the library's defaults, which are Pillow's: the accurate integer
/// transform and smooth upsampling of chroma.
///
/// CMYK and YCCK are read as Adobe stores them, inverted, and mixed to RGB by Pillow's formula. Data
/// that end early or are damaged are errors; bytes that stand idle between markers are not.
enum JPEG {
  static func isSignature(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    bytes.count >= 3 && bytes[0] == 0xFF && bytes[1] == 0xD8 && bytes[2] == 0xFF
  }

  static func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: DecodingLimits
  ) throws(DecodingFault) -> Picture {
    guard let handle = tjInitDecompress(), let start = bytes.baseAddress else {
      throw DecodingFault("JPEG: out of memory")
    }
    defer { tjDestroy(handle) }

    let isWhole = hasEnd(bytes)
    var width: Int32 = 0
    var height: Int32 = 0
    var subsampling: Int32 = 0
    var colorspace: Int32 = -1
    let status = tjDecompressHeader3(
      handle, start, UInt(bytes.count), &width, &height, &subsampling, &colorspace)
    // Unusual subsampling is reported as a failure although the size is known and it can be decoded.
    guard status == 0 || (width > 0 && height > 0 && colorspace >= 0) else {
      throw DecodingFault(fault(of: handle, isWhole: isWhole))
    }
    // A file of tables alone is no failure to the library.
    guard width > 0 else {
      throw DecodingFault("truncated JPEG: it ends before its picture begins")
    }
    try limits.check(width: Int(width), height: Int(height))
    // Looked for before decoding: the library would fill the missing part with grey.
    guard isWhole else {
      throw DecodingFault("truncated JPEG: the end-of-image marker is missing")
    }

    let isCMYK = colorspace == Int32(TJCS_CMYK.rawValue) || colorspace == Int32(TJCS_YCCK.rawValue)
    let format = isCMYK ? TJPF_CMYK : TJPF_RGB
    let count = Int(width) * Int(height) * (isCMYK ? 4 : 3)
    var decodingStatus: Int32 = 0
    let decoded = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      decodingStatus = tjDecompress2(
        handle, start, UInt(bytes.count), buffer.baseAddress, width, 0, height, format.rawValue,
        TJFLAG_LIMITSCANS)
      // After a failure part of the buffer is unwritten; it is then dropped unread.
      initialized =
        decodingStatus == 0 || tjGetErrorCode(handle) == TJERR_WARNING.rawValue ? count : 0
    }
    if decodingStatus != 0 {
      let reason = fault(of: handle, isWhole: true)
      guard decoded.count == count, isHarmless(reason) else { throw DecodingFault(reason) }
    }
    return Picture(
      width: Int(width), height: Int(height),
      pixels: isCMYK ? rgb(invertedCMYK: decoded) : decoded)
  }

  private static func fault(of handle: tjhandle, isWhole: Bool) -> String {
    let text = tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown fault"
    // "tjDecompress2(): " and the like tell a reader nothing.
    let message = text.range(of: "(): ").map { String(text[$0.upperBound...]) } ?? text
    let isEarlyEnd = !isWhole || message.lowercased().contains("premature end")
    return (isEarlyEnd ? "truncated JPEG: " : "damaged JPEG: ") + message
  }

  /// Warnings that leave every pixel as it was meant.
  private static func isHarmless(_ reason: String) -> Bool {
    ["extraneous bytes before marker", "color transform code", "JFIF revision", "ICC marker"]
      .contains { reason.contains($0) }
  }

  /// True if an end-of-image marker follows the first scan's header.
  ///
  /// Within coded data 0xFF is always followed by 0 or a restart marker, so that FF D9 is the end.
  private static func hasEnd(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let scan = segments(bytes).first(where: { $0.marker == 0xDA }) else { return false }
    var i = bytes.count - 2
    while i >= scan.body.lowerBound {
      if bytes[i] == 0xFF && bytes[i + 1] == 0xD9 { return true }
      i -= 1
    }
    return false
  }

  /// One segment of the header.
  struct Segment {
    let marker: UInt8
    let body: Range<Int>
  }

  /// The segments up to and with the first scan's header, as far as they are whole.
  static func segments(_ bytes: UnsafeBufferPointer<UInt8>) -> [Segment] {
    var found: [Segment] = []
    var at = 2
    while at + 4 <= bytes.count {
      guard bytes[at] == 0xFF else {
        at += 1
        continue
      }
      let marker = bytes[at + 1]
      // Fill bytes and markers without a length.
      if marker == 0xFF || marker == 0 || marker == 1 || (0xD0...0xD8).contains(marker) {
        at += marker == 0xFF ? 1 : 2
        continue
      }
      if marker == 0xD9 { break }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      let end = at + 2 + length
      guard length >= 2, end <= bytes.count else { break }
      found.append(Segment(marker: marker, body: at + 4..<end))
      if marker == 0xDA { break }
      at = end
    }
    return found
  }

  /// Mixes inks to RGB as Pillow does: (255 − K)(255 − C)/255, rounded in its way.
  private static func rgb(invertedCMYK inks: [UInt8]) -> [UInt8] {
    let count = inks.count / 4
    return [UInt8](unsafeUninitializedCapacity: count * 3) { out, initialized in
      for i in 0..<count {
        let white = Int32(inks[4 * i + 3])
        for c in 0..<3 {
          let product = (255 - Int32(inks[4 * i + c])) * white + 128
          let ink = ((product >> 8) + product) >> 8
          out[3 * i + c] = UInt8(clamping: white - ink)
        }
      }
      initialized = count * 3
    }
  }
}

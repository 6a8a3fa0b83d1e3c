import Files

/// How large a picture may be before it is refused unread.
public struct DecodingLimits: Codable, Hashable, Sendable {
  /// Most pixels that a header may declare, in millions.
  ///
  /// What is held while a picture is decoded and turned upright stays below 8 bytes for each of these
  /// pixels: a picture with transparency, twice.
  public var maximumMegapixels: Double

  /// Allows pictures of up to 64 megapixels unless told otherwise.
  public init(maximumMegapixels: Double = 64) { self.maximumMegapixels = maximumMegapixels }

  /// Checks a header's size before anything is allocated for it.
  func check(width: Int, height: Int) throws(DecodingFault) {
    guard width > 0, height > 0 else {
      throw DecodingFault("the header declares \(width) × \(height) pixels")
    }
    guard Double(width) * Double(height) / 1e6 <= megapixels else {
      throw DecodingFault("\(width) × \(height) pixels are more than \(limit)")
    }
  }

  /// Checks what decoding takes before it is taken: the pixels and what is held beside them until they are
  /// made, or afterwards the copy that is turned upright or laid over a background.
  func check(decoded: Int, held: Int) throws(DecodingFault) {
    let byteCount = decoded + max(held, decoded)
    guard Double(byteCount) <= 8e6 * megapixels else {
      throw DecodingFault(
        "decoding it takes \(sizeText(byteCount)) of memory, more than 8 bytes a pixel of \(limit)")
    }
    guard canAllocate(byteCount) else {
      throw DecodingFault(
        "decoding it takes \(sizeText(byteCount)) of memory, which cannot be had;"
          + " use a smaller picture")
    }
  }

  /// Most scans of a file in several, where each passes over all pixels.
  func maximumScans(width: Int, height: Int) -> Int {
    let share = 100e6 * megapixels / (Double(width) * Double(height))
    return Int(min(max(share, 1), 500))
  }

  /// Bytes beyond which a file is not read: pixels as they are, and 64 MB of what else comes with them.
  var maximumFileSize: Int { Int(min(8e6 * megapixels + 64e6, 1e12)) }

  /// The limit, 0 for what is no number.
  private var megapixels: Double { maximumMegapixels > 0 ? maximumMegapixels : 0 }

  private var limit: String {
    "the limit of \(maximumMegapixels.formatted()) megapixels; reduce the picture, or raise the limit"
      + " (--max-megapixels, maximumMegapixels in an experiment file)"
  }
}

/// What is wrong with encoded bytes, not yet knowing of which file.
struct DecodingFault: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

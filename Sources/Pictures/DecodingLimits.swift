/// How large a picture may be before it is refused unread.
public struct DecodingLimits: Codable, Hashable, Sendable {
  /// Most pixels that a header may declare, in millions.
  public var maximumMegapixels: Double

  /// Allows pictures of up to 200 megapixels unless told otherwise.
  public init(maximumMegapixels: Double = 200) { self.maximumMegapixels = maximumMegapixels }

  /// Checks a header's size before anything is allocated for it.
  func check(width: Int, height: Int) throws(DecodingFault) {
    guard width > 0, height > 0 else {
      throw DecodingFault("the header declares \(width) × \(height) pixels")
    }
    let megapixels = Double(width) * Double(height) / 1e6
    guard megapixels <= maximumMegapixels else {
      let limit = maximumMegapixels.formatted()
      throw DecodingFault(
        "\(width) × \(height) pixels are more than the limit of \(limit) megapixels")
    }
  }
}

/// What is wrong with encoded bytes, not yet knowing of which file.
struct DecodingFault: Error {
  let reason: String
  init(_ reason: String) { self.reason = reason }
}

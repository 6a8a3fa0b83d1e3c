/// A picture in memory: 8 bits a channel, the first row first.
///
/// Values are the file's own: colour profiles and gamma chunks are not applied, as Pillow does not.
public struct Picture: Sendable, Equatable {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int
  /// 3 for RGB, 4 for RGB with an alpha that does not multiply the colours.
  public let channels: Int
  /// `[height, width, channels]`, row-major.
  public let pixels: [UInt8]

  /// Makes a picture of given pixels.
  ///
  /// - Precondition: `width` and `height` are positive, `channels` is 3 or 4, and `pixels` holds
  ///   their product.
  public init(width: Int, height: Int, channels: Int = 3, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && (channels == 3 || channels == 4))
    precondition(pixels.count == width * height * channels)
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Makes a picture of one colour.
  public init(width: Int, height: Int, color: (UInt8, UInt8, UInt8)) {
    let count = width * height * 3
    self.init(
      width: width, height: height,
      pixels: [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        for i in stride(from: 0, to: count, by: 3) {
          buffer[i] = color.0
          buffer[i + 1] = color.1
          buffer[i + 2] = color.2
        }
        initialized = count
      })
  }

  /// True if the pixels carry an alpha.
  public var hasAlpha: Bool { channels == 4 }

  /// The whole picture.
  public var bounds: Box { Box(left: 0, top: 0, right: Double(width), bottom: Double(height)) }
}

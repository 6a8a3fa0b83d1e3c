/// A picture as the network sees it, to be shown in a figure.
public struct StimulusImage: Equatable, Sendable {
  /// How much larger the target is than in the unzoomed picture.
  public let scale: Double
  /// Pixels in a row.
  public let width: Int
  /// Number of rows.
  public let height: Int
  /// Red, green and blue of every pixel, row by row from the top; `3 · width · height` bytes.
  public let rgb: [UInt8]

  /// Describes a picture.
  ///
  /// A picture whose `rgb` has another length than `3 · width · height` is drawn as an empty frame.
  public init(scale: Double, width: Int, height: Int, rgb: [UInt8]) {
    self.scale = scale
    self.width = width
    self.height = height
    self.rgb = rgb
  }

  /// True if there is a pixel for every place, so that the picture can be drawn.
  var isWhole: Bool {
    let (area, overflow) = width.multipliedReportingOverflow(by: height)
    return width > 0 && height > 0 && width <= 32_767 && height <= 32_767 && !overflow
      && rgb.count == 3 * area
  }
}

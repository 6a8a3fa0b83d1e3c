import Pictures

/// Changes of brightness, contrast and saturation by factors, in this order, with Pillow's integers.
///
/// - SeeAlso: Pillow's `ImageEnhance` and `Image.blend` (src/libImaging/Blend.c).
package struct ColorJitter: Equatable {
  /// 0 is black, 1 the picture.
  package var brightness: Double
  /// 0 is the mean grey, 1 the picture.
  package var contrast: Double
  /// 0 is the picture in grey, 1 the picture.
  package var saturation: Double

  /// Describes changes; without arguments there are none.
  package init(brightness: Double = 1, contrast: Double = 1, saturation: Double = 1) {
    self.brightness = brightness
    self.contrast = contrast
    self.saturation = saturation
  }

  func applied(to picture: Picture) -> Picture {
    guard self != ColorJitter() else { return picture }
    var pixels = picture.pixels
    if brightness != 1 { Self.blend(&pixels, factor: brightness) { _, _ in 0 } }
    if contrast != 1 {
      var sum = 0
      for i in stride(from: 0, to: pixels.count, by: 3) { sum += Int(Self.luma(pixels, i)) }
      let mean = UInt8(Double(sum) / Double(pixels.count / 3) + 0.5)
      Self.blend(&pixels, factor: contrast) { _, _ in mean }
    }
    if saturation != 1 { Self.blend(&pixels, factor: saturation, from: Self.luma) }
    return Picture(width: picture.width, height: picture.height, pixels: pixels)
  }

  /// ITU-R 601 luma in Pillow's fixed point.
  private static func luma(_ pixels: [UInt8], _ i: Int) -> UInt8 {
    let sum =
      UInt32(pixels[i]) * 19595 + UInt32(pixels[i + 1]) * 38470 + UInt32(pixels[i + 2]) * 7471
    return UInt8(truncatingIfNeeded: (sum + 0x8000) >> 16)
  }

  /// Moves every level from (factor 0) or beyond (above 1) a grey level of its pixel.
  private static func blend(
    _ pixels: inout [UInt8], factor: Double, from level: ([UInt8], Int) -> UInt8
  ) {
    let factor = Float(factor)
    for i in stride(from: 0, to: pixels.count, by: 3) {
      let base = Float(level(pixels, i))
      for c in i..<i + 3 {
        let blended = base + factor * (Float(pixels[c]) - base)
        pixels[c] = UInt8(min(max(blended, 0), 255))
      }
    }
  }
}

extension Picture {
  /// Lays the picture over another of the same size; the colours of `self` are multiplied by its alpha.
  package func premultipliedComposite(over backdrop: Picture) -> Picture {
    precondition(width == backdrop.width && height == backdrop.height && !backdrop.hasAlpha)
    guard hasAlpha else { return self }
    var result = backdrop.pixels
    for i in 0..<width * height {
      let through = 255 - Int32(pixels[4 * i + 3])
      for c in 0..<3 {
        let product = Int32(result[3 * i + c]) * through + 128
        let shown = Int32(pixels[4 * i + c]) + (((product >> 8) + product) >> 8)
        result[3 * i + c] = UInt8(clamping: shown)
      }
    }
    return Picture(width: width, height: height, pixels: result)
  }

  /// True if some pixel lets something behind it through.
  package var isTransparent: Bool {
    hasAlpha && stride(from: 3, to: pixels.count, by: 4).contains { pixels[$0] != 255 }
  }

  /// Colours multiplied by alpha, rounded as Pillow's RGBA → RGBa.
  package func premultiplied() -> Picture {
    guard hasAlpha else { return self }
    return mapPixels { color, alpha in
      let product = Int32(color) * Int32(alpha) + 128
      return UInt8(((product >> 8) + product) >> 8)
    }
  }

  /// Colours divided by alpha, as Pillow's RGBa → RGBA.
  func unpremultiplied() -> Picture {
    mapPixels { color, alpha in
      alpha == 0 || alpha == 255 ? color : UInt8(clamping: 255 * Int32(color) / Int32(alpha))
    }
  }

  private func mapPixels(_ change: (UInt8, UInt8) -> UInt8) -> Picture {
    var changed = pixels
    changed.withUnsafeMutableBufferPointer { pixels in
      for i in stride(from: 0, to: pixels.count, by: 4) {
        for c in 0..<3 { pixels[i + c] = change(pixels[i + c], pixels[i + 3]) }
      }
    }
    return Picture(width: width, height: height, channels: channels, pixels: changed)
  }
}

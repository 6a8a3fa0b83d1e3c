extension Picture {
  /// Lays the picture over an opaque one that holds it; its own colours are multiplied by its alpha.
  package func premultipliedComposite(
    over backdrop: Picture, left: Int = 0, top: Int = 0
  ) -> Picture {
    precondition(left >= 0 && left + width <= backdrop.width && !backdrop.hasAlpha)
    precondition(top >= 0 && top + height <= backdrop.height)
    var result = backdrop.pixels
    for i in 0..<width * height {
      let to = 3 * ((top + i / width) * backdrop.width + left + i % width)
      let through = hasAlpha ? 255 - Int32(pixels[4 * i + 3]) : 0
      for c in 0..<3 {
        let product = Int32(result[to + c]) * through + 128
        let level = Int32(pixels[channels * i + c]) + (((product >> 8) + product) >> 8)
        result[to + c] = UInt8(clamping: level)
      }
    }
    return Picture(width: backdrop.width, height: backdrop.height, pixels: result)
  }

  /// The smallest box around all pixels that are not wholly transparent, nil if there are none.
  package var visibleBox: Box? {
    guard hasAlpha else { return bounds }
    var rows: ClosedRange<Int>?
    var columns: ClosedRange<Int>?
    for i in 0..<width * height where pixels[4 * i + 3] != 0 {
      let (row, column) = (i / width, i % width)
      rows = min(rows?.lowerBound ?? row, row)...max(rows?.upperBound ?? row, row)
      columns =
        min(columns?.lowerBound ?? column, column)...max(columns?.upperBound ?? column, column)
    }
    guard let rows, let columns else { return nil }
    return Box(
      left: Double(columns.lowerBound), top: Double(rows.lowerBound),
      right: Double(columns.upperBound + 1), bottom: Double(rows.upperBound + 1))
  }

  /// True if some pixel lets something behind it through.
  package var isTransparent: Bool {
    hasAlpha && stride(from: 3, to: pixels.count, by: 4).contains { pixels[$0] != 255 }
  }

  /// The colours alone.
  package var withoutAlpha: Picture {
    guard hasAlpha else { return self }
    let count = 3 * width * height
    let colors = [UInt8](unsafeUninitializedCapacity: count) { colors, initialized in
      pixels.withUnsafeBufferPointer { pixels in
        for i in 0..<count / 3 {
          for c in 0..<3 { colors[3 * i + c] = pixels[4 * i + c] }
        }
      }
      initialized = count
    }
    return Picture(width: width, height: height, pixels: colors)
  }

  /// Colours multiplied by alpha, rounded as Pillow's RGBA → RGBa.
  package func premultiplied() -> Picture {
    guard hasAlpha else { return self }
    var changed = pixels
    changed.withUnsafeMutableBytes { $0.premultiply() }
    return Picture(width: width, height: height, channels: channels, pixels: changed)
  }

  /// Colours divided by alpha, as Pillow's RGBa → RGBA.
  func unpremultiplied() -> Picture {
    var changed = pixels
    changed.withUnsafeMutableBytes { pixels in
      pixels.mapColors { color, alpha in
        alpha == 0 || alpha == 255 ? color : UInt8(clamping: 255 * Int32(color) / Int32(alpha))
      }
    }
    return Picture(width: width, height: height, channels: channels, pixels: changed)
  }
}

/// Pixels of four channels.
extension UnsafeMutableRawBufferPointer {
  /// Whether some pixel lets something behind it through.
  var isTransparent: Bool {
    stride(from: 3, to: count, by: 4).contains { self[$0] != 255 }
  }

  /// Multiplies colours by alpha.
  func premultiply() {
    mapColors { color, alpha in
      let product = Int32(color) * Int32(alpha) + 128
      return UInt8(((product >> 8) + product) >> 8)
    }
  }

  fileprivate func mapColors(_ change: (UInt8, UInt8) -> UInt8) {
    for i in stride(from: 0, to: count, by: 4) {
      for c in 0..<3 { self[i + c] = change(self[i + c], self[i + 3]) }
    }
  }
}

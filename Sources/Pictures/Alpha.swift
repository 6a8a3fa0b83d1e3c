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
    let colors = pixels.indices.lazy.filter { $0 % 4 != 3 }.map { pixels[$0] }
    return Picture(width: width, height: height, pixels: Array(colors))
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

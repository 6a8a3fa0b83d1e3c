/// How stored pixels have to be turned to stand upright: EXIF tag 0x0112, values 1 to 8.
enum Orientation: Int {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, clockwise, transverse, counterclockwise

  /// True if rows become columns.
  var swapsSides: Bool { rawValue >= 5 }

  /// Turns stored pixels upright.
  func applied(to picture: Picture) -> Picture {
    guard self != .upright else { return picture }
    let (width, height) =
      swapsSides ? (picture.height, picture.width) : (picture.width, picture.height)
    let channels = picture.channels
    // Index of the stored pixel = first + column · across + row · down.
    let (w, h) = (picture.width, picture.height)
    let (first, across, down) =
      switch self {
      case .upright: (0, 1, w)
      case .mirrored: (w - 1, -1, w)
      case .upsideDown: (w * h - 1, -1, -w)
      case .flipped: (w * (h - 1), 1, -w)
      case .transposed: (0, w, 1)
      case .clockwise: (w * (h - 1), -w, 1)
      case .transverse: (w * h - 1, -w, -1)
      case .counterclockwise: (w - 1, w, -1)
      }
    let pixels = [UInt8](unsafeUninitializedCapacity: picture.pixels.count) { out, initialized in
      picture.pixels.withUnsafeBufferPointer { stored in
        var to = 0
        for row in 0..<height {
          var from = (first + row * down) * channels
          for _ in 0..<width {
            for c in 0..<channels { out[to + c] = stored[from + c] }
            to += channels
            from += across * channels
          }
        }
      }
      initialized = picture.pixels.count
    }
    return Picture(width: width, height: height, channels: channels, pixels: pixels)
  }
}

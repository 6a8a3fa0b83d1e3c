/// How stored pixels have to be turned to stand upright: EXIF tag 0x0112, values 1 to 8.
enum Orientation: Int {
  case upright = 1
  case mirrored, upsideDown, flipped, transposed, clockwise, transverse, counterclockwise

  /// Reads the orientation from EXIF data, upright if there is none that makes sense.
  ///
  /// Only the first directory is looked at, each offset is checked against the data's end, and at
  /// most 65,535 entries of 12 bytes are read.
  init(exif bytes: UnsafeBufferPointer<UInt8>) {
    self = Self.tag(bytes) ?? .upright
  }

  private static func tag(_ bytes: UnsafeBufferPointer<UInt8>) -> Orientation? {
    guard bytes.count >= 8 else { return nil }
    let isBigEndian: Bool
    switch (bytes[0], bytes[1]) {
    case (0x4D, 0x4D): isBigEndian = true
    case (0x49, 0x49): isBigEndian = false
    default: return nil
    }
    func integer(at offset: Int, length: Int) -> Int? {
      guard offset >= 0, offset + length <= bytes.count else { return nil }
      let part = bytes[offset..<offset + length]
      return isBigEndian
        ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    guard integer(at: 2, length: 2) == 42, let directory = integer(at: 4, length: 4),
      let count = integer(at: directory, length: 2)
    else { return nil }
    for entry in 0..<count {
      let at = directory + 2 + 12 * entry
      guard let tag = integer(at: at, length: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      // A short is stored in the first two bytes of the value field.
      guard integer(at: at + 2, length: 2) == 3, let value = integer(at: at + 8, length: 2) else {
        return nil
      }
      return Orientation(rawValue: value)
    }
    return nil
  }

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

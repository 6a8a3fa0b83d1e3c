/// Takes the rows of a picture down as they are decoded, from the first to the last.
///
/// A class, as C holds on to it.
protocol RowTaker: AnyObject {
  /// Takes the next row, on which may be written: RGB, or RGBA.
  func take(_ row: UnsafeMutableRawBufferPointer)
}

/// Gathers pixels of four channels, of three as long as none of them lets anything behind it through.
final class GatheredPixels: RowTaker {
  private let pixels: UnsafeMutableBufferPointer<UInt8>
  /// Channels of what has been gathered.
  private(set) var channels = 3
  private var count = 0

  /// Gathers into a buffer with room for four channels.
  init(in pixels: UnsafeMutableBufferPointer<UInt8>) { self.pixels = pixels }

  /// Takes pixels of four channels, those that follow; also those that the buffer begins with itself.
  func take(_ row: UnsafeMutableRawBufferPointer) {
    if channels == 3, row.isTransparent { spread() }
    let added = row.count / 4
    if channels == 4 {
      for i in 0..<row.count { pixels[4 * count + i] = row[i] }
    } else {
      for i in 0..<added {
        for c in 0..<3 { pixels[3 * (count + i) + c] = row[4 * i + c] }
      }
    }
    count += added
  }

  /// Gives the pixels gathered so far their fourth channel, from the last on, each of which moves up.
  private func spread() {
    channels = 4
    for i in (0..<count).reversed() {
      let color = (pixels[3 * i], pixels[3 * i + 1], pixels[3 * i + 2])
      (pixels[4 * i], pixels[4 * i + 1], pixels[4 * i + 2]) = color
      pixels[4 * i + 3] = 255
    }
  }
}

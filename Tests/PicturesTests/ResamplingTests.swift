import Pictures
import TestSupport
import Testing

@Suite("Resampling")
struct ResamplingTests {
  @Test("gives Pillow's pixels to the bit", arguments: try PillowFixture.load().resized)
  func pillow(_ expected: PillowFixture.Resized) throws {
    let source = try Picture(contentsOfFile: Fixtures.path(expected.source))
    let box = Box(
      left: expected.box[0], top: expected.box[1], right: expected.box[2], bottom: expected.box[3])
    let picture = source.resized(
      width: expected.width, height: expected.height, box: box, filter: expected.filter)
    #expect(fnv1a64(picture.pixels) == expected.fnv1a64)
  }

  @Test("of the whole picture to its own size changes nothing", arguments: [3, 4])
  func identity(channels: Int) {
    let pixels = (0..<13 * 11 * channels).map { UInt8(truncatingIfNeeded: $0 * $0 * 31) }
    let picture = Picture(width: 13, height: 11, channels: channels, pixels: pixels)
    for filter in Picture.Filter.allCases {
      #expect(
        picture.resized(width: 13, height: 11, box: picture.bounds, filter: filter) == picture)
      // The same through both passes, of a part at whole pixels.
      let part = Box(left: 0, top: 2, right: 13, bottom: 9)
      let rows = Array(picture.pixels[2 * 13 * channels..<9 * 13 * channels])
      if channels == 3 {
        #expect(
          picture.resized(width: 13, height: 7, box: part, filter: filter)
            == Picture(width: 13, height: 7, channels: channels, pixels: rows))
      }
    }
  }

  @Test("leaves one colour as it is", arguments: [(1, 1), (3, 200), (77, 5)])
  func constant(width: Int, height: Int) {
    let picture = Picture(width: 40, height: 30, color: (7, 130, 255))
    let box = Box(left: 0.3, top: 4.7, right: 38.1, bottom: 29.9)
    #expect(
      picture.resized(width: width, height: height, box: box)
        == Picture(width: width, height: height, color: (7, 130, 255)))
  }

  @Test("does not let the colour of invisible pixels through")
  func invisibleColours() {
    // Left half opaque red, right half transparent green.
    let pixels: [UInt8] = (0..<8 * 8).flatMap { $0 % 8 < 4 ? [255, 0, 0, 255] : [0, 255, 0, 0] }
    let picture = Picture(width: 8, height: 8, channels: 4, pixels: pixels)
      .resized(width: 3, height: 3, box: Box(left: 0, top: 0, right: 8, bottom: 8))
    for pixel in 0..<9 { #expect(picture.pixels[4 * pixel + 1] == 0) }
    #expect(picture.pixels[7] > 0 && picture.pixels[7] < 255)
  }

  @Test("a very long side is resampled to its end")
  func longSide() {
    // Single precision cannot tell 2²⁴ from 2²⁴ + 1.
    let width = (1 << 24) + 3
    let picture = Picture(
      width: width, height: 1, pixels: [UInt8](repeating: 9, count: 3 * width))
    for left in [width - 1, width - 2, width - 5] {
      let box = Box(left: Double(left), top: 0, right: Double(width), bottom: 1)
      #expect(
        picture.resized(width: 7, height: 2, box: box)
          == Picture(width: 7, height: 2, color: (9, 9, 9)))
    }
  }
}

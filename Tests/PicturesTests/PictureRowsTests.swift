import Foundation
import Pictures
import TestSupport
import Testing

@Suite("Views of a picture that is decoded by rows")
struct PictureRowsTests {
  static let boxes = [
    Box(left: 0, top: 0, right: 45, bottom: 31), Box(left: 7, top: 0, right: 38, bottom: 31),
    Box(left: 14.75, top: 7.75, right: 30.25, bottom: 23.25),
    Box(left: 3, top: 30, right: 4, bottom: 31),
  ]

  @Test(
    "are those of the decoded picture, to the bit",
    arguments: try PillowFixture.load().decoded.keys.sorted(), Picture.Filter.allCases)
  func views(path: String, filter: Picture.Filter) throws {
    let bytes = try BadInputTests.bytes(path)
    let whole = try Picture(decoding: bytes)
    guard let rows = try PictureRows(bytes, named: path, limits: DecodingLimits()) else {
      #expect(["interlaced", "orientation", "exif", "xmp"].contains { path.contains($0) })
      return
    }
    #expect(rows.bounds == whole.bounds)
    // The boxes are of pictures of 45 × 31 pixels; of others, shares.
    let (x, y) = (whole.bounds.width / 45, whole.bounds.height / 31)
    let boxes = Self.boxes.map {
      Box(left: $0.left * x, top: $0.top * y, right: $0.right * x, bottom: $0.bottom * y)
    }
    for size in [1, 9, 50] {
      let views = try rows.views(boxes, size: size, filter: filter)
      for (view, box) in zip(views, boxes) {
        #expect(
          view
            == whole.premultiplied().resampled(width: size, height: size, box: box, filter: filter))
      }
    }
  }

  @Test("fail where the picture does", arguments: try BadInputTests.cases())
  func damaged(_ bad: BadInputTests.Case) throws {
    let error = #expect(throws: PictureError.self) {
      guard
        let rows = try PictureRows(bad.bytes, named: bad.name, limits: DecodingLimits())
      else {
        _ = try Picture(decoding: bad.bytes, named: bad.name)
        return
      }
      _ = try rows.views([rows.bounds], size: 4, filter: .bicubic)
    }
    #expect(error?.description.contains(bad.words) == true)
  }

  @Test(
    "tell transparency from pixels, not from the file's channels",
    arguments: [[], [0], [34], [17, 18]])
  func opaque(transparent: [Int]) throws {
    var pixels = (0..<5 * 7 * 4).map { $0 % 4 == 3 ? 255 : UInt8(truncatingIfNeeded: $0 * 37) }
    for pixel in transparent { pixels[4 * pixel + 3] = 128 }
    let picture = Picture(width: 5, height: 7, channels: 4, pixels: pixels)
    let bytes = try picture.pngData()
    let channels = transparent.isEmpty ? 3 : 4
    let decoded = try Picture(decoding: bytes)
    #expect(decoded == (channels == 3 ? picture.withoutAlpha : picture))
    let rows = try #require(try PictureRows(bytes, named: "a.png", limits: DecodingLimits()))
    let view = try rows.views([rows.bounds], size: 3, filter: .bicubic)[0]
    #expect(view.channels == channels)
  }
}

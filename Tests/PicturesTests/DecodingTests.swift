import Foundation
import Pictures
import TestSupport
import Testing

@Suite("Decoding")
struct DecodingTests {
  @Test(
    "gives Pillow's pixels to the bit, upright and of every colour type",
    arguments: try PillowFixture.load().decoded.keys.sorted())
  func pillow(path: String) throws {
    let expected = try #require(try PillowFixture.load().decoded[path])
    let picture = try Picture(contentsOfFile: Fixtures.path(path))
    #expect(picture.width == expected.width)
    #expect(picture.height == expected.height)
    #expect(picture.channels == expected.channels)
    #expect(fnv1a64(picture.pixels) == expected.fnv1a64)
  }

  @Test("tells the format by the content, not by the name")
  func contentDecides() throws {
    let png = try Data(contentsOf: URL(filePath: Fixtures.path("pictures/rgb8.png")))
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).jpg").path
    try png.write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let named = try Picture(contentsOfFile: Fixtures.path("pictures/rgb8.png"))
    #expect(try Picture(contentsOfFile: path) == named)
  }

  @Test("a PNG written is read back as it was", arguments: [3, 4])
  func roundTrip(channels: Int) throws {
    let pixels = (0..<5 * 7 * channels).map { UInt8(truncatingIfNeeded: $0 * 37) }
    let picture = Picture(width: 5, height: 7, channels: channels, pixels: pixels)
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).png").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try picture.writePNG(toFile: path)
    #expect(try Picture(contentsOfFile: path) == picture)
    #expect(try Picture(decoding: picture.pngData()) == picture)
  }

  @Test("a PNG that cannot be written is an error that names the file")
  func unwritable() throws {
    let picture = Picture(width: 1, height: 1, color: (1, 2, 3))
    let error = try #require(throws: PictureError.self) {
      try picture.writePNG(toFile: "/no/such/folder/a.png")
    }
    #expect(error.description.hasPrefix("/no/such/folder/a.png: cannot be written"))
  }
}

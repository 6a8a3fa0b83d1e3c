import Foundation
import Pictures
import TestSupport
import Testing

@Suite("A file that is no picture")
struct BadInputTests {
  /// A name, what the file holds, and words that the error must have.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let words: String
    var testDescription: String { name }
  }

  static func cases() throws -> [Case] {
    let jpeg = try bytes("pictures/rgb420.jpg")
    let progressive = try bytes("pictures/progressive.jpg")
    let png = try bytes("pictures/rgb8.png")
    let interlaced = try bytes("pictures/interlaced.png")
    func changed(_ bytes: [UInt8], at index: Int, to value: UInt8) -> [UInt8] {
      var bytes = bytes
      bytes[index] = value
      return bytes
    }
    return [
      Case(name: "empty.jpg", bytes: [], words: "the file is empty"),
      Case(name: "text.jpg", bytes: Array("no picture\n".utf8), words: "neither a JPEG nor a PNG"),
      Case(name: "three-bytes.jpg", bytes: [0xFF, 0xD8, 0xFF], words: "truncated JPEG"),
      Case(name: "half.jpg", bytes: Array(jpeg.dropLast(300)), words: "truncated JPEG"),
      Case(name: "scanless.jpg", bytes: Array(jpeg.prefix(300)), words: "truncated JPEG"),
      Case(name: "endless.jpg", bytes: Array(jpeg.dropLast(2)), words: "end-of-image marker"),
      Case(
        name: "half-progressive.jpg", bytes: Array(progressive.prefix(progressive.count * 2 / 3)),
        words: "truncated JPEG"),
      Case(
        name: "grey-below.jpg", bytes: jpeg.prefix(jpeg.count - 400) + [0xFF, 0xD9],
        words: "truncated JPEG"),
      Case(name: "huge.jpg", bytes: withSize(jpeg, 20_000, 20_000), words: "64 megapixels"),
      Case(name: "empty-inside.jpg", bytes: withSize(jpeg, 5000, 5000), words: "cannot hold"),
      Case(
        name: "lost-place.jpg", bytes: try bytes("damaged/lost-place.jpg"),
        words: "extraneous bytes"),
      Case(
        name: "hole-behind-warning.jpg", bytes: try bytes("damaged/hole-behind-warning.jpg"),
        words: "damaged JPEG"),
      // Within the decoder's own buffer, which the library does not tell of.
      Case(
        name: "three-stray-bytes.jpg", bytes: jpeg.dropLast(2) + [1, 2, 3, 0xFF, 0xD9],
        words: "extraneous bytes"),
      Case(name: "empty-frame.jpg", bytes: withSize(jpeg, 0, 31), words: "JPEG"),
      Case(name: "flat-frame.jpg", bytes: withSize(jpeg, 45, 0), words: "JPEG"),
      Case(
        name: "signature.png", bytes: [0x89, 0x50, 0x4E, 0x47, 13, 10, 26, 10],
        words: "truncated PNG"),
      Case(name: "half.png", bytes: Array(png.prefix(png.count / 2)), words: "truncated PNG"),
      Case(name: "last-row-cut.png", bytes: Array(png.dropLast(23)), words: "truncated PNG"),
      Case(
        name: "half-interlaced.png", bytes: Array(interlaced.prefix(interlaced.count / 2)),
        words: "truncated PNG"),
      Case(
        name: "checksum.png", bytes: changed(png, at: 200, to: png[200] ^ 1), words: "damaged PNG"),
      Case(name: "header-checksum.png", bytes: changed(png, at: 29, to: png[29] ^ 1), words: "CRC"),
      Case(
        name: "end-checksum.png",
        bytes: changed(png, at: png.count - 1, to: png[png.count - 1] ^ 1),
        words: "CRC"),
      Case(
        name: "note-checksum.png",
        bytes: png[..<33] + [0, 0, 0, 3] + Array("tEXta\0b".utf8) + [1, 2, 3, 4] + png[33...],
        words: "CRC"),
      Case(name: "huge.png", bytes: PNGChunks.header(20_000, 20_000), words: "64 megapixels"),
      Case(
        name: "empty-inside.png", bytes: PNGChunks.header(5000, 5000), words: "cannot hold"),
      Case(name: "empty-frame.png", bytes: PNGChunks.header(0, 9), words: "PNG"),
      Case(name: "endless-frame.png", bytes: PNGChunks.header(.max, .max), words: "PNG"),
      Case(
        name: "long-chunk.png", bytes: png[..<33] + [0x7F, 0xFF, 0xFF, 0xFF] + Array("tEXt".utf8),
        words: "truncated PNG"),
    ]
  }

  @Test("is an error of one line that names it and the fault", arguments: try cases())
  func error(_ bad: Case) throws {
    let error = try #require(throws: PictureError.self) {
      try Picture(decoding: bad.bytes, named: bad.name)
    }
    #expect(error.description.hasPrefix("\(bad.name): "))
    #expect(error.description.contains(bad.words))
    #expect(!error.description.contains("\n"))
    #expect(error.localizedDescription == error.description)
  }

  @Test("a limit on pixels can be raised and lowered")
  func limits() throws {
    let bytes = try Self.bytes("pictures/rgb420.jpg")
    let small = DecodingLimits(maximumMegapixels: 0.001)
    #expect(throws: PictureError.self) { try Picture(decoding: bytes, limits: small) }
    #expect(throws: PictureError.self) {
      try Picture(
        contentsOfFile: Fixtures.path("pictures/rgb420.jpg"),
        limits: DecodingLimits(maximumMegapixels: .nan))
    }
    // Beyond the usual limit the file is looked at; it then turns out to be too short.
    let error = #expect(throws: PictureError.self) {
      try Picture(
        decoding: PNGChunks.header(20_000, 20_000), limits: DecodingLimits(maximumMegapixels: 500))
    }
    #expect(error?.reason.contains("truncated") == true)
  }

  @Test("what is missing, a folder, a pipe or closed to us is told apart")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func reason(_ name: String) -> String? {
      let path = folder.appending(path: name).path
      do throws(PictureError) {
        _ = try Picture(contentsOfFile: path)
        return nil
      } catch {
        #expect(error.path == path)
        return error.reason
      }
    }
    let pipe = folder.appending(path: "pipe.png").path
    #expect(mkfifo(pipe, 0o600) == 0)
    #expect(reason("missing.png") == "no such file")
    #expect(reason("") == "is a folder, not a picture")
    #expect(reason("pipe.png") == "is not a regular file")
    try Data([1]).write(to: folder.appending(path: "closed.png"))
    #expect(chmod(folder.appending(path: "closed.png").path, 0) == 0)
    // Root may read everything.
    if geteuid() != 0 { #expect(reason("closed.png")?.hasPrefix("cannot be read") == true) }
  }

  @Test("however large, is not read when its first bytes are no picture's or its size none")
  func endless() throws {
    let folder = try ScratchFolder()
    for (name, head, words) in [
      ("zeros.jpg", [], "neither a JPEG nor a PNG"), ("jpeg.jpg", [0xFF, 0xD8, 0xFF], "30 GB"),
    ] as [(String, [UInt8], String)] {
      let path = try folder.write(head, to: name)
      #expect(truncate(path, 30_000_000_000) == 0)
      let error = #expect(throws: PictureError.self) { try Picture(contentsOfFile: path) }
      #expect(error?.reason.contains(words) == true)
    }
  }

  @Test("with one or two idle bytes before the end marker is one, and read", arguments: [1, 2])
  func stray(count: Int) throws {
    let jpeg = try Self.bytes("pictures/rgb420.jpg")
    let padded = jpeg.dropLast(2) + [UInt8](repeating: 7, count: count) + jpeg.suffix(2)
    #expect(try Picture(decoding: Array(padded)) == Picture(decoding: jpeg))
  }

  static func bytes(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: URL(filePath: Fixtures.path(name))))
  }

  /// A JPEG whose frame header declares another size.
  static func withSize(_ jpeg: [UInt8], _ width: Int, _ height: Int) -> [UInt8] {
    var bytes = jpeg
    for i in 0..<bytes.count - 9 where bytes[i] == 0xFF && bytes[i + 1] == 0xC0 {
      bytes[i + 5] = UInt8(height >> 8)
      bytes[i + 6] = UInt8(height & 255)
      bytes[i + 7] = UInt8(width >> 8)
      bytes[i + 8] = UInt8(width & 255)
      break
    }
    return bytes
  }
}

import Foundation
import Pictures
import TestSupport
import Testing

@Suite("Damaged files")
struct FuzzTests {
  /// Reads what may be anything: a picture within the limit or an error of one line, no trap, no hang.
  static func read(_ bytes: [UInt8]) {
    let start = Date()
    do throws(PictureError) {
      let limits = DecodingLimits(maximumMegapixels: 0.5)
      let picture = try Picture(decoding: bytes, named: "damaged", limits: limits)
      #expect(picture.width * picture.height <= 500_000)
      #expect(picture.pixels.count == picture.width * picture.height * picture.channels)
    } catch {
      #expect(error.description.hasPrefix("damaged: "))
      #expect(!error.description.contains { $0.isNewline })
    }
    #expect(Date().timeIntervalSince(start) < 10)
  }

  static func files(_ suffix: String) throws -> [[UInt8]] {
    let folder = Fixtures.path("pictures")
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
      .filter { $0.hasSuffix(suffix) }
      .map { try Array(Data(contentsOf: URL(filePath: "\(folder)/\($0)"))) }
  }

  @Test("of JPEG are read or refused")
  func jpeg() throws {
    let files = try Self.files(".jpg")
    PictureMutator.repeated(3000, seed: 1) { mutator in
      let file = files[mutator.next(below: files.count)]
      Self.read(mutator.damaged(file))
    }
  }

  @Test("of PNG are read or refused")
  func png() throws {
    let files = try Self.files(".png")
    PictureMutator.repeated(3000, seed: 2) { mutator in
      let file = files[mutator.next(below: files.count)]
      let damaged = mutator.damaged(file)
      // With wrong checksums nothing behind them would be reached.
      Self.read(mutator.next(below: 4) == 0 ? damaged : PNGChunks.resealed(damaged))
    }
  }

  @Test("of EXIF are read or ignored")
  func exif() throws {
    let jpeg = try Array(
      Data(contentsOf: URL(filePath: Fixtures.path("pictures/orientation-6.jpg"))))
    let png = try Array(
      Data(contentsOf: URL(filePath: Fixtures.path("pictures/orientation-6.png"))))
    // SOI, then the segment of EXIF or JFIF; its content is damaged, its length is kept right.
    let start = try #require(jpeg.firstRange(of: Array("Exif\0\0".utf8))?.upperBound)
    let length = Int(jpeg[start - 8]) << 8 | Int(jpeg[start - 7])
    let content = start..<start + length - 8
    let chunk = try #require(png.firstRange(of: Array("eXIf".utf8))?.upperBound)
    PictureMutator.repeated(3000, seed: 3) { mutator in
      let damaged = Array(mutator.damaged(Array(jpeg[content])).prefix(60_000))
      let size = damaged.count + 8
      let sized = [UInt8(size >> 8), UInt8(size & 255)] + Array("Exif\0\0".utf8) + damaged
      let picture = try? Picture(
        decoding: Array(jpeg[..<(start - 8)]) + sized + Array(jpeg[content.upperBound...]))
      // Whatever the EXIF says, the picture itself is whole.
      #expect(picture.map { Set([$0.width, $0.height]) } == [31, 45])
      var changed = png
      for (i, byte) in damaged.prefix(content.count).enumerated() where chunk + i < png.count - 60 {
        changed[chunk + i] = byte
      }
      Self.read(PNGChunks.resealed(changed))
    }
  }
}

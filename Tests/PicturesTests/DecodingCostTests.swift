import Foundation
import Pictures
import TestSupport
import Testing

@Suite("What decoding takes")
struct DecodingCostTests {
  /// Of 45 × 31 pixels.
  static let limit = DecodingLimits(maximumMegapixels: 0.0014)

  @Test("counts the coefficients that a progressive file holds against the limit")
  func coefficients() throws {
    let progressive = try BadInputTests.bytes("pictures/progressive.jpg")
    let sequential = try BadInputTests.bytes("pictures/rgb444.jpg")
    // 1,395 pixels are within 0.0014 megapixels, 8 bytes for each are 11.2 kB. The pixels take 4.2 kB,
    // coefficients of 16 bits 3 to 6 bytes a pixel and those of incomplete blocks.
    #expect(throws: Never.self) { try Picture(decoding: sequential, limits: Self.limit) }
    let error = #expect(throws: PictureError.self) {
      try Picture(decoding: progressive, limits: Self.limit)
    }
    #expect(error?.reason.contains("of memory, more than 8 bytes a pixel of the limit") == true)
    #expect(error?.reason.contains("--max-megapixels") == true)
    let twice = DecodingLimits(maximumMegapixels: 0.0028)
    #expect(throws: Never.self) { try Picture(decoding: progressive, limits: twice) }
  }

  @Test("grows with scans, whose number is bounded by the pixels that each passes over")
  func scans() throws {
    let file = GreyScans.file(coefficients: 63)
    // 127 scans of 4,096 pixels; 100 passes over 0.0041 megapixels are fewer than 0.0053's.
    let picture = try Picture(
      decoding: file, limits: DecodingLimits(maximumMegapixels: 0.0053))
    #expect(picture.pixels == [UInt8](repeating: 128, count: 3 * 64 * 64))
    let error = #expect(throws: PictureError.self) {
      try Picture(decoding: file, limits: DecodingLimits(maximumMegapixels: 0.0041))
    }
    #expect(error?.reason.contains("too many scans") == true)
  }

  @Test("is spent in vain on a component that has no scan, which is an error")
  func missingScan() throws {
    let error = #expect(throws: PictureError.self) {
      try Picture(decoding: GreyScans.file(coefficients: 1, components: 3))
    }
    #expect(error?.reason == "truncated JPEG: the scan of a component is missing")
  }
}

/// A progressive file of 64 × 64 pixels of level 128, each coefficient in two scans of its own; of several
/// components only the first has any.
enum GreyScans {
  static func file(coefficients: Int, components: UInt8 = 1) -> [UInt8] {
    var bytes: [UInt8] = [0xFF, 0xD8]
    bytes += segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
    bytes += segment(
      0xC2, [8, 0, 64, 0, 64, components] + (1...components).flatMap { [$0, 0x11, 0] })
    // A code of one bit each: difference 0, and "64 and more blocks end here", six bits saying how many.
    bytes += segment(0xC4, [0, 1] + [UInt8](repeating: 0, count: 15) + [0])
    bytes += segment(0xC4, [0x10, 1] + [UInt8](repeating: 0, count: 15) + [0x60])
    bytes += scan(0...0, high: 0, low: 0) + [UInt8](repeating: 0, count: 8)
    let ends: [UInt8] = [0x01]
    for k in 1..<UInt8(coefficients + 1) {
      bytes += scan(k...k, high: 0, low: 1) + ends + scan(k...k, high: 1, low: 0) + ends
    }
    return bytes + [0xFF, 0xD9]
  }

  private static func scan(_ band: ClosedRange<UInt8>, high: UInt8, low: UInt8) -> [UInt8] {
    segment(0xDA, [1, 1, 0, band.lowerBound, band.upperBound, high << 4 | low])
  }

  private static func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
    let length = body.count + 2
    return [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + body
  }
}

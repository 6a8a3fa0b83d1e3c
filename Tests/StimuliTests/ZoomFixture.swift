import Foundation
import Pictures
import TestSupport

/// Pillow's stimuli of four photographs at five scales.
struct ZoomFixture {
  static let names = [
    "n01443537_goldfish", "n01882714_koala", "n02085620_Chihuahua", "n02165456_ladybug",
  ]
  static let scales = [1, 1.25, 1.5, 1.75, 2]
  static let size = 64

  static func photograph(_ name: String) throws -> Picture {
    try Picture(contentsOfFile: Fixtures.path("photographs/\(name).JPEG"))
  }

  /// `[photograph, scale, 64, 64, 3]`.
  private let pixels: Data

  init() throws {
    let file = try Data(contentsOf: URL(filePath: Fixtures.path("sknet26-tiny-zoom.safetensors")))
    let headerSize = file.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
    let header = try JSONSerialization.jsonObject(with: file[8..<8 + headerSize])
    let tensor = (header as? [String: Any])?["pixels"] as? [String: Any]
    let offsets = tensor?["data_offsets"] as? [Int] ?? [0, 0]
    pixels = file[8 + headerSize + offsets[0]..<8 + headerSize + offsets[1]]
  }

  func pixels(of name: String, scale: Double) -> [UInt8] {
    guard let i = Self.names.firstIndex(of: name), let j = Self.scales.firstIndex(of: scale) else {
      return []
    }
    let count = Self.size * Self.size * 3
    let start = pixels.startIndex + (i * Self.scales.count + j) * count
    return Array(pixels[start..<start + count])
  }
}

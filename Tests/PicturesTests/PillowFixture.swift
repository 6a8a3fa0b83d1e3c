import Foundation
import Pictures
import TestSupport
import Testing

/// What Pillow 13.0 made of the pictures in `Tests/Fixtures`.
struct PillowFixture: Decodable {
  struct Decoded: Decodable {
    let width: Int
    let height: Int
    let channels: Int
    let fnv1a64: String
  }

  struct Resized: Decodable, Sendable, CustomTestStringConvertible {
    let source: String
    let width: Int
    let height: Int
    let box: [Double]
    let filter: Picture.Filter
    let fnv1a64: String
    var testDescription: String { "\(source) \(box) to \(width) × \(height), \(filter)" }
  }

  /// By path.
  let decoded: [String: Decoded]
  let resized: [Resized]

  static func load() throws -> PillowFixture {
    let data = try Data(contentsOf: URL(filePath: Fixtures.path("pillow.json")))
    return try JSONDecoder().decode(PillowFixture.self, from: data)
  }
}

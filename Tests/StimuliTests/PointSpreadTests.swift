import Foundation
import Pictures
import Stimuli
import Testing

@Suite("The point spread of a photograph")
struct PointSpreadTests {
  /// Vertical edges, straight or nearly so, each seen through a Gaussian and sampled at pixels' centres.
  static func edges(sigma: Double) -> Picture {
    let (width, height) = (120, 90)
    let pixels = (0..<height).flatMap { y in
      (0..<width).flatMap { x -> [UInt8] in
        let place = Double(x) - 60.3 - 0.05 * Double(y % 20)
        let level = 128 + 100 * erf(place / (2.0.squareRoot() * sigma))
        return [UInt8](repeating: UInt8(level.rounded()), count: 3)
      }
    }
    return Picture(width: width, height: height, pixels: pixels)
  }

  @Test("is that of ideal edges", arguments: [0.4, 0.5, 0.7, 1, 1.5, 2.5])
  func ideal(sigma: Double) {
    let picture = Self.edges(sigma: sigma)
    let measured = PointSpread.measured(in: picture, within: picture.bounds)
    // Levels are rounded, and an edge's faint ends are lost.
    #expect(abs(measured - sigma) < 0.05)
  }

  @Test("adds in squares when a photograph is blurred", arguments: ZoomFixture.names)
  func blurred(name: String) throws {
    let picture = try ZoomFixture.photograph(name)
    let side = { (pixels: Int) in
      AxisSampling(from: 0, to: Double(pixels), result: pixels, blur: 1)
    }
    let blurred = picture.resampled(
      columns: side(picture.width), rows: side(picture.height), filter: .bicubic)
    let before = PointSpread.measured(in: picture, within: picture.bounds)
    let after = PointSpread.measured(in: blurred, within: picture.bounds)
    // Blurred, other edges are the highest, and some have run into their neighbours.
    #expect(abs(after - (before * before + 1).squareRoot()) < 0.35)
  }

  @Test("of a picture without edges is the least that is believed")
  func none() {
    let picture = Picture(width: 9, height: 9, color: (5, 5, 5))
    #expect(PointSpread.measured(in: picture, within: picture.bounds) == 0.2)
  }
}

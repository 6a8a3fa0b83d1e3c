import Foundation
import Pictures
import Randomness
import Stimuli
import TestSupport
import Testing
import TrainingData

@Suite("Variations of training pictures")
struct AugmentationTests {
  /// What Pillow 13.0 made of the fixtures' photographs by resize, expand and crop, mirror, enhance.
  struct Varied: Decodable, Sendable, CustomTestStringConvertible {
    var source: String
    var size: Int
    var box: [Double]
    var filter: Picture.Filter
    var offset: [Int]
    var isMirrored: Bool
    var brightness: Double
    var contrast: Double
    var saturation: Double
    var fill: [UInt8]
    var fnv1a64: String
    var testDescription: String { "\(source) to \(size), moved by \(offset)" }

    static func load() throws -> [Varied] {
      let data = try Data(contentsOf: URL(filePath: Fixtures.path("augmentation.json")))
      return try JSONDecoder().decode([Varied].self, from: data)
    }
  }

  @Test("have Pillow's pixels to the bit", arguments: try Varied.load())
  func pillow(_ expected: Varied) throws {
    let draw = Augmentation.Draw(
      box: Box(
        left: expected.box[0], top: expected.box[1], right: expected.box[2],
        bottom: expected.box[3]),
      offset: (expected.offset[0], expected.offset[1]), isMirrored: expected.isMirrored,
      jitter: ColorJitter(
        brightness: expected.brightness, contrast: expected.contrast,
        saturation: expected.saturation))
    let picture = try Picture(contentsOfFile: Fixtures.path(expected.source)).varied(
      draw, size: expected.size, filter: expected.filter,
      fill: (expected.fill[0], expected.fill[1], expected.fill[2]))
    #expect(fnv1a64(picture.pixels) == expected.fnv1a64)
  }

  @Test(
    "draw areas, aspects and places evenly within their bounds", arguments: [(80, 60), (64, 64)])
  func boxes(width: Int, height: Int) {
    let augmentation = Augmentation(area: 0.2...0.8, aspect: 0.8...1.25)
    let picture = Picture(width: width, height: height, color: (0, 0, 0))
    var (areas, logarithms, lefts) = (0.0, 0.0, 0.0)
    let count = 4000
    for index in 0..<count {
      var random = SplitMix64(seed: 1, name: "\(index)")
      let box = augmentation.draw(for: picture, crop: 1, &random).box
      #expect(picture.bounds.clipped(to: box) == box)
      let area = box.area / picture.bounds.area
      #expect((0.2 - 1e-9...0.8 + 1e-9).contains(area))
      #expect((0.8 - 1e-9...1.25 + 1e-9).contains(box.width / box.height))
      areas += area
      logarithms += log(box.width / box.height)
      lefts += box.left / (Double(width) - box.width)
    }
    // Of a picture that is not square, large and narrow boxes are drawn anew: nothing is even then.
    guard width == height else { return }
    // Means of uniform draws: standard errors are 0.003, 0.002 and 0.005.
    #expect(abs(areas / Double(count) - 0.5) < 0.012)
    #expect(abs(logarithms / Double(count)) < 0.01)
    #expect(abs(lefts / Double(count) - 0.5) < 0.02)
  }

  @Test("show the central part where no box of the bounds fits")
  func fallback() {
    let picture = Picture(width: 100, height: 10, color: (0, 0, 0))
    var random = SplitMix64(seed: 1, name: "")
    let draw = Augmentation(area: 0.9...1, aspect: 0.5...2).draw(for: picture, crop: 1, &random)
    #expect(draw.box == Box(left: 40, top: 0, right: 60, bottom: 10))
  }

  @Test("are none unless asked for")
  func none() {
    let picture = Picture(width: 5, height: 5, pixels: (0..<75).map { UInt8(3 * $0) })
    var random = SplitMix64(seed: 1, name: "")
    let draw = Augmentation().draw(for: picture, crop: 1, &random)
    #expect(draw == Augmentation.Draw(box: picture.bounds))
    #expect(picture.varied(draw, size: 5, filter: .bicubic, fill: (0, 0, 0)) == picture)
  }

  @Test("mirror half of the pictures and move them evenly")
  func flipsAndMoves() {
    let augmentation = Augmentation(padding: 2, flips: true)
    let picture = Picture(width: 8, height: 8, color: (0, 0, 0))
    var mirrored = 0
    var places: [[Int]: Int] = [:]
    for index in 0..<5000 {
      var random = SplitMix64(seed: 3, name: "\(index)")
      let draw = augmentation.draw(for: picture, crop: 1, &random)
      mirrored += draw.isMirrored ? 1 : 0
      places[[draw.offset.x, draw.offset.y], default: 0] += 1
    }
    // Four standard deviations of a binomial: 35 of 2,500, 14 of 200.
    #expect(abs(mirrored - 2500) < 142)
    #expect(places.count == 25)
    #expect(places.values.allSatisfy { abs($0 - 200) < 57 })
  }
}

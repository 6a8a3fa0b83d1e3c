import Foundation
import Pictures
import Stimuli
import TestSupport
import Testing

@Suite("Controls")
struct ControlTests {
  /// Hashes of what Pillow makes by reducing and enlarging the stimulus at scale 1.
  struct Blurred: Decodable, Sendable, CustomTestStringConvertible {
    let photograph: String
    let scale: Double
    let fnv1a64: String
    var testDescription: String { "\(photograph) at \(scale)" }

    static func load() throws -> [Blurred] {
      struct File: Decodable { let blurred: [Blurred] }
      let data = try Data(contentsOf: URL(filePath: Fixtures.path("pillow.json")))
      return try JSONDecoder().decode(File.self, from: data).blurred
    }
  }

  static func controls(
    _ control: Control, of picture: Picture, size: Int, scales: [Double], target: Box? = nil
  ) throws -> [Stimulus] {
    let specification = try StimulusSpecification(scales: scales, size: size, controls: [control])
    return try StimulusMaker(specification).stimuli(for: picture, target: target, name: "a")
      .filter { $0.control == control }
  }

  @Test("blur gives Pillow's pixels to the bit", arguments: try Blurred.load())
  func blur(_ expected: Blurred) throws {
    let picture = try ZoomFixture.photograph(expected.photograph)
    let stimuli = try Self.controls(.blur, of: picture, size: 64, scales: [1, expected.scale])
    let hash = stimuli[0].pixels.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
      ($0 ^ UInt64($1)) &* 0x100_0000_01B3
    }
    #expect(hash == UInt64(expected.fnv1a64, radix: 16))
    #expect(stimuli[0].box.width == Double(min(picture.width, picture.height)))
  }

  @Test("blur leaves one colour as it is")
  func constantBlur() throws {
    let picture = Picture(width: 50, height: 40, color: (3, 200, 90))
    for stimulus in try Self.controls(.blur, of: picture, size: 17, scales: [1, 1.3, 20]) {
      #expect(stimulus.pixels == Picture(width: 17, height: 17, color: (3, 200, 90)).pixels)
    }
  }

  @Test(
    "spectrum gives the pixels that NumPy computed in double precision",
    arguments: [("n01443537_goldfish", 64), ("n02085620_Chihuahua", 63)])
  func spectrum(name: String, size: Int) throws {
    let short = name.split(separator: "_")[1]
    let expected = try Picture(contentsOfFile: Fixtures.path("spectrum-\(short)-\(size).png"))
    let stimuli = try Self.controls(
      .spectrum, of: ZoomFixture.photograph(name), size: size, scales: [1, 2])
    let differences = zip(stimuli[0].pixels, expected.pixels).map { abs(Int($0) - Int($1)) }
    // Rounding may fall to either side where single precision ends.
    #expect(differences.max() ?? 255 <= 1)
    #expect(differences.reduce(0, +) < differences.count / 500)
  }

  @Test("spectrum of one colour stays one colour", arguments: [1, 2, 31])
  func constantSpectrum(size: Int) throws {
    let picture = Picture(width: 62, height: 62, color: (60, 61, 62))
    for stimulus in try Self.controls(.spectrum, of: picture, size: size, scales: [1, 2]) {
      #expect(stimulus.pixels == Picture(width: size, height: size, color: (60, 61, 62)).pixels)
    }
  }

  @Test("surround is an equally large crop that does not touch the target")
  func surround() throws {
    let picture = try ZoomFixture.photograph("n02085620_Chihuahua")
    let target = Box(left: 300, top: 40, right: 420, bottom: 200)
    let stimuli = try Self.controls(
      .surround, of: picture, size: 32, scales: [1, 1.5, 2], target: target)
    // 375/1.5 = 250 columns fit to the left of 300.
    #expect(stimuli.map(\.scale) == [1.5, 2])
    for stimulus in stimuli {
      #expect(stimulus.box.width == 375 / stimulus.scale)
      #expect(stimulus.box.left == 0)
      #expect(stimulus.box.bottom == 375)
      let expected = picture.resized(width: 32, height: 32, box: stimulus.box)
      #expect(stimulus.pixels == expected.pixels)
    }
  }

  @Test("surround is left out where the target is everywhere")
  func noSurround() throws {
    let picture = Picture(width: 40, height: 40, color: (1, 1, 1))
    #expect(
      try Self.controls(.surround, of: picture, size: 8, scales: [1, 2], target: picture.bounds)
        .isEmpty)
  }
}

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

  @Test("surround zooms about the centre of the largest square of background")
  func surround() throws {
    let picture = try ZoomFixture.photograph("n02085620_Chihuahua")
    let target = Box(left: 300, top: 40, right: 420, bottom: 200)
    let stimuli = try Self.controls(
      .surround, of: picture, size: 32, scales: [1, 1.5, 2], target: target)
    // 300 columns are free to the left of the target, whose centre is in the upper half.
    #expect(stimuli.map(\.scale) == [1, 1.5, 2])
    for stimulus in stimuli {
      #expect(
        stimulus.box
          == Box(
            centerX: 150, centerY: 225, width: 300 / stimulus.scale, height: 300 / stimulus.scale))
      let expected = picture.resized(width: 32, height: 32, box: stimulus.box)
      #expect(stimulus.pixels == expected.pixels)
      #expect(!stimulus.isUndersampled)
      #expect(stimulus.visibleShare == 0)
    }
  }

  @Test("surround is left out where the target is everywhere, or the background has too few pixels")
  func noSurround() throws {
    let picture = Picture(width: 40, height: 40, color: (1, 1, 1))
    #expect(
      try Self.controls(.surround, of: picture, size: 8, scales: [1, 2], target: picture.bounds)
        .isEmpty)
    let half = Box(left: 0, top: 0, right: 20, bottom: 40)
    let few = try Self.controls(.surround, of: picture, size: 16, scales: [1, 2], target: half)
    #expect(few.isEmpty)
    let enough = try Self.controls(.surround, of: picture, size: 10, scales: [1, 2], target: half)
    #expect(enough.map(\.box.width) == [20, 10])
  }

  @Test(
    "psf leaves the largest scale as it is, and blurs the smaller ones more",
    arguments: [0.5, 1, 2])
  func sharpness(factor: Double) throws {
    let picture = try ZoomFixture.photograph("n02165456_ladybug")
    let specification = try StimulusSpecification(
      scales: [1, 1.5, 2], size: 64, controls: [.psf], psfFactor: factor)
    let stimuli = try StimulusMaker(specification).stimuli(for: picture, name: "a")
    let (zoom, psf) = (stimuli.prefix(3), stimuli.suffix(3))
    #expect(psf.map(\.scale) == [1, 1.5, 2])
    #expect(psf.last?.pixels == zoom.last?.pixels)
    let changes = zip(zoom, psf).map { a, b in
      zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    }
    #expect(changes[0] > changes[1])
    #expect(changes[1] > changes[2])
  }

  @Test("scrambled leaves what is beside the target as it is")
  func scrambled() throws {
    let picture = try ZoomFixture.photograph("n02085620_Chihuahua")
    let target = Box(left: 200, top: 100, right: 300, bottom: 260)
    let specification = try StimulusSpecification(
      scales: [1, 2], size: 75, controls: [.scrambled], filter: .bilinear)
    let stimuli = try StimulusMaker(specification).stimuli(
      for: picture, target: target, name: "a")
    // A pixel is five of the photograph, the view begins at column 62.5.
    var (inside, beside) = (0, 0)
    for y in 0..<75 {
      for x in 0..<75 {
        let at = 3 * (75 * y + x)
        let isChanged = stimuli[0].pixels[at..<at + 3] != stimuli[2].pixels[at..<at + 3]
        if (30..<45).contains(x), (22..<50).contains(y) {
          inside += isChanged ? 1 : 0
        } else if x < 26 || x > 48 || y < 18 || y > 53 {
          beside += isChanged ? 1 : 0
        }
      }
    }
    #expect(inside > 400)
    #expect(beside == 0)
  }

  @Test("noise has the photograph's colours, and the same spectrum at any zoom")
  func noise() throws {
    let picture = try ZoomFixture.photograph("n02165456_ladybug")
    // The ring means of one field scatter; those of several photographs' names average out.
    var ratios = [Double](repeating: 0, count: 32)
    let names = (0..<12).map { "\($0).png" }
    for name in names {
      let specification = try StimulusSpecification(scales: [1, 2], size: 64, controls: [.noise])
      let stimuli = try StimulusMaker(specification).stimuli(for: picture, name: name)
      let noise = stimuli.filter { $0.control == .noise }
        .map { Picture(width: 64, height: 64, pixels: $0.pixels) }
      #expect(noise.count == 2)
      let spectra = Spectra(of: noise).amplitudes
      for ring in 2..<32 {
        let of = (0..<2).map { i in (0..<3).reduce(0.0) { $0 + log(Double(spectra[i][$1][ring])) } }
        ratios[ring] += (of[1] - of[0]) / 3 / Double(names.count)
      }
      // Rounded and clipped, the means stay near the photograph's.
      for c in 0..<3 {
        let mean = { (pixels: [UInt8]) in
          stride(from: c, to: pixels.count, by: 3).reduce(0.0) { $0 + Double(pixels[$1]) } / 4096
        }
        #expect(abs(mean(noise[0].pixels) - mean(stimuli[0].pixels)) < 8)
      }
    }
    let mean = ratios[2...].reduce(0, +) / 30
    #expect(abs(mean) < 0.06)
    // The finest third as well: nothing is blurrier at one scale than at the other.
    #expect(abs(ratios[22...].reduce(0, +) / 10) < 0.08)
  }
}

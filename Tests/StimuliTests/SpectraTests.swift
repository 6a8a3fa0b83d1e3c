import Pictures
import Randomness
import Stimuli
import Testing

@Suite("The radially averaged amplitude spectrum")
struct SpectraTests {
  /// A picture of random levels around the middle, where nothing clips.
  static func noise(_ size: Int, contrast: Int, seed: UInt64) -> Picture {
    var random = SplitMix64(seed: seed, name: "noise")
    let pixels = (0..<size * size * 3).map { _ in
      UInt8(128 - contrast + Int(random.next() % UInt64(2 * contrast + 1)))
    }
    return Picture(width: size, height: size, pixels: pixels)
  }

  @Test("of a picture imposed on itself changes nothing", arguments: [1, 2, 3, 8, 17, 64, 224])
  func identity(size: Int) {
    let picture = Self.noise(size, contrast: 100, seed: 1)
    let same = Spectra(of: [picture, picture]).imposing(1, on: 0)
    for (a, b) in zip(picture.pixels, same.pixels) { #expect(abs(Int(a) - Int(b)) <= 1) }
  }

  @Test("is that of the other picture, and the mean is the picture's own", arguments: [16, 33])
  func imposed(size: Int) {
    let own = Self.noise(size, contrast: 12, seed: 1)
    let other = Self.noise(size, contrast: 40, seed: 2).resized(
      width: size, height: size, box: Box(left: 0, top: 0, right: 9, bottom: 9))
    let result = Spectra(of: [own, other]).imposing(1, on: 0)
    let amplitudes = Spectra(of: [own, other, result]).amplitudes
    // Rounding to levels adds noise of variance 1/12 to every coefficient.
    let rounding = Float(size) * 0.3
    for channel in 0..<3 {
      #expect(abs(amplitudes[2][channel][0] - amplitudes[0][channel][0]) < rounding * 4)
      for ring in 1..<amplitudes[1][channel].count {
        let expected = amplitudes[1][channel][ring]
        #expect(abs(amplitudes[2][channel][ring] - expected) < 0.02 * expected + rounding)
      }
    }
  }

  @Test("of a wave stands in the ring of its frequency")
  func wave() {
    // A square wave of period 4 along the columns: frequency 16/4 and, aliased, 3 · 16/4 = 12 → 4.
    let pixels = (0..<16 * 16).flatMap { i -> [UInt8] in
      let level: UInt8 = i % 4 < 2 ? 100 : 140
      return [level, level, level]
    }
    let rings = Spectra(of: [Picture(width: 16, height: 16, pixels: pixels)]).amplitudes[0][0]
    #expect(abs(rings[0] - 256 * 120) < 0.1)
    for (ring, amplitude) in rings.enumerated().dropFirst() {
      #expect(ring == 4 ? amplitude > 100 : amplitude < 0.01)
    }
  }
}

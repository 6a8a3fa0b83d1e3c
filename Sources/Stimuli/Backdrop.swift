import Pictures

extension StimulusMaker {
  /// What lies behind a photograph of this name, at the stimuli's size.
  func backdrop(for name: String) -> Picture {
    let size = specification.size
    if let backdrop { return backdrop }
    guard specification.background == .noise else { return .gray(size: size) }
    // By the file's name, wherever the file lies.
    let file = name.split(separator: "/").last.map(String.init) ?? name
    var random = SplitMix64(seed: specification.seed, name: file)
    let count = size * size * 3
    return Picture(
      width: size, height: size, pixels: (0..<count).map { _ in UInt8(random.next() >> 56) })
  }
}

/// Steele, Lea and Flood's generator (OOPSLA 2014), started from a seed and a name.
package struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  /// Mixes the name into the seed by FNV-1a, 64 bits.
  package init(seed: UInt64, name: String) {
    state = name.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in −0.5…0.5 of 24 bits.
  mutating func uniform() -> Float { Float(next() >> 40) / Float(1 << 24) - 0.5 }
}

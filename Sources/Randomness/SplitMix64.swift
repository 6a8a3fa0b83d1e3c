/// Steele, Lea and Flood's generator (OOPSLA 2014): small, fast, and the same everywhere.
///
/// A stream follows from a seed and a name, or from a seed alone. Value i of it, from 0, is the finaliser
/// of its start + (i + 1) · 0x9E3779B97F4A7C15: any value can be had without those before it.
@frozen
package struct SplitMix64: RandomNumberGenerator, Sendable {
  @usableFromInline package var state: UInt64

  /// A seed's stream.
  @inlinable
  package init(seed: UInt64) { state = seed }

  /// A name's stream among a seed's: the name is mixed into the seed by FNV-1a, 64 bits.
  @inlinable
  package init(seed: UInt64, name: String) {
    state = name.utf8.reduce(0xCBF2_9CE4_8422_2325 ^ seed) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  /// The next 64 random bits.
  @inlinable
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.finalized(state)
  }

  /// The random bits that come at a place, 0 being the next.
  @inlinable
  package subscript(place: Int) -> UInt64 {
    Self.finalized(state &+ (UInt64(truncatingIfNeeded: place) &+ 1) &* 0x9E37_79B9_7F4A_7C15)
  }

  @inlinable
  package static func finalized(_ state: UInt64) -> UInt64 {
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

import Foundation

/// Damages bytes at random, the same way for the same seed.
struct Mutator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// Steele, Lea and Flood's SplitMix64.
  mutating func next(below bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(max(1, bound)))
  }

  /// One to eight changes: a bit, a byte, an extreme value, a cut, a doubled or a missing stretch.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for _ in 0...next(below: 8) {
      guard !bytes.isEmpty else { break }
      let at = next(below: bytes.count)
      let length = min(next(below: 40) + 1, bytes.count - at)
      switch next(below: 8) {
      case 0, 1: bytes[at] ^= 1 << UInt8(next(below: 8))
      case 2, 3: bytes[at] = UInt8(next(below: 256))
      case 4: bytes[at] = [0, 1, 0x7F, 0x80, 0xFF][next(below: 5)]
      case 5: bytes.insert(contentsOf: bytes[at..<at + length], at: next(below: bytes.count))
      case 6: bytes.removeSubrange(at..<at + length)
      default: if next(below: 4) == 0 { bytes.removeSubrange(at...) }
      }
    }
    return bytes
  }

  /// Runs a body often: `count` times, or for as many seconds as `SK_FUZZ_SECONDS` says.
  static func repeated(_ count: Int, seed: UInt64, _ body: (inout Mutator) throws -> Void) rethrows
  {
    var mutator = Mutator(seed: seed)
    guard let text = ProcessInfo.processInfo.environment["SK_FUZZ_SECONDS"],
      let seconds = Double(text)
    else {
      for _ in 0..<count { try body(&mutator) }
      return
    }
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end { try body(&mutator) }
  }
}

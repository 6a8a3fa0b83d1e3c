import Foundation
import Randomness

/// Damages bytes at random, the same way for the same seed.
struct PictureMutator {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func next(below bound: Int) -> Int { Int(random.next() % UInt64(max(1, bound))) }

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
  static func repeated(_ count: Int, seed: UInt64, _ body: (inout PictureMutator) throws -> Void)
    rethrows
  {
    var mutator = PictureMutator(seed: seed)
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

import Randomness

/// Spoils bytes at random, the same way for the same seed.
struct CheckpointMutator: RandomNumberGenerator {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func next() -> UInt64 { random.next() }

  /// What parsers stumble over.
  private static let snippets = [
    "{", "}", "[", "]", "\"", "\\", ",", ":", "0", "-", "1e9", "null", "true", "\u{0}", "é",
    "9223372036854775807", "9223372036854775808", "18446744073709551616", "4294967296", "-1", "1.5",
    "\\ud800", "\\u0000", "data_offsets", "__metadata__", "[[[[[[[[", "{\"a\":", "F64", "U8",
    "BF16",
  ].map { Array($0.utf8) }

  /// The bytes with one to three faults, most of them near the front where the header is.
  mutating func spoiled(_ bytes: [UInt8], headerEnd: Int) -> [UInt8] {
    var bytes = bytes
    let dataCount = bytes.count - headerEnd
    for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
      let limit = Int.random(in: 0..<8, using: &self) == 0 ? bytes.count : headerEnd
      let place = Int.random(in: 0..<max(1, min(limit, bytes.count)), using: &self)
      let end = min(bytes.count, place + Int.random(in: 1...12, using: &self))
      switch Int.random(in: 0..<7, using: &self) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
      case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4:
        let snippet = Self.snippets.randomElement(using: &self) ?? []
        bytes.replaceSubrange(place..<min(bytes.count, place + snippet.count), with: snippet)
      case 5: bytes.insert(contentsOf: Self.snippets.randomElement(using: &self) ?? [], at: place)
      default: bytes.removeSubrange(place...)
      }
      // Half of the time the length is put right again, so that the faults get past it.
      if Bool.random(using: &self), bytes.count > 8 + dataCount {
        let length = bytes.count - 8 - dataCount
        for index in 0..<8 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * index)) }
      }
    }
    return bytes
  }
}

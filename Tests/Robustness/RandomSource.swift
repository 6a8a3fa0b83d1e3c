import Randomness

/// The same trials for the same seed.
struct RandomSource: RandomNumberGenerator {
  private var random: SplitMix64

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func next() -> UInt64 { random.next() }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<max(bound, 1), using: &self) }
}

extension RandomSource {
  /// What parsers of texts stumble over.
  private static let texts = [
    "{", "}", "[", "]", "\"", "'", "\\", ",", ":", "\t", "\r", "\u{0}", "\u{FEFF}", "-1", "0",
    "1e999",
    "nan", "null", "~", "true", "&a ", "*a", "<<: ", "!!binary ", "? ", "|\n", "---\n", "\u{1B}[2J",
    "\u{202E}", "9223372036854775807", "9223372036854775808", "18446744073709551616", "é",
    "e\u{301}",
    "../", "/dev/zero", "[[[[[[[[[[[[[[[[", "{a: {a: {a: {a: ",
  ].map { Array($0.utf8) }

  /// What readers of lengths and counts stumble over.
  private static let numbers: [[UInt8]] = [
    [0, 0, 0, 0], [0xFF, 0xFF, 0xFF, 0xFF], [0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0x80],
    [0xFF, 0xFE],
    [0, 0, 0, 0, 0, 0, 0, 0x80], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x40], [0x01],
  ]

  /// The bytes with one to four faults.
  ///
  /// - Parameters:
  ///   - bytes: Something sound.
  ///   - isText: Whether what is put in are words rather than numbers.
  /// - Returns: The spoilt bytes.
  mutating func spoiled(_ bytes: [UInt8], isText: Bool = false) -> [UInt8] {
    var bytes = bytes
    for _ in 0...below(4) where !bytes.isEmpty {
      // Half of the faults near the front, where headers are.
      let place = below(below(2) == 0 ? min(bytes.count, 400) : bytes.count)
      let end = min(bytes.count, place + 1 + below(isText ? 24 : 64))
      let piece = (isText ? Self.texts : Self.numbers).randomElement(using: &self) ?? []
      switch below(8) {
      case 0: bytes[place] = UInt8(below(256))
      case 1: bytes[place] ^= 1 << UInt8(below(8))
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4: bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
      case 5: bytes.insert(contentsOf: piece, at: place)
      case 6: if below(4) == 0 { bytes.removeSubrange(place...) }
      default:
        let other = below(bytes.count)
        let length = min(end - place, bytes.count - other)
        bytes.replaceSubrange(place..<place + length, with: Array(bytes[other..<other + length]))
      }
    }
    return bytes
  }
}

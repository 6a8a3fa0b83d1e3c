/// The hash by which runs recognise models and photographs.
///
/// - SeeAlso: FIPS 180-4, section 6.2.
public struct SHA256: Sendable {
  private var state: SIMD8<UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// A hash of nothing so far.
  public init() {}

  /// The hash of some bytes in hexadecimal.
  public static func hexDigest(of bytes: some Sequence<UInt8>) -> String {
    var hash = SHA256()
    hash.update(Array(bytes))
    return hash.hexDigest()
  }

  /// The hash of a file in hexadecimal; the file is read in pieces.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read.
  public static func hexDigest(ofFile path: String) throws(CheckpointError) -> String {
    try hexDigest(of: ReadableFile(path: path))
  }

  static func hexDigest(of file: ReadableFile) throws(CheckpointError) -> String {
    var hash = SHA256()
    var offset = 0
    while offset < file.byteCount {
      let count = min(1 << 20, file.byteCount - offset)
      hash.update(try file.bytes(at: offset, count: count))
      offset += count
    }
    return hash.hexDigest()
  }

  /// Appends bytes to what is hashed.
  public mutating func update(_ bytes: [UInt8]) {
    byteCount &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let missing = min(64 - pending.count, rest.count)
      pending.append(contentsOf: rest.prefix(missing))
      rest = rest.dropFirst(missing)
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { compress($0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 64 * 64
    if whole > 0 {
      rest.prefix(whole).withUnsafeBytes { compress($0) }
    }
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// The hash of everything appended, in hexadecimal.
  public func hexDigest() -> String {
    var last = self
    var padding: [UInt8] = [0x80]
    padding.append(
      contentsOf: repeatElement(0, count: (119 - Int(byteCount % 64)) % 64))
    let bits = byteCount &* 8
    padding.append(contentsOf: (0..<8).map { UInt8(truncatingIfNeeded: bits >> (56 - 8 * $0)) })
    last.update(padding)
    let digits = Array("0123456789abcdef")
    var text = ""
    for word in last.state.indices.map({ last.state[$0] }) {
      for shift in stride(from: 28, through: 0, by: -4) {
        text.append(digits[Int(word >> UInt32(shift) & 15)])
      }
    }
    return text
  }

  /// Takes in whole blocks of 64 bytes.
  private mutating func compress(_ blocks: UnsafeRawBufferPointer) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      SHA256.roundConstants.withUnsafeBufferPointer { constants in
        for start in stride(from: 0, to: blocks.count, by: 64) {
          for t in 0..<16 {
            schedule[t] = UInt32(
              bigEndian: blocks.loadUnaligned(fromByteOffset: start + 4 * t, as: UInt32.self))
          }
          for t in 16..<64 {
            let x = schedule[t - 15]
            let y = schedule[t - 2]
            let s0 = rotated(x, 7) ^ rotated(x, 18) ^ x >> 3
            let s1 = rotated(y, 17) ^ rotated(y, 19) ^ y >> 10
            schedule[t] = schedule[t - 16] &+ s0 &+ schedule[t - 7] &+ s1
          }
          mix(schedule, constants)
        }
      }
    }
  }

  /// The 64 rounds, eight at a time: then every letter is back in its own variable.
  private mutating func mix(
    _ schedule: UnsafeMutableBufferPointer<UInt32>, _ constants: UnsafeBufferPointer<UInt32>
  ) {
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in stride(from: 0, to: 64, by: 8) {
      round(a, b, c, &d, e, f, g, &h, constants[t] &+ schedule[t])
      round(h, a, b, &c, d, e, f, &g, constants[t + 1] &+ schedule[t + 1])
      round(g, h, a, &b, c, d, e, &f, constants[t + 2] &+ schedule[t + 2])
      round(f, g, h, &a, b, c, d, &e, constants[t + 3] &+ schedule[t + 3])
      round(e, f, g, &h, a, b, c, &d, constants[t + 4] &+ schedule[t + 4])
      round(d, e, f, &g, h, a, b, &c, constants[t + 5] &+ schedule[t + 5])
      round(c, d, e, &f, g, h, a, &b, constants[t + 6] &+ schedule[t + 6])
      round(b, c, d, &e, f, g, h, &a, constants[t + 7] &+ schedule[t + 7])
    }
    state &+= SIMD8(a, b, c, d, e, f, g, h)
  }

  @inline(__always)
  private func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32,
    _ g: UInt32, _ h: inout UInt32, _ term: UInt32
  ) {
    let choice = g ^ (e & (f ^ g))
    let majority = (a & b) ^ (c & (a ^ b))
    h &+= term &+ choice &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25))
    d &+= h
    h &+= majority &+ (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22))
  }

  @inline(__always)
  private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word &>> count | word &<< (32 &- count)
  }

  /// Fractional parts of the cube roots of the first 64 primes.
  private static let roundConstants: [UInt32] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ]
}

import Foundation

/// The entries of a stored zip, read from its central directory by the format's own description.
///
/// - SeeAlso: PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.3 (ZIP64).
struct ZipListing {
  struct Entry {
    var name: String
    var method: Int
    var flags: Int
    var date: Int
    var time: Int
    var bytes: [UInt8]
    var crcIsRight: Bool
  }

  struct Fault: Error { var problem: String }

  private let bytes: [UInt8]
  private(set) var entries: [Entry] = []

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    // Without a comment the end record is the last 22 bytes.
    let end = bytes.count - 22
    guard end >= 0, number(end, 4) == 0x0605_4b50 else { throw Fault(problem: "no end record") }
    let count = number(end + 10, 2)
    var place = number(end + 16, 4)
    guard place + number(end + 12, 4) == end else { throw Fault(problem: "directory and end") }
    for _ in 0..<count {
      guard number(place, 4) == 0x0201_4b50 else { throw Fault(problem: "no entry at \(place)") }
      entries.append(try entry(at: place))
      place += 46 + number(place + 28, 2) + number(place + 30, 2) + number(place + 32, 2)
    }
    guard place == end else { throw Fault(problem: "directory's length") }
  }

  private func entry(at place: Int) throws -> Entry {
    let size = number(place + 24, 4)
    let local = number(place + 42, 4)
    let start = local + 30 + number(local + 26, 2) + number(local + 28, 2)
    guard number(local, 4) == 0x0403_4b50, number(place + 20, 4) == size,
      start + size <= bytes.count
    else { throw Fault(problem: "local header at \(local)") }
    let content = Array(bytes[start..<start + size])
    let name = bytes[place + 46..<place + 46 + number(place + 28, 2)]
    return Entry(
      name: String(decoding: name, as: UTF8.self), method: number(place + 10, 2),
      flags: number(place + 8, 2), date: number(place + 14, 2), time: number(place + 12, 2),
      bytes: content, crcIsRight: UInt32(number(place + 16, 4)) == Self.crc32(content))
  }

  /// A little-endian number of some bytes.
  private func number(_ offset: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }

  /// CRC-32 bit by bit, as ITU-T V.42 defines it.
  static func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in
      (0..<8).reduce(crc ^ UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
      }
    }
  }
}

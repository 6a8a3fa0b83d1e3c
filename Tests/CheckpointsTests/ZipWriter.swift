/// Writes zip archives as PyTorch does: entries stored, sizes behind the data, data aligned by an
/// extra field that only the local headers have.
struct ZipWriter {
  /// An entry's place and what the central directory says of it.
  struct Entry {
    var name: String
    var method: UInt16 = 0
    var checksum: UInt32
    var size: UInt32
    var compressedSize: UInt32
    var offset: UInt32
  }

  private var bytes: [UInt8] = []
  /// The central directory; tests may falsify it.
  var entries: [Entry] = []

  /// Adds an entry.
  mutating func add(_ name: String, _ content: [UInt8]) {
    let offset = bytes.count
    let header = 30 + name.utf8.count + 4
    let padding = (64 - (offset + header) % 64) % 64
    append(0x0403_4B50 as UInt32)
    append([0x14, 0, 0x08, 0x08, 0, 0, 0, 0, 0, 0])
    append([UInt8](repeating: 0, count: 12))
    append(UInt16(name.utf8.count))
    append(UInt16(4 + padding))
    append(Array(name.utf8) + Array("FB".utf8))
    append(UInt16(padding))
    append([UInt8](repeating: UInt8(ascii: "Z"), count: padding))
    append(content)
    let checksum = Self.checksum(content)
    let size = UInt32(content.count)
    append(0x0807_4B50 as UInt32)
    for value in [checksum, size, size] { append(value) }
    entries.append(
      Entry(
        name: name, checksum: checksum, size: size, compressedSize: size, offset: UInt32(offset)))
  }

  /// The archive with its central directory.
  ///
  /// - Parameter claimedEntries: Number of entries in a ZIP64 end record, which is left out if nil.
  /// - Returns: The file.
  func finished(claimedEntries: UInt64? = nil) -> [UInt8] {
    var file = self
    let start = bytes.count
    for entry in entries {
      file.append(0x0201_4B50 as UInt32)
      file.append([0, 0, 0, 0, 0x08, 0x08])
      file.append(entry.method)
      file.append([0, 0, 0, 0])
      for value in [entry.checksum, entry.compressedSize, entry.size] { file.append(value) }
      file.append(UInt16(entry.name.utf8.count))
      file.append([UInt8](repeating: 0, count: 12))
      file.append(entry.offset)
      file.append(Array(entry.name.utf8))
    }
    let size = file.bytes.count - start
    if let claimedEntries { file.appendZip64End(claimedEntries, start: start, size: size) }
    file.append(0x0605_4B50 as UInt32)
    file.append([0, 0, 0, 0])
    let count = claimedEntries == nil ? UInt16(entries.count) : .max
    file.append(count)
    file.append(count)
    file.append(claimedEntries == nil ? UInt32(size) : .max)
    file.append(claimedEntries == nil ? UInt32(start) : .max)
    file.append([0, 0])
    return file.bytes
  }

  private mutating func appendZip64End(_ count: UInt64, start: Int, size: Int) {
    let record = UInt64(bytes.count)
    append(0x0606_4B50 as UInt32)
    append(44 as UInt64)
    append([45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    for value in [count, count, UInt64(size), UInt64(start)] { append(value) }
    append(0x0706_4B50 as UInt32)
    append(0 as UInt32)
    append(record)
    append(1 as UInt32)
  }

  private mutating func append(_ content: [UInt8]) { bytes += content }

  private mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
    bytes += Pickle.littleEndian(value)
  }

  /// CRC-32 as zip, gzip and PNG use it.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    let table = table
    var value = UInt32.max
    for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    return ~value
  }

  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1
    }
  }
}

import Wording

/// A look at a zip archive's end records before libzip sees them.
///
/// libzip sets aside room for as many entries as an end record claims, up to 2⁶⁴, before it reads the
/// first; a file of a hundred bytes could ask for all memory.
enum ZipEnd {
  /// Smallest size of an entry of the central directory.
  private static let entryByteCount = 46

  /// Checks that no end record claims more entries than the file has room for.
  ///
  /// - Throws: `CheckpointError` if one does, or the file cannot be read.
  static func check(_ file: WeightFile) throws(CheckpointError) {
    // A classic end record has 22 bytes and a comment of at most 65,535; a locator of 20 precedes.
    let start = max(0, file.byteCount - 22 - 65_535 - 20)
    let tail = try file.bytes(at: start, count: file.byteCount - start)
    for index in tail.indices.dropLast(19)
    where tail[index] == 0x50 && tail[index..<index + 4].elementsEqual([0x50, 0x4B, 6, 7]) {
      guard let offset = Int(exactly: integer(tail[index + 8..<index + 16])),
        offset <= file.byteCount - 56
      else { continue }
      let record = try file.bytes(at: offset, count: 56)
      for field in [24..<32, 32..<40]
      where integer(record[field]) > UInt64(file.byteCount / entryByteCount) {
        throw CheckpointError(
          file: file.path, place: "zip archive",
          problem: "claims \(integer(record[field])) entries, more than its"
            + " \(counted(file.byteCount, "byte")) can hold",
          advice: "the file is damaged or was made to mislead")
      }
    }
  }

  private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

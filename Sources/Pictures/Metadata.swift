/// What a file says of its picture besides the pixels, as bytes.
struct Metadata {
  /// EXIF: a TIFF header and its directories.
  var exif: [UInt8]?
  /// Adobe's XMP: an XML text.
  var xmp: [UInt8]?
}

extension Orientation {
  /// Takes EXIF's orientation, else XMP's, else upright; so is a value that makes no sense.
  ///
  /// The same as Pillow's `exif_transpose` takes.
  init(_ metadata: Metadata) {
    let value = metadata.exif.flatMap(Self.inEXIF) ?? metadata.xmp.flatMap(Self.inXMP)
    self = value.flatMap(Orientation.init(rawValue:)) ?? .upright
  }

  /// The value of tag 0x0112 in EXIF's first directory, a short or long number.
  ///
  /// Each offset is checked against the data's end, and at most 65,535 entries of 12 bytes are read.
  private static func inEXIF(_ exif: [UInt8]) -> Int? {
    // PNG's chunk has no such mark before the header, but some writers put it there.
    let mark = Array("Exif\0\0".utf8)
    var bytes = exif[...]
    while bytes.starts(with: mark) { bytes = bytes.dropFirst(mark.count) }
    let isBigEndian: Bool
    switch Array(bytes.prefix(2)) {
    case [0x4D, 0x4D]: isBigEndian = true
    case [0x49, 0x49]: isBigEndian = false
    default: return nil
    }
    func integer(at offset: Int, length: Int) -> Int? {
      guard offset >= 0, offset + length <= bytes.count else { return nil }
      let part = bytes.dropFirst(offset).prefix(length)
      return isBigEndian
        ? part.reduce(0) { $0 << 8 | Int($1) } : part.reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    guard integer(at: 2, length: 2) == 42, let directory = integer(at: 4, length: 4),
      let count = integer(at: directory, length: 2)
    else { return nil }
    for entry in 0..<count {
      let at = directory + 2 + 12 * entry
      guard let tag = integer(at: at, length: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      // The value stands in the first bytes of its field. Signed types have the same numbers up to 8.
      guard integer(at: at + 4, length: 4) == 1 else { return 0 }
      switch integer(at: at + 2, length: 2) {
      case 3, 8: return integer(at: at + 8, length: 2)
      case 4, 9: return integer(at: at + 8, length: 4)
      default: return 0
      }
    }
    return nil
  }

  /// The digit of `tiff:Orientation="6"` or `<tiff:Orientation>6<`.
  private static func inXMP(_ xmp: [UInt8]) -> Int? {
    let name = Array("tiff:Orientation".utf8)
    var rest = xmp[...]
    while let place = rest.firstRange(of: name) {
      rest = rest[place.upperBound...]
      for mark in ["=\"", ">"] where rest.starts(with: mark.utf8) {
        if let digit = rest.dropFirst(mark.utf8.count).first, (0x30...0x39).contains(digit) {
          return Int(digit) - 0x30
        }
      }
    }
    return nil
  }
}

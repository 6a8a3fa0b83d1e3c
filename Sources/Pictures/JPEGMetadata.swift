extension JPEG {
  /// EXIF, put together where several segments hold it, and the last XMP before the first scan.
  static func metadata(_ bytes: UnsafeBufferPointer<UInt8>) -> Metadata {
    let exifMark = Array("Exif\0\0".utf8)
    let xmpMark = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    var metadata = Metadata()
    for segment in segments(bytes) where segment.marker == 0xE1 {
      let body = bytes[segment.body]
      if body.starts(with: exifMark) {
        metadata.exif = (metadata.exif ?? []) + body.dropFirst(exifMark.count)
      } else if body.starts(with: xmpMark) {
        metadata.xmp = Array(body.dropFirst(xmpMark.count))
      }
    }
    return metadata
  }

  /// One segment of the header.
  private struct Segment {
    let marker: UInt8
    let body: Range<Int>
  }

  /// The segments up to and with the first scan's header, as far as they are whole.
  private static func segments(_ bytes: UnsafeBufferPointer<UInt8>) -> [Segment] {
    var found: [Segment] = []
    var at = 2
    while at + 4 <= bytes.count {
      guard bytes[at] == 0xFF else {
        at += 1
        continue
      }
      let marker = bytes[at + 1]
      // Fill bytes and markers without a length.
      if marker == 0xFF || marker == 0 || marker == 1 || (0xD0...0xD8).contains(marker) {
        at += marker == 0xFF ? 1 : 2
        continue
      }
      if marker == 0xD9 { break }
      let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
      let end = at + 2 + length
      guard length >= 2, end <= bytes.count else { break }
      found.append(Segment(marker: marker, body: at + 4..<end))
      if marker == 0xDA { break }
      at = end
    }
    return found
  }
}

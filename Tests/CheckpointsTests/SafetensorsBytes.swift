/// A safetensors file put together by hand, right or wrong.
struct SafetensorsBytes: Sendable {
  /// What the first eight bytes say; the header's true length if nil.
  var length: UInt64?
  var header: [UInt8]
  var data: [UInt8]

  init(length: UInt64? = nil, _ header: String, data: Int = 0) {
    self.init(length: length, header: Array(header.utf8), data: data)
  }

  init(length: UInt64? = nil, header: [UInt8], data: Int = 0) {
    self.length = length
    self.header = header
    self.data = (0..<data).map { UInt8(truncatingIfNeeded: $0) }
  }

  /// The file's bytes.
  var bytes: [UInt8] {
    let length = length ?? UInt64(header.count)
    return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + header + data
  }
}

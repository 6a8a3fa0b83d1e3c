import Networks

/// Writes Caffe models field by field.
struct CaffeWriter {
  /// How a blob is put into bytes.
  struct Encoding: Sendable {
    /// Numbers as doubles in their own field.
    var isDouble = false
    /// Every number with a tag of its own.
    var isUnpacked = false
    /// The shape as num, channels, height and width.
    var isLegacy = false
    /// Layers in the field and with the field numbers used before 2015.
    var isV1 = false
  }

  var encoding = Encoding()
  private(set) var bytes = field(1, Array("network".utf8))

  /// Adds a layer with its blobs.
  mutating func add(_ name: String, _ type: String, blobs: [Tensor]) {
    var layer: [UInt8] = []
    if encoding.isV1 {
      layer += blobs.flatMap { Self.field(6, blob($0)) } + Self.field(4, Array(name.utf8))
      layer += Self.varint(5 << 3) + Self.varint(type == "InnerProduct" ? 14 : 4)
      bytes += Self.field(2, layer)
    } else {
      layer += Self.field(1, Array(name.utf8)) + Self.field(2, Array(type.utf8))
      layer += Self.field(3, Array("bottom".utf8)) + blobs.flatMap { Self.field(7, blob($0)) }
      bytes += Self.field(100, layer)
    }
  }

  private func blob(_ tensor: Tensor) -> [UInt8] {
    var content: [UInt8] = []
    if encoding.isLegacy {
      let shape = [Int](repeating: 1, count: 4 - tensor.shape.count) + tensor.shape
      for (index, extent) in shape.enumerated() {
        content += Self.varint(UInt64(index + 1) << 3) + Self.varint(UInt64(extent))
      }
    } else {
      content += Self.field(7, Self.field(1, tensor.shape.flatMap { Self.varint(UInt64($0)) }))
    }
    if encoding.isUnpacked {
      for value in tensor.values { content += [5 << 3 | 5] + Pickle.littleEndian(value.bitPattern) }
    } else if encoding.isDouble {
      let doubles = tensor.values.flatMap { Pickle.littleEndian(Double($0).bitPattern) }
      content += Self.field(8, doubles)
    } else {
      let bits = tensor.values.map { $0.bitPattern.littleEndian }
      content += Self.field(5, bits.withUnsafeBytes { Array($0) })
    }
    return content
  }

  /// A field of a length and so many bytes.
  static func field(_ number: UInt64, _ content: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(UInt64(content.count)) + content
  }

  /// Seven bits a byte, the lowest first.
  static func varint(_ value: UInt64) -> [UInt8] {
    var rest = value
    var bytes: [UInt8] = []
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

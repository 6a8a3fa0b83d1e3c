extension DataType {
  /// Little-endian elements as float32; nil for types that are not floating-point numbers.
  ///
  /// F64 is rounded to nearest; the others are exact.
  func floats(_ bytes: [UInt8]) -> [Float]? {
    switch self {
    case .float32: elements(bytes) { (bits: UInt32) in Float(bitPattern: bits) }
    case .float16: elements(bytes) { (bits: UInt16) in DataType.widenedHalf(bits) }
    case .bfloat16: elements(bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64: elements(bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    default: nil
    }
  }

  /// Little-endian elements as integers; nil for types that are not integers that fit an `Int`.
  func integers(_ bytes: [UInt8]) -> [Int]? {
    switch self {
    case .uint8: bytes.map { Int($0) }
    case .int8: bytes.map { Int(Int8(bitPattern: $0)) }
    case .uint16: elements(bytes) { (bits: UInt16) in Int(bits) }
    case .int16: elements(bytes) { (bits: UInt16) in Int(Int16(bitPattern: bits)) }
    case .uint32: elements(bytes) { (bits: UInt32) in Int(bits) }
    case .int32: elements(bytes) { (bits: UInt32) in Int(Int32(bitPattern: bits)) }
    case .int64: elements(bytes) { (bits: UInt64) in Int(Int64(bitPattern: bits)) }
    default: nil
    }
  }

  private func elements<Bits: FixedWidthInteger, Value>(
    _ bytes: [UInt8], _ value: (Bits) -> Value
  ) -> [Value] {
    let size = MemoryLayout<Bits>.size
    return bytes.withUnsafeBytes { raw in
      (0..<raw.count / size).map { index in
        value(Bits(littleEndian: raw.loadUnaligned(fromByteOffset: index * size, as: Bits.self)))
      }
    }
  }

  /// IEEE half precision, subnormals and non-numbers included; `Float16` is missing on some
  /// platforms.
  static func widenedHalf(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10 & 0x1F)
    let fraction = UInt32(bits & 0x3FF)
    switch exponent {
    case 0:
      // A subnormal half is fraction × 2⁻²⁴, which float32 holds exactly.
      let magnitude = Float(fraction) * 0x1p-24
      return Float(bitPattern: sign | magnitude.bitPattern)
    case 0x1F: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}

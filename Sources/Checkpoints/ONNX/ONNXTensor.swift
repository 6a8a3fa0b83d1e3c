import Foundation
import Networks
import Wording

/// A tensor of an ONNX file: shape, element type and where its numbers are.
struct ONNXTensor {
  let name: String
  let shape: [Int]
  private let message: ONNXTensorProto
  private let path: String

  /// Checks the shape against what the tensor holds.
  ///
  /// - Throws: `CheckpointError` for a shape that is none.
  init(_ message: ONNXTensorProto, name: String? = nil, path: String) throws(CheckpointError) {
    self.message = message
    self.path = path
    self.name = name ?? message.name
    let shape = message.dims.compactMap { Int(exactly: $0) }
    guard shape.count <= Graph.Limits.rank, let count = Graph.count(shape),
      count <= Graph.Limits.values
    else {
      throw CheckpointError(
        file: path, place: "tensor '\(abbreviated(self.name))'",
        problem: "its shape \(message.dims.prefix(10)) is none that can be held")
    }
    self.shape = shape
  }

  /// Number of values.
  var count: Int { shape.reduce(1, *) }

  /// Whether the values are whole numbers or truths.
  var isInteger: Bool {
    switch message.dataType {
    case .float, .float16, .double, .bfloat16: false
    default: true
    }
  }

  /// The values as float32.
  ///
  /// - Throws: `CheckpointError` if they are not floating-point numbers, fewer or more than the
  ///   shape says, or lie in a file that may not or cannot be read.
  func floats() throws(CheckpointError) -> [Float] {
    let values: [Float]
    if let bytes = try storedBytes() {
      guard let type = dataType, let floats = type.floats(bytes) else { throw unreadable }
      values = floats
    } else {
      switch message.dataType {
      case .float: values = message.floatData
      case .double: values = message.doubleData.map { Float($0) }
      case .float16:
        values = message.int32Data.map {
          DataType.widenedHalf(UInt16(truncatingIfNeeded: $0))
        }
      case .bfloat16:
        values = message.int32Data.map {
          Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: $0)) << 16)
        }
      default: throw unreadable
      }
    }
    try check(values.count)
    return values
  }

  /// The values as integers.
  ///
  /// - Throws: As `floats()`.
  func integers() throws(CheckpointError) -> [Int] {
    let values: [Int]
    if let bytes = try storedBytes() {
      guard let type = dataType, let integers = type.integers(bytes) else { throw unreadable }
      values = integers
    } else {
      switch message.dataType {
      case .int64: values = message.int64Data.map { Int($0) }
      case .int32, .int16, .int8, .uint16, .uint8, .bool:
        values = message.int32Data.map { Int($0) }
      default: throw unreadable
      }
    }
    try check(values.count)
    return values
  }

  private var dataType: DataType? {
    switch message.dataType {
    case .float: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .double: .float64
    case .int64: .int64
    case .int32: .int32
    case .int16: .int16
    case .int8: .int8
    case .uint32: .uint32
    case .uint16: .uint16
    case .uint8, .bool: .uint8
    default: nil
    }
  }

  private func check(_ found: Int) throws(CheckpointError) {
    guard found == count else {
      throw fault("expected \(count) values for \(shape), found \(found)")
    }
  }

  private var unreadable: CheckpointError {
    fault("its element type \(message.dataType) cannot be read here")
  }

  private func fault(_ problem: String) -> CheckpointError {
    CheckpointError(file: path, place: "tensor '\(abbreviated(name))'", problem: problem)
  }

  /// Bytes within the message or in a file beside it; nil where the numbers are typed fields.
  private func storedBytes() throws(CheckpointError) -> [UInt8]? {
    if message.dataLocation == .external { return try externalBytes() }
    return message.hasRawData ? [UInt8](message.rawData) : nil
  }

  /// A part of a file in the model's own folder, by a plain name that is no link.
  private func externalBytes() throws(CheckpointError) -> [UInt8] {
    var entries: [String: String] = [:]
    for entry in message.externalData.prefix(16) { entries[entry.key] = entry.value }
    guard let location = entries["location"], (1..<256).contains(location.utf8.count),
      location != "..", location != ".", !location.utf8.contains(where: { $0 == 0 || $0 == 0x2F })
    else {
      throw fault(
        "its numbers are said to lie in '\(abbreviated(entries["location"] ?? ""))', which is no file"
          + " of the model's own folder")
    }
    guard let type = dataType else { throw unreadable }
    let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[...$0]) } ?? ""
    let file = try WeightFile(path: folder + location, followsLinks: false)
    let size = count * type.byteCount
    guard let offset = Int(entries["offset"] ?? "0"), offset >= 0,
      let length = Int(entries["length"] ?? "\(size)"), length == size,
      offset <= file.byteCount, size <= file.byteCount - offset
    else {
      throw fault(
        "expected \(size) bytes in '\(abbreviated(location))', which has \(file.byteCount)")
    }
    return try file.bytes(at: offset, count: size)
  }
}

import Files
import Foundation
import Networks
import SwiftProtobuf

/// An ONNX file on its way to the disk: opset 17, weights one tensor at a time.
///
/// A message's bytes may follow one another in any order, so that the small ones are encoded whole and
/// each tensor's numbers are put behind its own small part. Memory beside the model is that of the
/// largest tensor.
///
/// - SeeAlso: github.com/onnx/onnx/blob/main/docs/IR.md; protobuf.dev/programming-guides/encoding.
struct ONNXFile {
  private let path: String
  private let model: ONNXModelProto
  private let graph: ONNXGraphProto
  private let constants: [NamedArray]

  init(_ graph: ONNXGraph, name: String, metadata: [String: String], path: String) {
    self.path = path
    constants = graph.constants
    var model = ONNXModelProto()
    // Version 8 of the format is the one that came with opset 17.
    model.irVersion = 8
    model.producerName = "sknet"
    var operators = ONNXOperatorSetIdProto()
    operators.version = 17
    model.opsetImport = [operators]
    model.metadataProps = metadata.sorted { $0.key < $1.key }.map { key, value in
      var entry = ONNXStringStringEntryProto()
      entry.key = key
      entry.value = value
      return entry
    }
    self.model = model
    var message = ONNXGraphProto()
    // The checker wants a name.
    message.name = name.isEmpty ? "network" : name
    message.node = graph.nodes
    message.input = graph.inputs
    message.output = graph.outputs
    self.graph = message
  }

  /// Writes the file, which appears whole or not at all.
  ///
  /// - Throws: `CheckpointError` if it would be larger than a protobuf message may be, or the disk
  ///   refuses; and whatever a constant's `bytes` throws.
  func write() throws {
    let head: [UInt8] = try model.serializedBytes()
    let graphHead: [UInt8] = try graph.serializedBytes()
    let tensorHeads = try constants.map { try tensorHead($0) }
    var graphCount = graphHead.count
    for head in tensorHeads { graphCount += head.bytes.count + head.following }
    let graphTag = Self.field(7, byteCount: graphCount)
    let total = head.count + graphTag.count + graphCount
    guard total <= Int(Int32.max) else {
      throw CheckpointError(
        file: path, problem: "would have \(total) bytes; a protobuf message has at most 2³¹")
    }
    var file = try AtomicFile(path: path)
    try file.write(head + graphTag + graphHead)
    for (constant, head) in zip(constants, tensorHeads) {
      try file.write(head.bytes)
      try file.write(constant.checkedBytes(file: path))
    }
    try file.commit()
  }

  /// All of a constant's message within the graph but its numbers, and how many bytes those are.
  private func tensorHead(
    _ constant: NamedArray
  ) throws -> (bytes: [UInt8], following: Int) {
    var tensor = ONNXTensorProto()
    tensor.name = constant.name
    tensor.dims = constant.shape.map { Int64($0) }
    switch constant.element {
    case .number(.float32): tensor.dataType = .float
    case .number(.int64): tensor.dataType = .int64
    default:
      throw CheckpointError(
        file: path, place: "array '\(constant.name)'", problem: "is neither F32 nor I64")
    }
    let count = try constant.byteCount(file: path)
    let message = try tensor.serializedBytes() + Self.field(9, byteCount: count)
    return (Self.field(5, byteCount: message.count + count) + message, count)
  }

  /// What stands before the bytes of a field: its number, that a length follows, and the length.
  private static func field(_ number: UInt8, byteCount: Int) -> [UInt8] {
    var bytes = [number << 3 | 2]
    var rest = byteCount
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }
}

import SwiftProtobuf

/// An ONNX file as it was read: what it says of a network for pictures of any size.
struct ONNXMessage: Sendable {
  let model: ONNXModelProto
  let path: String

  /// Reads a file.
  ///
  /// - Throws: `CheckpointError` if it cannot be read or is no ONNX model.
  init(_ file: WeightFile) throws(CheckpointError) {
    path = file.path
    guard file.byteCount <= Int32.max else {
      throw CheckpointError(
        file: path, problem: "has \(file.byteCount) bytes; a protobuf message has at most 2³¹",
        advice: "keep the weights in a file beside it (external data)")
    }
    do {
      model = try ONNXModelProto(
        serializedBytes: try file.bytes(at: 0, count: file.byteCount))
    } catch let error as CheckpointError {
      throw error
    } catch {
      throw CheckpointError(file: path, problem: "is no whole ONNX model: damaged or cut short")
    }
  }
}

import Foundation
import Networks
import SwiftProtobuf
import Wording

/// The weights of a `.caffemodel`: layers by name, each with its blobs.
///
/// Blobs get names as PyTorch would have them: a convolution's `LAYER.weight`, an inner product's
/// `.weight` and `.bias`, and of `CuDNNBatchNorm`, whose fourth blob is the variance itself, `.weight`,
/// `.bias`, `.running_mean` and `.running_var`.
package struct CaffeModel {
  /// Blobs that no layer of a readable network has more of; a message could claim millions.
  private static let mostBlobs = 16

  private let path: String
  /// Encoded blobs of the layers that have any.
  private let layers: [String: [Data]]

  /// Opens a file.
  ///
  /// - Throws: `CheckpointError` if it cannot be read or is no protobuf message.
  package init(contentsOfFile path: String) throws(CheckpointError) {
    try self.init(WeightFile(path: path))
  }

  /// Reads the layers; their numbers are decoded when asked for.
  ///
  /// - Throws: `CheckpointError` if the file is no protobuf message or has no layers with weights.
  init(_ file: WeightFile) throws(CheckpointError) {
    path = file.path
    guard file.byteCount <= Int32.max else {
      throw CheckpointError(
        file: path, problem: "has \(file.byteCount) bytes; a protobuf message has at most 2³¹")
    }
    let bytes = try file.bytes(at: 0, count: file.byteCount)
    let net: CaffeNetParameter = try Self.decode(bytes, file: path, place: "network")
    var layers: [String: [Data]] = [:]
    // As in Caffe, the last layer of a name counts.
    for (index, encoded) in net.layers.enumerated() {
      let layer: CaffeV1LayerParameter = try Self.decode(
        encoded, file: path, place: "V1 layer \(index)")
      if !layer.blobs.isEmpty { layers[layer.name] = layer.blobs }
    }
    for (index, encoded) in net.layer.enumerated() {
      let layer: CaffeLayerParameter = try Self.decode(
        encoded, file: path, place: "layer \(index)")
      if !layer.blobs.isEmpty { layers[layer.name] = layer.blobs }
    }
    guard !layers.isEmpty else {
      throw CheckpointError(
        file: path, problem: "has the form of a protobuf message, but no Caffe layers with weights",
        advice: "give a .caffemodel, not a .prototxt or a solver's state")
    }
    self.layers = layers
  }

  /// The blobs as tensors.
  ///
  /// - Throws: `CheckpointError` if a blob is malformed, or its shape and its numbers disagree.
  package func tensors() throws(CheckpointError) -> NamedTensors {
    var shapes: [String: [Int]] = [:]
    var blobs: [String: Data] = [:]
    for (layer, encoded) in layers {
      guard encoded.count <= Self.mostBlobs else {
        throw CheckpointError(
          file: path, place: "layer '\(abbreviated(layer))'",
          problem: "has \(encoded.count) blobs, expected at most \(Self.mostBlobs)")
      }
      for (index, data) in encoded.enumerated() {
        let field = Self.field(index, of: encoded.count)
        let name = layer + "." + field
        shapes[name] = Self.withoutOnes(try blob(data, name).shape, of: field, encoded.count)
        blobs[name] = data
      }
    }
    return try NamedTensors(path: path, shapes: shapes) {
      [blobs, shapes] name throws(CheckpointError) in
      guard let data = blobs[name], let shape = shapes[name] else {
        throw CheckpointError(
          file: path, place: "blob '\(abbreviated(name))'", problem: "is not in the file")
      }
      return Tensor(shape: shape, values: try blob(data, name).values)
    }
  }

  private static func field(_ index: Int, of count: Int) -> String {
    switch count {
    case 1: "weight"
    case 2: ["weight", "bias"][index]
    case 4: ["weight", "bias", "running_mean", "running_var"][index]
    default: "blob\(index)"
    }
  }

  /// Caffe gives batch norms as `[1, C, 1, 1]`, and old files everything four dimensions.
  private static func withoutOnes(_ shape: [Int], of field: String, _ count: Int) -> [Int] {
    if count == 4 || field == "bias" {
      let extents = shape.filter { $0 != 1 }
      return extents.count <= 1 ? [extents.first ?? 1] : shape
    }
    if count == 2, shape.count == 4, shape.prefix(2) == [1, 1] { return Array(shape.suffix(2)) }
    return shape
  }

  /// Decodes a blob.
  private func blob(
    _ data: Data, _ name: String
  ) throws(CheckpointError) -> (shape: [Int], values: [Float]) {
    let place = "blob '\(abbreviated(name))'"
    let blob: CaffeBlobProto = try Self.decode(data, file: path, place: place)
    let values = blob.doubleData.isEmpty ? blob.data : blob.doubleData.map { Float($0) }
    var shape: [Int]
    if blob.hasNum || blob.hasChannels || blob.hasHeight || blob.hasWidth {
      shape = [blob.num, blob.channels, blob.height, blob.width].map { Int($0) }
    } else {
      // Caffe's own limit is 32 dimensions; each takes at most ten bytes.
      guard blob.shape.count <= 400 else {
        throw CheckpointError(file: path, place: place, problem: "has more than 32 dimensions")
      }
      let decoded: CaffeBlobShape = try Self.decode(blob.shape, file: path, place: place)
      shape = decoded.dim.map { Int($0) }
    }
    var count = 1
    var isPossible = true
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      isPossible = isPossible && !overflow && extent >= 0
      count = product
    }
    guard isPossible, count == values.count else {
      throw CheckpointError(
        file: path, place: place,
        problem: "its shape is \(brief(shape)), but it has \(values.count) numbers")
    }
    return (shape, values)
  }

  /// Decodes a message, keeping nothing that is not declared.
  private static func decode<Message: SwiftProtobuf.Message>(
    _ bytes: some SwiftProtobufContiguousBytes, file: String, place: String
  ) throws(CheckpointError) -> Message {
    var options = BinaryDecodingOptions()
    options.discardUnknownFields = true
    do {
      return try Message(serializedBytes: bytes, options: options)
    } catch {
      throw CheckpointError(
        file: file, place: place, problem: "is not a sound protobuf message (\(error))",
        advice: "the file is damaged or is not a .caffemodel")
    }
  }
}

import Foundation
import Wording

/// The kind of a weight file, told from its content.
package enum FileFormat: Hashable, Sendable {
  /// Hugging Face's tensors behind a JSON table.
  case safetensors
  /// JSON that says which tensor lies in which of several safetensors files.
  case shardIndex
  /// What `torch.save` writes, in a zip archive or not.
  case pytorch
  /// A serialised `caffe.NetParameter`.
  case caffe
  /// A serialised `onnx.ModelProto`.
  case onnx

  /// Whether a file is an ONNX model, by its first bytes.
  ///
  /// - Throws: `CheckpointError` if it cannot be read, or is no weight file at all.
  package static func isONNX(_ path: String) throws(CheckpointError) -> Bool {
    try recognized(in: WeightFile(path: path)) == .onnx
  }

  /// Tells the format of a file from its first bytes.
  ///
  /// - Throws: `CheckpointError` that names the format if it is none of these.
  static func recognized(in file: WeightFile) throws(CheckpointError) -> FileFormat {
    let head = try file.bytes(at: 0, count: min(512, file.byteCount))
    if head.starts(with: [0x50, 0x4B, 0x03, 0x04]) || isPickle(head) { return .pytorch }
    if isSafetensors(head) { return .safetensors }
    if head.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") {
      return .shardIndex
    }
    if let other = Refused.all.first(where: { $0.matches(head) }) {
      throw CheckpointError(file: file.path, problem: other.problem, advice: other.advice)
    }
    if isONNX(head) { return .onnx }
    if isCaffe(head) { return .caffe }
    throw CheckpointError(
      file: file.path,
      problem: "expected safetensors, a PyTorch file, an ONNX or a Caffe model, found"
        + " \(counted(file.byteCount, "byte"))"
        + (head.isEmpty ? "" : " that begin with \(hexadecimal(head))"))
  }

  /// A pickle of protocol 2 to 5.
  private static func isPickle(_ head: [UInt8]) -> Bool {
    head.count > 2 && head[0] == 0x80 && (2...5).contains(head[1])
  }

  /// A JSON object at byte 8 behind its length; the reader checks the length itself.
  private static func isSafetensors(_ head: [UInt8]) -> Bool {
    guard head.count > 8 else { return false }
    let text = head[8...].drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
    // A header's length stays below 2³², a text's or a protobuf's first bytes do not.
    return text.first.map { $0 == UInt8(ascii: "{") } ?? true && head[4..<8].allSatisfy { $0 == 0 }
  }

  /// A message whose first field may be a NetParameter's: name, layers of old, input or layer.
  private static func isCaffe(_ head: [UInt8]) -> Bool {
    [[0x0A], [0x12], [0x1A], [0xA2, 0x06]].contains { head.starts(with: $0) }
  }

  /// A message that begins with its version, as every exporter writes it, and with the producer, the
  /// opsets or the graph.
  private static func isONNX(_ head: [UInt8]) -> Bool {
    head.count > 3 && head[0] == 0x08 && head[1] < 0x20
      && [0x12, 0x1A, 0x3A, 0x42].contains(head[2])
  }

  private static func hexadecimal(_ head: [UInt8]) -> String {
    head.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }
      .joined(separator: " ")
  }
}

/// A file that is recognised in order to say what it is.
private struct Refused: Sendable {
  var problem: String
  var advice: String?
  var matches: @Sendable ([UInt8]) -> Bool

  static let all = [
    Refused(
      problem: "is a tar archive; PyTorch wrote such files before version 0.2",
      advice: "load and save it again with a newer PyTorch, or unpack it if it is a plain archive"
    ) { $0.dropFirst(257).starts(with: "ustar".utf8) || $0.starts(with: "sys_info\0".utf8) },
    Refused(problem: "is compressed by gzip", advice: "unpack it first") {
      $0.starts(with: [0x1F, 0x8B])
    },
    Refused(
      problem: "is a HDF5 file, as Keras writes", advice: "only PyTorch's weights can be read"
    ) { $0.starts(with: [0x89, 0x48, 0x44, 0x46]) },
    Refused(
      problem: "is a pointer of Git LFS, not the file itself", advice: "run 'git lfs pull'"
    ) { $0.starts(with: "version https://git-lfs".utf8) },
    Refused(problem: "is a web page, not the file itself", advice: "download it again") { head in
      let text = String(decoding: head, as: UTF8.self).lowercased().drop(while: \.isWhitespace)
      return text.hasPrefix("<!doctype") || text.hasPrefix("<html")
    },
    Refused(
      problem: "is a MindSpore checkpoint, whose format cannot be read",
      advice: "convert it to PyTorch first", matches: isMindSpore),
  ]

  /// A list of {tag, {dims, type, content}}: both outer fields have number 1 and a length.
  private static let isMindSpore: @Sendable ([UInt8]) -> Bool = { head in
    guard head.first == 0x0A else { return false }
    var rest = head.dropFirst()
    // The message's length as a varint, then the tag, a name of ASCII characters and dots.
    while let byte = rest.popFirst(), byte >= 0x80 {}
    guard rest.popFirst() == 0x0A, let length = rest.popFirst(), length < 0x80,
      rest.count > length
    else { return false }
    let name = rest.prefix(Int(length))
    return rest.dropFirst(Int(length)).first == 0x12 && name.contains(UInt8(ascii: "."))
      && name.allSatisfy { (0x20..<0x7F).contains($0) }
  }
}

import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Spoilt ONNX files")
struct SpoiltONNXTests {
  @Test(
    "are refused in one line or read within bounds",
    arguments: ["forms-torchscript", "sk-stacked", "igcv", "lsknet", "resnest"])
  func fuzz(_ name: String) throws {
    let whole = [UInt8](try Data(contentsOf: URL(filePath: Fixtures.path("onnx/\(name).onnx"))))
    try Fuzzing.run("ONNX \(name)", spoil: { $0.spoiledAnywhere(whole) }) { path, byteCount in
      do {
        let model = try ONNXModel(contentsOfFile: path)
        let summary = try GraphSummary(
          name: name, graph: model.graph, input: model.picture)
        try Fuzzing.Fault.unless(!summary.text.isEmpty, "no table")
        _ = try GateSummary(graph: model.graph, input: model.picture)
        _ = GraphRows(graph: model.graph, summary: summary)
        let shapes = try model.graph.shapes(picture: model.picture)
        for gate in model.graph.recordedGates(shapes) {
          let values = [Float](repeating: 1, count: shapes[gate.node]?.reduce(1, *) ?? 0)
          try Fuzzing.Fault.unless(
            gate.attention(values).allSatisfy { $0 == 1 }, "weights that lie nowhere")
        }
        _ = model.graph.expectedFields(shapes)
        let numbers = model.weights.tensors.values.reduce(0) { $0 + $1.values.count }
        try Fuzzing.Fault.unless(
          numbers <= 4 * byteCount + (1 << 16), "\(numbers) numbers of \(byteCount) bytes")
        return true
      } catch let error as CheckpointError {
        try Fuzzing.Fault.unless(
          !error.description.contains("\n"), "an error of two lines: \(error)")
        return false
      }
    }
  }

  @Test(
    "may not name numbers outside of their own folder", arguments: ["../x", "/etc/passwd", ".."])
  func external(_ location: String) throws {
    let folder = try ScratchFolder()
    let path = try folder.write(ExternalONNX.bytes(location: location), to: "net.onnx")
    let error = #expect(throws: CheckpointError.self) { try ONNXModel(contentsOfFile: path) }
    #expect(error?.description.contains("no file of the model's own folder") == true)
  }

  @Test("take numbers from a file beside them")
  func beside() throws {
    let folder = try ScratchFolder()
    _ = try folder.write([0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40], to: "w.bin")
    let path = try folder.write(ExternalONNX.bytes(location: "w.bin"), to: "net.onnx")
    let model = try ONNXModel(contentsOfFile: path)
    #expect(model.weights["w"]?.values == [1, 2, 3])
    #expect(model.graph.nodes.map(\.operation.name) == ["picture", "convolution"])
  }
}

/// The smallest network whose weights lie elsewhere: one 1×1 convolution of 3 channels to 1.
enum ExternalONNX {
  static func bytes(location: String) -> [UInt8] {
    let weights =
      field(1, [1]) + field(1, [3]) + field(1, [1]) + field(1, [1]) + field(2, [1])
      + field(8, Array("w".utf8)) + field(13, pair("location", location)) + field(14, [1])
    func value(_ name: String, _ extents: [UInt8]) -> [UInt8] {
      let shape = extents.flatMap { field(1, field(1, [$0], isNumber: true)) }
      let type = field(1, [1], isNumber: true) + field(2, shape)
      return field(1, Array(name.utf8)) + field(2, field(1, type))
    }
    let node =
      field(1, Array("x".utf8)) + field(1, Array("w".utf8)) + field(2, Array("y".utf8))
      + field(4, Array("Conv".utf8))
    let graph =
      field(1, node) + field(5, weights) + field(11, value("x", [1, 3, 8, 8]))
      + field(12, value("y", [1, 1, 8, 8]))
    return field(1, [8], isNumber: true) + field(7, graph)
      + field(8, field(2, [17], isNumber: true))
  }

  private static func pair(_ key: String, _ value: String) -> [UInt8] {
    field(1, Array(key.utf8)) + field(2, Array(value.utf8))
  }

  /// A field of a message; one byte is a number where the field is one.
  private static func field(_ number: UInt8, _ content: [UInt8], isNumber: Bool? = nil) -> [UInt8] {
    let numeric = isNumber ?? (content.count == 1 && content[0] < 0x20)
    if numeric { return [number << 3] + content }
    var length = content.count
    var bytes = [number << 3 | 2]
    while length >= 0x80 {
      bytes.append(UInt8(length & 0x7F) | 0x80)
      length >>= 7
    }
    return bytes + [UInt8(length)] + content
  }
}

import Checkpoints
import Foundation
import Networks
import SwiftProtobuf
import TestSupport
import Testing

@Suite("An ONNX file")
struct ONNXFileTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func written(_ model: Model, attention: Bool = false) throws -> ONNXModelProto {
    let path = folder.path("model.onnx")
    try model.writeONNX(toFile: path, attention: attention)
    return try ONNXModelProto(serializedBytes: Data(contentsOf: URL(filePath: path)))
  }

  @Test("says its version, its operators' and what its network is")
  func head() throws {
    let file = try written(SmallModel.model)
    #expect(file.irVersion == 8)
    #expect(file.opsetImport.map(\.domain) == [""] && file.opsetImport.map(\.version) == [17])
    #expect(file.graph.name == "small")
    let texts = Dictionary(uniqueKeysWithValues: file.metadataProps.map { ($0.key, $0.value) })
    #expect(texts["name"] == "small")
    func decoded<Value: Decodable>(_ type: Value.Type, _ key: String) throws -> Value {
      try JSONDecoder().decode(type, from: Data((texts[key] ?? "").utf8))
    }
    #expect(try decoded(Architecture.self, "architecture") == SmallModel.architecture)
    #expect(try decoded(Preprocessing.self, "input") == SmallModel.model.preprocessing)
    #expect(try decoded([String].self, "classes") == SmallModel.model.classes)
  }

  @Test("declares its input and outputs with the number of pictures left open")
  func values() throws {
    func shapes(_ values: [ONNXValueInfoProto]) -> [String: [String]] {
      Dictionary(
        uniqueKeysWithValues: values.map { value in
          (
            value.name,
            value.type.tensorType.shape.dim.map { $0.hasDimParam ? $0.dimParam : "\($0.dimValue)" }
          )
        })
    }
    let plain = try written(SmallModel.model).graph
    #expect(shapes(plain.input) == ["input": ["N", "3", "16", "16"]])
    #expect(shapes(plain.output) == ["logits": ["N", "3"]])
    let full = try written(SmallModel.model, attention: true).graph
    #expect(
      shapes(full.output) == ["logits": ["N", "3"], "attention.SK_2_1": ["N", "2", "4"]])
    #expect(full.node == plain.node)
    #expect((full.input + full.output).allSatisfy { $0.type.tensorType.elemType == .float })
  }

  @Test("makes every value before it is used, and once")
  func order() throws {
    let graph = try written(SmallModel.model, attention: true).graph
    var known = Set(graph.initializer.map(\.name) + graph.input.map(\.name))
    #expect(known.count == graph.initializer.count + 1)
    var used: Set<String> = []
    for node in graph.node {
      for name in node.input { #expect(known.contains(name), "\(node.name) takes \(name)") }
      used.formUnion(node.input)
      for name in node.output { #expect(known.insert(name).inserted, "\(name) is made twice") }
      #expect(node.attribute.allSatisfy { $0.type != .undefined })
    }
    #expect(known.subtracting(used) == ["logits"])
    #expect(graph.output.allSatisfy { known.contains($0.name) })
    #expect(Set(graph.node.map(\.name)).count == graph.node.count)
  }

  @Test("holds as many bytes as each tensor's shape asks for")
  func sizes() throws {
    for tensor in try written(SmallModel.model).graph.initializer {
      let size = tensor.dataType == .float ? 4 : 8
      #expect(tensor.rawData.count == size * Int(tensor.dims.reduce(1, *)), "\(tensor.name)")
    }
  }

  @Test("holds convolutions that give what the convolution and its batch norm gave")
  func folded() throws {
    let graph = try written(SmallModel.model).graph
    func values(_ name: String) throws -> [Float] {
      try #require(graph.initializer.first { $0.name == name }).rawData
        .withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    func own(_ name: String) throws -> [Float] {
      try #require(SmallModel.model.weights["stages.0.0.reduce." + name]).values
    }
    let (weights, bias) = try (values("stages.0.0.reduce.weight"), values("stages.0.0.reduce.bias"))
    let kernel = try own("conv.weight")
    let (gamma, beta) = try (own("bn.weight"), own("bn.bias"))
    let (mean, variance) = try (own("bn.running_mean"), own("bn.running_var"))
    let input = Formula.noise("x", count: 4).map { Float($0) }
    for o in 0..<4 {
      func sum(_ weights: [Float]) -> Float {
        (0..<4).reduce(0) { $0 + weights[4 * o + $1] * input[$1] }
      }
      let expected =
        gamma[o] * (sum(kernel) - mean[o]) / (variance[o] + 1e-5).squareRoot() + beta[o]
      // A few roundings of numbers near 1.
      #expect(abs(sum(weights) + bias[o] - expected) < 1e-6)
    }
  }

  @Test("has the same bytes each time and is told apart from weights")
  func again() throws {
    let path = folder.path("model.onnx")
    try SmallModel.model.writeONNX(toFile: path)
    let first = try SHA256.hexDigest(ofFile: path)
    try SmallModel.model.writeONNX(toFile: path)
    #expect(try SHA256.hexDigest(ofFile: path) == first)
    let error = #expect(throws: CheckpointError.self) { try Model(contentsOfFile: path) }
    #expect(error?.description.contains("is an ONNX model") == true)
  }

  @Test("is not written for what it cannot hold, and nothing is left behind")
  func refused() throws {
    let path = folder.path("model.onnx")
    func line(_ attention: Bool, _ edit: (inout Model) -> Void) -> String {
      var model = SmallModel.model
      edit(&model)
      let error = #expect(throws: CheckpointError.self) {
        try model.writeONNX(toFile: path, attention: attention)
      }
      return error?.description ?? ""
    }
    #expect(
      line(false) { $0.weights["stem.bn.bias"] = nil }.contains("'stem.bn.bias': expected [4]"))
    #expect(
      line(false) {
        $0.weights["stem.bn.running_var"] = Tensor(shape: [4], values: [1, 1, -2, 1])
      }.contains("'stem.bn.running_var' is -2.0 at channel 2"))
    let summed = line(true) {
      $0.architecture.gate = .sum
      $0.weights = .formula(for: $0.architecture)
    }
    #expect(summed.contains("attention: the network's units do not weigh their branches"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }
}

import Checkpoints
import Engine
import Networks
import TestSupport
import Testing

@Suite(
  "ONNX files on ONNX Runtime", .serialized,
  .enabled(
    if: isThere(ONNXRuntime.isThere, else: "ONNX files for want of pip or its packages"),
    "ONNX Runtime cannot be had here; the line above says why"))
struct ONNXRuntimeTests {
  /// Of each tensor's largest magnitude, as for the engine against PyTorch.
  static let tolerance: Float = 1e-4

  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("give the logits and the attention that the engine gives", arguments: ONNXCase.all)
  func agree(_ network: ONNXCase) throws {
    let model = try network.model()
    let (runner, input) = try (Runner(Self.plan(model)), Self.input(model, network.pictures))
    let found = try outputs(of: model, input: input)

    let units = model.architecture.units.enumerated().filter { $0.element.hasAttention }
    let branches = model.architecture.branches.count
    #expect(found.map(\.name) == ["logits"] + units.map { "attention.\($0.element.name)" })
    let extents = [[model.architecture.classes]] + units.map { [branches, $0.element.width] }
    #expect(found.map(\.declared) == extents.map { ["N"] + $0.map(String.init) })
    #expect(found.map(\.shape) == extents.map { [network.pictures] + $0 })

    let count = input.values.count / network.pictures
    for picture in 0..<network.pictures {
      try runner.run(Array(input.values[picture * count..<(picture + 1) * count]))
      let expected = [runner.logits] + units.map { runner.attention(ofUnit: $0.offset) }
      for (output, expected) in zip(found, expected) {
        let start = picture * expected.count
        let error = relativeError(
          Array(output.values[start..<start + expected.count]), expected)
        #expect(error < Self.tolerance, "picture \(picture), \(output.name)")
      }
    }
  }

  @Test("take a batch of two as the same pictures one by one")
  func batch() throws {
    let model = try Model(contentsOfFile: Fixtures.bundledModel)
    let input = Self.input(model, 2)
    let together = try outputs(of: model, input: input)
    let count = input.values.count / 2
    for picture in 0..<2 {
      let alone = try outputs(
        of: model,
        input: Tensor(
          shape: [1] + input.shape.dropFirst(),
          values: Array(input.values[picture * count..<(picture + 1) * count])))
      for (one, two) in zip(alone, together) {
        let start = picture * one.values.count
        // Only the order of some sums may differ.
        #expect(
          relativeError(Array(two.values[start..<start + one.values.count]), one.values) < 1e-5)
      }
    }
  }

  private func outputs(of model: Model, input: Tensor) throws -> [ONNXRuntime.Output] {
    let path = folder.path("model.onnx")
    try model.writeONNX(toFile: path, attention: model.architecture.hasAttention)
    return try ONNXRuntime.shared.get().outputs(of: path, input: input)
  }

  private static func plan(_ model: Model) throws -> Plan {
    let side = model.preprocessing.size
    return try Plan(model.architecture, weights: model.weights, height: side, width: side)
  }

  private static func input(_ model: Model, _ pictures: Int) -> Tensor {
    let side = model.preprocessing.size
    return Formula.noise("input", shape: [pictures, 3, side, side])
  }
}

/// A network to write as ONNX, and how many pictures to show it.
struct ONNXCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var pictures = 1
  var model: @Sendable () throws -> Model

  static let all = [
    ONNXCase(testDescription: "the bundled model", pictures: 2) {
      try Model(contentsOfFile: Fixtures.bundledModel)
    },
    ONNXCase(testDescription: "three branches, one dense 5×5, at an odd size", pictures: 2) {
      try fixture("three-branches", size: 45)
    },
    ONNXCase(testDescription: "Caffe's pool at an odd size", pictures: 2) {
      try sized(Model(contentsOfFile: Fixtures.path("foreign/caffe-small.caffemodel")), 65)
    },
    ONNXCase(testDescription: "timm's basic blocks on slices of their input") {
      try sized(PublishedNetwork.named("timm-skresnet18").model(), 64)
    },
    ONNXCase(testDescription: "timm's deep stem and pooled shortcuts at an odd size") {
      try sized(PublishedNetwork.named("timm-skresnet50d").model(), 65)
    },
    ONNXCase(testDescription: "one branch and squeeze-and-excitation") {
      made(branches: [(3, 1, 32)]) { $0.squeezeExcitation = .init(reduction: 4) }
    },
    ONNXCase(testDescription: "select biases, a dense branch beside a grouped") {
      made(branches: [(3, 1, 1), (3, 2, 8)]) { $0.selectBias = true }
    },
    ONNXCase(testDescription: "branches added without attention, basic blocks") {
      made(branches: [(3, 1, 4), (7, 1, 4)]) {
        $0.block = .basic
        $0.gate = .sum
      }
    },
    ONNXCase(testDescription: "a sigmoid a branch, shared by the channels", pictures: 2) {
      made(branches: [(3, 1, 8), (3, 2, 8)]) {
        $0.gate = .sigmoid
        $0.attentionScope = .shared
      }
    },
    ONNXCase(testDescription: "a softmax at every position", pictures: 2) {
      made(branches: [(3, 1, 8), (3, 2, 8)]) { $0.attentionScope = .position }
    },
    ONNXCase(testDescription: "ShuffleNetV2 with SK convolutions", pictures: 2) {
      formula(try Catalogue.entry(named: "shufflenetv2-0.5x-sk").architecture, size: 64)
    },
    ONNXCase(testDescription: "ShuffleNetV2 with squeeze-and-excitation") {
      formula(try Catalogue.entry(named: "shufflenetv2-0.5x-se").architecture, size: 64)
    },
  ]

  private static func sized(_ model: Model, _ size: Int) -> Model {
    var model = model
    model.preprocessing.size = size
    return model
  }

  private static func formula(_ architecture: Architecture, size: Int) -> Model {
    Model(
      name: "formula", architecture: architecture, preprocessing: Preprocessing(size: size),
      weights: .formula(for: architecture))
  }

  private static func fixture(_ file: String, size: Int) throws -> Model {
    let network = try #require(FixtureNetwork.all.first { $0.file == file })
    return formula(network.architecture, size: size)
  }

  /// A small network behind ResNet's stem, with groups that its first stage is too narrow for.
  private static func made(
    branches: [(kernel: Int, dilation: Int, groups: Int)], edit: (inout Architecture) -> Void
  ) -> Model {
    var architecture = Architecture(
      stem: .init(kernel: 7, stride: 2, channels: 16, pool: .padded),
      stages: [
        .init(units: 2, width: 16, output: 32, stride: 1),
        .init(units: 1, width: 32, output: 48, stride: 2),
      ],
      branches: branches.map { .init(kernel: $0.kernel, dilation: $0.dilation, groups: $0.groups) },
      gate: branches.count > 1 ? .softmax : nil, minimum: 8, classes: 7)
    edit(&architecture)
    return formula(architecture, size: 48)
  }
}

import Checkpoints
import Networks
import TestSupport
import Testing

@Suite("Published PyTorch networks", .serialized)
struct PublishedNetworkTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test("have each tensor in its place", arguments: PublishedNetwork.pytorch)
  func places(_ network: PublishedNetwork) throws {
    try check(network.model(), network)
  }

  @Test("are read from safetensors")
  func safetensors() throws {
    let network = PublishedNetwork.named("timm-skresnext50_32x4d")
    let path = folder.path("model.safetensors")
    try SafetensorsWriter.write(
      network.shapes().map { name, shape in
        NamedArray(name, shape: shape, floats: Formula.tensor(name, shape: shape).values)
      }, toFile: path)
    let model = try Model(contentsOfFile: path)
    #expect(model.path == path && model.sha256.count == 64)
    try check(model, network)
  }

  @Test(
    "are read from PyTorch's files, wrapped or not",
    arguments: [
      FileCase("timm-skresnet18", zip: true),
      FileCase("timm-skresnet18", zip: false, wrapper: "model", prefix: "_orig_mod.module."),
      FileCase("insight-sk_resnet50", zip: false, wrapper: "state_dict", prefix: "module."),
      FileCase("simclr-r50_1x_sk1", zip: true, wrapper: "resnet"),
      // As segmentation_models.pytorch has it, within a network for segmentation.
      FileCase("timm-skresnet18", zip: true, wrapper: "state_dict", prefix: "model.encoder."),
    ])
  func pytorch(_ file: FileCase) throws {
    let network = PublishedNetwork.named(file.fixture)
    var writer = TorchWriter(tensors: try network.tensors())
    writer.prefix = file.prefix
    writer.wrapper = file.wrapper
    writer.others = [
      ("epoch", .integer(90)),
      ("recorder", .global("metrics", "RecorderMeter") + [.emptyTuple, .newObject, .none, .build]),
    ]
    let path = try folder.write(file.zip ? writer.zip() : writer.legacy(), to: "model.pth.tar")
    try check(Model(contentsOfFile: path), network)
  }

  struct FileCase: Sendable, CustomTestStringConvertible {
    var fixture: String
    var zip: Bool
    var wrapper: String?
    var prefix: String

    init(_ fixture: String, zip: Bool, wrapper: String? = nil, prefix: String = "") {
      self.fixture = fixture
      self.zip = zip
      self.wrapper = wrapper
      self.prefix = prefix
    }

    var testDescription: String {
      "\(fixture), \(zip ? "zip" : "legacy"), \(wrapper ?? "bare"), '\(prefix)'"
    }
  }

  private func check(_ model: Model, _ network: PublishedNetwork) throws {
    #expect(model.name == network.name)
    #expect(model.preprocessing.size == 224)
    #expect(model.preprocessing.crop == 0.875)
    #expect(model.preprocessing.channelOrder == .rgb)
    let shapes = try network.shapes()
    for parameter in model.architecture.parameters {
      let isRight = model.weights[parameter.name] == network.expected(parameter, shapes: shapes)
      #expect(isRight, "\(parameter.name)")
    }
    // Every foreign value is in a parameter of ours, and none twice.
    #expect(
      model.architecture.parameters.reduce(0) { $0 + $1.count }
        == shapes.values.reduce(0) { $0 + ($1.isEmpty ? 0 : $1.reduce(1, *)) })
  }

  @Test("are the architectures that their authors describe")
  func architectures() throws {
    let paper = try Catalogue.entry(named: "sknet50").architecture
    func architecture(_ fixture: String) throws -> Architecture {
      try PublishedNetwork.named(fixture).model().architecture
    }
    #expect(try architecture("timm-skresnext50_32x4d") == paper)
    var biased = paper
    biased.selectBias = true
    #expect(try architecture("syt2-sknet50") == biased)

    let basic = try architecture("timm-skresnet18")
    #expect(basic.block == .basic)
    #expect(basic.splitInput)
    #expect(basic.stages.map(\.output) == [64, 128, 256, 512])
    #expect(basic.units.map(\.attentionWidth) == [16, 16, 16, 16, 32, 32, 64, 64])
    #expect(basic.branches.map(\.dilation) == [1, 2])
    #expect(basic.branches.map(\.groups) == [1, 1])

    let bottleneck = try architecture("timm-skresnet50")
    #expect(bottleneck.block == .bottleneck)
    #expect(bottleneck.splitInput)
    #expect(bottleneck.stages.map(\.width) == [64, 128, 256, 512])
    #expect(Set(bottleneck.units.map(\.attentionWidth)) == [8, 16, 32])

    var deep = bottleneck
    deep.stem = .init(kernel: 3, stride: 2, channels: 64, pool: .padded, hidden: [32, 32])
    deep.shortcutPool = .average
    #expect(try architecture("timm-skresnet50d") == deep)

    let insight = try architecture("insight-sk_resnet50")
    #expect(!insight.splitInput)
    #expect(insight.branches.map(\.dilation) == [1, 1])
    #expect(insight.branches.map(\.groups) == [1, 32])
    #expect(insight.stages.map(\.attentionWidth) == [nil, nil, nil, nil])
  }
}

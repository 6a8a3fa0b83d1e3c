import Checkpoints
import Foundation
import Networks
import TestSupport
import Testing

@Suite("Writing timm's layout", .serialized)
struct TimmWritingTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  @Test(
    "gives timm's own tensors back: names, shapes and every value",
    arguments: [
      "timm-skresnext50_32x4d", "timm-skresnet50", "timm-skresnet50d", "timm-skresnet18",
    ])
  func published(_ fixture: String) throws {
    let network = PublishedNetwork.named(fixture)
    let path = folder.path("timm.safetensors")
    try network.model().write(toFile: path, layout: .timm)
    let shapes = try network.shapes().filter { !$0.key.hasSuffix("num_batches_tracked") }
    let file = try SafetensorsFile(contentsOfFile: path)
    #expect(Set(file.names) == Set(shapes.keys))
    for (name, shape) in shapes {
      let isRight = try file.tensor(name) == Formula.tensor(name, shape: shape)
      #expect(isRight, "\(name)")
    }
  }

  @Test("of SKNet-50 has the names of skresnext50_32x4d and is read back to the bit")
  func sknet50() throws {
    let architecture = try Catalogue.entry(named: "sknet50").architecture
    var preprocessing = Preprocessing(size: 160, crop: 0.9, interpolation: .bilinear)
    preprocessing.mean = [0.5, 0.25, 0.125]
    let model = Model(
      name: "mine", architecture: architecture, preprocessing: preprocessing,
      classes: (0..<1000).map { "class \($0)" }, weights: .formula(for: architecture))
    let path = folder.path("timm.safetensors")
    try model.write(toFile: path, layout: .timm)
    let shapes = try PublishedNetwork.named("timm-skresnext50_32x4d").shapes()
      .filter { !$0.key.hasSuffix("num_batches_tracked") }
    let file = try SafetensorsFile(contentsOfFile: path)
    #expect(file.names.count == shapes.count)
    for name in file.names { #expect(file.shape(of: name) == shapes[name], "\(name)") }

    let read = try Model(contentsOfFile: path)
    #expect(read.name == model.name && read.architecture == model.architecture)
    #expect(read.preprocessing == model.preprocessing && read.classes == model.classes)
    #expect(read.weights.tensors == model.weights.tensors)

    // Without our metadata the names and shapes say the same.
    let bare = folder.path("bare.safetensors")
    try SafetensorsWriter.write(
      file.names.map { name in
        NamedArray(name, shape: shapes[name] ?? [], floats: try file.tensor(name).values)
      }, toFile: bare)
    let inferred = try Model(contentsOfFile: bare)
    #expect(inferred.name == "skresnext50_32x4d" && inferred.architecture == model.architecture)
    #expect(inferred.weights.tensors == model.weights.tensors)
  }

  /// Names as `timm.models.resnet.ResNet` gives them to `stem_type` and `avg_down`.
  @Test(
    "knows deep stems and pooled shortcuts apart",
    arguments: [Architecture.Block.bottleneck, .basic],
    [
      ([32, 32], .average, ["conv1.6.weight", "layer2.0.downsample.2.bias"]),
      ([24, 32], nil, ["conv1.0.weight", "layer2.0.downsample.1.bias"]),
      (nil, .average, ["conv1.weight", "layer2.0.downsample.2.bias"]),
      (nil, nil, ["conv1.weight", "layer2.0.downsample.1.bias"]),
    ] as [([Int]?, Architecture.ShortcutPool?, [String])])
  func stems(
    block: Architecture.Block,
    part: (hidden: [Int]?, pool: Architecture.ShortcutPool?, names: [String])
  ) throws {
    var architecture = try PublishedNetwork.named("timm-skresnet18").model().architecture
    architecture.block = block
    architecture.stem = .init(
      kernel: part.hidden == nil ? 7 : 3, stride: 2, channels: 64, pool: .padded,
      hidden: part.hidden)
    architecture.shortcutPool = part.pool
    let model = Model(
      name: "mine", architecture: architecture, preprocessing: Preprocessing(size: 64),
      weights: .formula(for: architecture))
    let path = folder.path("timm.safetensors")
    try model.write(toFile: path, layout: .timm)
    let file = try SafetensorsFile(contentsOfFile: path)
    for name in part.names { #expect(file.names.contains(name), "\(name)") }
    let read = try Model(contentsOfFile: path)
    #expect(read.architecture == architecture && read.weights.tensors == model.weights.tensors)
    // From names and shapes alone.
    let bare = folder.path("bare.safetensors")
    try SafetensorsWriter.write(
      file.names.map { name in
        let tensor = try file.tensor(name)
        return NamedArray(name, shape: tensor.shape, floats: tensor.values)
      }, toFile: bare)
    let inferred = try Model(contentsOfFile: bare)
    #expect(inferred.architecture.stem == architecture.stem)
    #expect(inferred.architecture.shortcutPool == architecture.shortcutPool)
    #expect(inferred.weights.tensors == model.weights.tensors)
  }

  /// An edit that takes SKNet-26 out of timm's reach, and words of the refusal.
  struct Obstacle: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var words: String
    var edit: @Sendable (inout Architecture) -> Void

    init(
      _ name: String, _ words: String, _ edit: @escaping @Sendable (inout Architecture) -> Void
    ) {
      testDescription = name
      self.words = words
      self.edit = edit
    }

    static let all = [
      Obstacle("select biases", "without biases, this network biases") { $0.selectBias = true },
      Obstacle("three branches", "two branches under attention, this network 3 under") {
        $0.branches.append(.init(kernel: 3, dilation: 3, groups: 32))
      },
      Obstacle("one branch", "this network 1 without attention") { $0.branches.removeLast() },
      Obstacle("no attention", "this network 2 without attention") { $0.gate = .sum },
      Obstacle("a dense 5×5", "this network 3×3 dilated by 1, 5×5 dilated by 1") {
        $0.branches[1] = .init(kernel: 5, dilation: 1, groups: 32)
      },
      Obstacle("branches of different groups", "equal groups, this network 1, 32 groups") {
        $0.branches[0].groups = 1
      },
      Obstacle("squeeze-and-excitation", "no squeeze-and-excitation") {
        $0.squeezeExcitation = .init(reduction: 16)
      },
      Obstacle("Caffe's pool", "7×7, stride 2, pool 'ceil'") { $0.stem.pool = .ceil },
      Obstacle("a small stem", "this network 3×3, stride 1, pool 'none'") {
        $0.stem = .init(kernel: 3, stride: 1, channels: 64, pool: .none)
      },
      Obstacle("a deep stem of 7×7", "three 3×3 with w, w and 2w channels, stride 2") {
        $0.stem.hidden = [32, 32]
      },
      Obstacle("a stem of four", "'padded' and 32, 32, 32, 64 channels") {
        $0.stem = .init(
          kernel: 3, stride: 2, channels: 64, pool: .padded, hidden: [32, 32, 32])
      },
      Obstacle("a stem of other widths", "'padded' and 16, 32, 64 channels") {
        $0.stem = .init(kernel: 3, stride: 2, channels: 64, pool: .padded, hidden: [16, 32])
      },
      Obstacle("three stages", "this network 1, 2, 2") { $0.stages.removeLast() },
      Obstacle("another epsilon", "this network 0.001") { $0.epsilon = 1e-3 },
    ]
  }

  @Test("is refused for what timm's code cannot build", arguments: Obstacle.all)
  func refused(_ obstacle: Obstacle) throws {
    var architecture = try Catalogue.entry(named: "sknet26").architecture
    obstacle.edit(&architecture)
    // Narrow, so that its weights are quickly made; timm's names do not depend on it.
    for index in architecture.stages.indices {
      architecture.stages[index].width = 32
      architecture.stages[index].output = 64
    }
    let model = Model(
      name: "edited", architecture: architecture, preprocessing: Preprocessing(size: 64),
      weights: .formula(for: architecture))
    let path = folder.path("timm.safetensors")
    let error = #expect(throws: CheckpointError.self) {
      try model.write(toFile: path, layout: .timm)
    }
    let line = error?.description ?? ""
    #expect(line.hasPrefix(path) && line.contains(obstacle.words), "\(line)")
    #expect(!line.contains("\n"))
    #expect(!FileManager.default.fileExists(atPath: path))
    // In our own layout it is read back whole.
    try model.write(toFile: path)
    #expect(try Model(contentsOfFile: path).architecture == architecture)
  }
}

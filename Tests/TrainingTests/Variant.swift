import Networks

/// A small network for something that training has to get right.
struct Variant: Sendable, CustomStringConvertible {
  var description: String
  var architecture: Architecture
  /// Height and width of its pictures.
  var size: SpatialSize
  /// Of pictures with which four of them come to no input of a ReLU, and no two values of a pooled window,
  /// within rounding of a kink.
  var seed: Int

  static let all = [
    Variant("weighed branches", seed: 14, of: network()),
    Variant("three branches, one of them 5×5", seed: 18) {
      $0.branches = [(3, 1, 4), (5, 1, 2), (3, 3, 4)].map(branch)
    },
    Variant("summed branches", seed: 7) { $0.gate = .sum },
    Variant("one branch", seed: 16) {
      $0.branches = [branch((3, 2, 4))]
      $0.gate = nil
    },
    Variant("biased select", seed: 3) { $0.selectBias = true },
    Variant("a sigmoid a branch", seed: 7) { $0.gate = .sigmoid },
    Variant("attention shared by channels, biased", seed: 15) {
      $0.attentionScope = .shared
      $0.selectBias = true
    },
    Variant("attention at every position, biased", seed: 18) {
      $0.attentionScope = .position
      $0.selectBias = true
    },
    Variant("a sigmoid at every position", seed: 47) {
      $0.attentionScope = .position
      $0.gate = .sigmoid
    },
    Variant("shuffle units", seed: 20) {
      $0.shuffles()
      $0.branches = [branch((3, 1, 24))]
      $0.gate = nil
    },
    Variant("shuffle units with weighed branches", seed: 50) { $0.shuffles() },
    Variant("shuffle units with excitation", seed: 1) {
      $0.shuffles()
      $0.branches = [branch((3, 1, 24))]
      $0.gate = nil
      $0.squeezeExcitation = .init(reduction: 4)
    },
    Variant("a head", seed: 72) { $0.head = 24 },
    Variant("excitation", seed: 64) { $0.squeezeExcitation = .init(reduction: 8) },
    Variant("excitation after one branch", seed: 47) {
      $0.branches = [branch((3, 1, 4))]
      $0.gate = nil
      $0.squeezeExcitation = .init(reduction: 4)
    },
    Variant("dense branches, dilated by 2 at stride 2 as well", seed: 41) {
      $0.branches = [branch((3, 1, 1)), branch((3, 2, 1))]
    },
    Variant("1×1 beside 3×3", seed: 12) { $0.branches = [branch((1, 1, 4)), branch((3, 1, 4))] },
    Variant("split input", seed: 2) {
      $0.splitInput = true
      $0.stages = [.init(units: 2, width: 32, output: 32, stride: 2)]
    },
    Variant("split input, dense branches", seed: 2) {
      $0.splitInput = true
      $0.branches = [branch((3, 1, 1)), branch((3, 2, 1))]
      $0.stages = [.init(units: 1, width: 32, output: 32, stride: 2)]
    },
    Variant("basic blocks", seed: 4) {
      $0.block = .basic
      $0.stages = [
        .init(units: 2, width: 16, output: 16, stride: 1),
        .init(units: 2, width: 32, output: 32, stride: 2),
      ]
    },
    Variant("basic blocks, split input, dense branches", seed: 17) {
      $0.block = .basic
      $0.splitInput = true
      $0.stem.channels = 32
      $0.branches = [branch((3, 1, 1)), branch((3, 2, 1))]
      $0.stages = [.init(units: 2, width: 32, output: 32, stride: 1)]
    },
    Variant("7×7 stem and pool", seed: 0) {
      $0.stem = .init(kernel: 7, stride: 2, channels: 16, pool: .padded)
    },
    Variant("pool rounded up", seed: 3) {
      $0.stem = .init(kernel: 3, stride: 1, channels: 16, pool: .ceil)
    },
    Variant("deep stem and pool", seed: 0) {
      $0.stem = .init(kernel: 3, stride: 2, channels: 24, pool: .padded, hidden: [12, 16])
    },
    Variant("two convolutions in the stem, no pool", seed: 12, size: .init(height: 9, width: 14)) {
      $0.stem.hidden = [20]
    },
    Variant("pooled shortcuts, clipped", seed: 12, size: .init(height: 13, width: 17)) {
      $0.shortcutPool = .average
      $0.stages.append(.init(units: 2, width: 32, output: 32, stride: 3))
    },
    Variant("pooled shortcuts of excited basic blocks", seed: 2, size: .init(height: 13, width: 16))
    {
      $0.block = .basic
      $0.shortcutPool = .average
      $0.squeezeExcitation = .init(reduction: 4)
    },
    Variant("channels that fill no block", seed: 34) {
      $0.stem.channels = 12
      $0.stages = [
        .init(units: 2, width: 20, output: 28, stride: 1),
        .init(units: 1, width: 24, output: 40, stride: 2),
      ]
    },
    Variant(
      "oblong pictures of odd sides", seed: 18, of: network(), size: .init(height: 13, width: 19)),
  ]

  private init(
    _ description: String, seed: Int, of architecture: Architecture,
    size: SpatialSize = .init(side: 16)
  ) {
    self.description = description
    self.seed = seed
    self.architecture = architecture
    self.size = size
  }

  private init(
    _ description: String, seed: Int, size: SpatialSize = .init(side: 16),
    edit: (inout Architecture) -> Void
  ) {
    var architecture = Self.network()
    edit(&architecture)
    self.init(description, seed: seed, of: architecture, size: size)
  }

  private static func network() -> Architecture {
    Architecture(
      stem: .init(kernel: 3, stride: 1, channels: 16, pool: .none),
      stages: [
        .init(units: 2, width: 16, output: 32, stride: 1),
        .init(units: 1, width: 32, output: 48, stride: 2),
      ], branches: [branch((3, 1, 4)), branch((3, 2, 4))], minimum: 8, classes: 5)
  }

  private static func branch(_ values: (Int, Int, Int)) -> Architecture.Branch {
    .init(kernel: values.0, dilation: values.1, groups: values.2)
  }

  /// A batch of noise.
  func pixels(count: Int, named name: String = "input") -> [Float] {
    Formula.noise(name, shape: [count, 3, size.height, size.width]).values
  }
}

extension Architecture {
  /// ShuffleNetV2 in small, with halves that fill no block.
  fileprivate mutating func shuffles() {
    block = .shuffle
    stem = .init(kernel: 3, stride: 1, channels: 12, pool: .none)
    stages = [
      .init(units: 3, width: 20, output: 40, stride: 1),
      .init(units: 2, width: 24, output: 48, stride: 2),
    ]
    branches = branches.map { .init(kernel: $0.kernel, dilation: $0.dilation, groups: 24) }
    head = 32
  }
}

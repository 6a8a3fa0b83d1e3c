import Networks

/// A small network for something that training has to get right.
struct Variant: Sendable, CustomStringConvertible {
  var description: String
  var architecture: Architecture
  /// Height and width of its pictures.
  var size: SpatialSize

  static let all = [
    Variant("weighed branches", of: network()),
    Variant("three branches, one of them 5×5") {
      $0.branches = [(3, 1, 4), (5, 1, 2), (3, 3, 4)].map(branch)
    },
    Variant("summed branches") { $0.gate = .sum },
    Variant("one branch") {
      $0.branches = [branch((3, 2, 4))]
      $0.gate = nil
    },
    Variant("biased select") { $0.selectBias = true },
    Variant("a sigmoid a branch") { $0.gate = .sigmoid },
    Variant("attention shared by channels, biased") {
      $0.attentionScope = .shared
      $0.selectBias = true
    },
    Variant("attention at every position, biased") {
      $0.attentionScope = .position
      $0.selectBias = true
    },
    Variant("a sigmoid at every position") {
      $0.attentionScope = .position
      $0.gate = .sigmoid
    },
    Variant("shuffle units") {
      $0.shuffles()
      $0.branches = [branch((3, 1, 24))]
      $0.gate = nil
    },
    Variant("shuffle units with weighed branches") { $0.shuffles() },
    Variant("shuffle units with excitation") {
      $0.shuffles()
      $0.branches = [branch((3, 1, 24))]
      $0.gate = nil
      $0.squeezeExcitation = .init(reduction: 4)
    },
    Variant("a head") { $0.head = 24 },
    Variant("excitation") { $0.squeezeExcitation = .init(reduction: 8) },
    Variant("excitation after one branch") {
      $0.branches = [branch((3, 1, 4))]
      $0.gate = nil
      $0.squeezeExcitation = .init(reduction: 4)
    },
    Variant("dense branches, dilated by 2 at stride 2 as well") {
      $0.branches = [branch((3, 1, 1)), branch((3, 2, 1))]
    },
    Variant("1×1 beside 3×3") { $0.branches = [branch((1, 1, 4)), branch((3, 1, 4))] },
    Variant("split input") {
      $0.splitInput = true
      $0.stages = [.init(units: 2, width: 32, output: 32, stride: 2)]
    },
    Variant("split input, dense branches") {
      $0.splitInput = true
      $0.branches = [branch((3, 1, 1)), branch((3, 2, 1))]
      $0.stages = [.init(units: 1, width: 32, output: 32, stride: 2)]
    },
    Variant("basic blocks") {
      $0.block = .basic
      $0.stages = [
        .init(units: 2, width: 16, output: 16, stride: 1),
        .init(units: 2, width: 32, output: 32, stride: 2),
      ]
    },
    Variant("basic blocks, split input, dense branches") {
      $0.block = .basic
      $0.splitInput = true
      $0.stem.channels = 32
      $0.branches = [branch((3, 1, 1)), branch((3, 2, 1))]
      $0.stages = [.init(units: 2, width: 32, output: 32, stride: 1)]
    },
    Variant("7×7 stem and pool") {
      $0.stem = .init(kernel: 7, stride: 2, channels: 16, pool: .padded)
    },
    Variant("pool rounded up") { $0.stem = .init(kernel: 3, stride: 1, channels: 16, pool: .ceil) },
    Variant("deep stem and pool") {
      $0.stem = .init(kernel: 3, stride: 2, channels: 24, pool: .padded, hidden: [12, 16])
    },
    Variant("two convolutions in the stem, no pool", size: .init(height: 9, width: 14)) {
      $0.stem.hidden = [20]
    },
    Variant("pooled shortcuts, clipped", size: .init(height: 13, width: 17)) {
      $0.shortcutPool = .average
      $0.stages.append(.init(units: 2, width: 32, output: 32, stride: 3))
    },
    Variant("pooled shortcuts of excited basic blocks", size: .init(height: 13, width: 16)) {
      $0.block = .basic
      $0.shortcutPool = .average
      $0.squeezeExcitation = .init(reduction: 4)
    },
    Variant("channels that fill no block") {
      $0.stem.channels = 12
      $0.stages = [
        .init(units: 2, width: 20, output: 28, stride: 1),
        .init(units: 1, width: 24, output: 40, stride: 2),
      ]
    },
    Variant("oblong pictures of odd sides", of: network(), size: .init(height: 13, width: 19)),
  ]

  private init(
    _ description: String, of architecture: Architecture, size: SpatialSize = .init(side: 16)
  ) {
    self.description = description
    self.architecture = architecture
    self.size = size
  }

  private init(
    _ description: String, size: SpatialSize = .init(side: 16),
    edit: (inout Architecture) -> Void
  ) {
    var architecture = Self.network()
    edit(&architecture)
    self.init(description, of: architecture, size: size)
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

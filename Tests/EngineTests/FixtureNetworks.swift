import Networks
import Testing

/// The networks that the fixtures were made with.
struct FixtureNetwork: CustomTestStringConvertible, Sendable {
  let file: String
  let architecture: Architecture
  let pictures: Int
  let size: Int

  var testDescription: String { file }

  static let all = residual + gated + shuffled

  private static let residual: [FixtureNetwork] =
    [
      FixtureNetwork(
        file: "sknet26", architecture: imageNet([2, 2, 2, 2], sk), pictures: 2, size: 224),
      FixtureNetwork(
        file: "sknet50", architecture: imageNet([3, 4, 6, 3], sk), pictures: 1, size: 224),
      FixtureNetwork(
        file: "resnext50", architecture: imageNet([3, 4, 6, 3], plain), pictures: 1, size: 224),
      FixtureNetwork(
        file: "senet50",
        architecture: imageNet([3, 4, 6, 3], plain, excitation: .init(reduction: 16)), pictures: 1,
        size: 224),
      FixtureNetwork(file: "sknet26-tiny", architecture: tiny, pictures: 4, size: 64),
      FixtureNetwork(file: "three-branches", architecture: threeBranches, pictures: 2, size: 72),
    ]

  private static let gated = [
    gated("sigmoid") { $0.gate = .sigmoid }, gated("shared") { $0.attentionScope = .shared },
    gated("position") { $0.attentionScope = .position },
  ]

  private static let shuffled = [
    "shufflenetv2-1.0x", "shufflenetv2-0.5x-se", "shufflenetv2-0.5x-sk",
  ].compactMap { name in
    Catalogue.entries.first { $0.name == name }.map {
      FixtureNetwork(file: name, architecture: $0.architecture, pictures: 2, size: 64)
    }
  }

  static let tiny = Architecture(
    stem: .init(kernel: 3, stride: 2, channels: 32, pool: .none),
    stages: stages([2, 2, 2, 2], widths: [32, 64, 128, 256]),
    branches: [
      .init(kernel: 3, dilation: 1, groups: 8), .init(kernel: 3, dilation: 2, groups: 8),
    ], classes: 200)

  private static func gated(
    _ name: String, _ edit: (inout Architecture) -> Void
  ) -> FixtureNetwork {
    var architecture = tiny
    for index in architecture.stages.indices { architecture.stages[index].units = 1 }
    architecture.classes = 10
    edit(&architecture)
    return FixtureNetwork(file: "gate-" + name, architecture: architecture, pictures: 2, size: 72)
  }

  private static let threeBranches = Architecture(
    stem: .init(kernel: 3, stride: 2, channels: 32, pool: .none),
    stages: stages([1, 1, 1, 1], widths: [32, 64, 128, 256]),
    branches: [
      .init(kernel: 3, dilation: 1, groups: 8), .init(kernel: 5, dilation: 1, groups: 8),
      .init(kernel: 3, dilation: 3, groups: 8),
    ], classes: 10)

  private static let sk: [Architecture.Branch] = [
    .init(kernel: 3, dilation: 1, groups: 32), .init(kernel: 3, dilation: 2, groups: 32),
  ]
  private static let plain: [Architecture.Branch] = [.init(kernel: 3, dilation: 1, groups: 32)]

  private static func stages(_ units: [Int], widths: [Int]) -> [Architecture.Stage] {
    units.indices.map {
      .init(units: units[$0], width: widths[$0], output: 2 * widths[$0], stride: $0 == 0 ? 1 : 2)
    }
  }

  private static func imageNet(
    _ units: [Int], _ branches: [Architecture.Branch],
    excitation: Architecture.SqueezeExcitation? = nil
  ) -> Architecture {
    Architecture(
      stem: .init(kernel: 7, stride: 2, channels: 64, pool: .padded),
      stages: stages(units, widths: [128, 256, 512, 1024]), branches: branches,
      gate: branches.count > 1 ? .softmax : nil, squeezeExcitation: excitation, classes: 1000)
  }
}

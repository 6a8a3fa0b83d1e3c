import Networks
import Testing

/// A selective kernel network of another repository, with the counts taken there at 224 × 224.
struct ForeignNetwork: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var architecture: Architecture
  var parameters: Int
  var macs: Int

  private init(_ name: String, _ architecture: Architecture, parameters: Int, macs: Int) {
    testDescription = name
    self.architecture = architecture
    self.parameters = parameters
    self.macs = macs
  }

  static let all = [
    ForeignNetwork(
      "timm skresnet18", basic(units: [2, 2, 2, 2]), parameters: 11_958_056, macs: 1_814_337_536),
    ForeignNetwork(
      "timm skresnet34", basic(units: [3, 4, 6, 3]), parameters: 22_282_376, macs: 3_664_237_568),
    ForeignNetwork(
      "timm skresnet50", split(units: [3, 4, 6, 3]), parameters: 25_803_160, macs: 4_089_422_336),
    ForeignNetwork(
      "timm skresnet50d", deep(split(units: [3, 4, 6, 3])), parameters: 25_822_392,
      macs: 4_329_062_912),
    ForeignNetwork(
      "PytorchInsight sk_resnet50", undilated(units: [3, 4, 6, 3]), parameters: 26_154_496,
      macs: 4_147_222_784),
    ForeignNetwork(
      "PytorchInsight sk_resnet101", undilated(units: [3, 4, 23, 3]), parameters: 45_678_112,
      macs: 7_921_068_288),
  ]

  /// timm's skresnet18 and 34: basic units, each branch on its half of the channels.
  private static func basic(units: [Int]) -> Architecture {
    resNet(
      units: units, expansion: 1,
      branches: [1, 2].map { Architecture.Branch(kernel: 3, dilation: $0, groups: 1) },
      split: true, reduction: 8, minimum: 16)
  }

  /// timm's skresnet50: the same split in bottlenecks.
  private static func split(units: [Int]) -> Architecture {
    resNet(
      units: units, expansion: 4,
      branches: [1, 2].map { Architecture.Branch(kernel: 3, dilation: $0, groups: 1) },
      split: true, reduction: 16, minimum: 8)
  }

  /// timm's `d`: three convolutions of 3×3 in the stem, shortcuts of means.
  private static func deep(_ network: Architecture) -> Architecture {
    var network = network
    network.stem.kernel = 3
    network.stem.hidden = [32, 32]
    network.shortcutPool = .average
    return network
  }

  /// The first author's later networks: a dense and a grouped 3×3, neither dilated.
  private static func undilated(units: [Int]) -> Architecture {
    resNet(
      units: units, expansion: 4,
      branches: [1, 32].map { Architecture.Branch(kernel: 3, dilation: 1, groups: $0) },
      split: false, reduction: 16, minimum: 1)
  }

  private static func resNet(
    units: [Int], expansion: Int, branches: [Architecture.Branch], split: Bool, reduction: Int,
    minimum: Int
  ) -> Architecture {
    Architecture(
      block: expansion == 1 ? .basic : .bottleneck,
      stem: Architecture.Stem(kernel: 7, stride: 2, channels: 64, pool: .padded),
      stages: units.enumerated().map { index, count in
        Architecture.Stage(
          units: count, width: 64 << index, output: (64 * expansion) << index,
          stride: index == 0 ? 1 : 2)
      },
      branches: branches, splitInput: split, reduction: reduction, minimum: minimum,
      classes: 1000)
  }
}

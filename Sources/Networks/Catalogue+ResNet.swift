extension Catalogue {
  /// The residual networks that the paper's grew from: one dense 3×3 in a bottleneck, or two in a row.
  ///
  /// The stride is the 3×3's, as in PyTorch; in the paper's own it was the first 1×1's.
  ///
  /// - SeeAlso: He et al. 2016, table 1.
  static let resNetEntries: [Entry] = [
    resNet("18", units: [2, 2, 2, 2], block: .basic),
    resNet("34", units: [3, 4, 6, 3], block: .basic),
    resNet("50", units: [3, 4, 6, 3], block: .bottleneck),
    resNet("101", units: [3, 4, 23, 3], block: .bottleneck),
  ]

  private static func resNet(
    _ depth: String, units: [Int], block: Architecture.Block
  ) -> Entry {
    Entry(
      name: "resnet" + depth, title: "ResNet-" + depth,
      architecture: Architecture(
        block: block, stem: Architecture.Stem(kernel: 7, stride: 2, channels: 64, pool: .padded),
        stages: stages(units: units, width: 64, output: block == .basic ? 64 : 256),
        branches: [spanning(3, groups: 1)], gate: nil, classes: 1000))
  }
}

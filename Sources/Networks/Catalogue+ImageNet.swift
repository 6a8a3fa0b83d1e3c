extension Catalogue {
  private static let units26 = [2, 2, 2, 2]
  private static let units50 = [3, 4, 6, 3]
  private static let units101 = [3, 4, 23, 3]

  /// The networks of the paper's tables 1, 2 and 3.
  ///
  /// - SeeAlso: Li et al. 2019, table 1; Xie et al. 2017 (ResNeXt); Hu et al. 2018 (SENet).
  static let imageNetEntries: [Entry] = [
    Entry(
      name: "sknet26", title: "SKNet-26",
      architecture: imageNetNetwork(units: units26, branches: twoBranches(groups: 32))),
    Entry(
      name: "sknet50", title: "SKNet-50", aliases: ["skresnext50_32x4d", "sknet50-k3-k5"],
      architecture: imageNetNetwork(units: units50, branches: twoBranches(groups: 32)),
      printed: PrintedFigures(millions: "27.5", gigaMACs: 4.47, table: 2, .authors)),
    Entry(
      name: "sknet101", title: "SKNet-101",
      architecture: imageNetNetwork(units: units101, branches: twoBranches(groups: 32)),
      printed: PrintedFigures(millions: "48.9", gigaMACs: 8.46, table: 2, .authors)),
    Entry(
      name: "resnext50", title: "ResNeXt-50", aliases: ["resnext50_32x4d", "sknet50-k3"],
      architecture: imageNetNetwork(units: units50, branches: [spanning(3)]),
      printed: PrintedFigures(millions: "25.0", gigaMACs: 4.24, table: 2, .authors)),
    Entry(
      name: "resnext101", title: "ResNeXt-101", aliases: ["resnext101_32x4d"],
      architecture: imageNetNetwork(units: units101, branches: [spanning(3)]),
      printed: PrintedFigures(millions: "44.3", gigaMACs: 7.99, table: 2, .authors)),
    Entry(
      name: "senet50", title: "SENet-50", aliases: ["seresnext50_32x4d", "seresnext50"],
      architecture: imageNetNetwork(units: units50, branches: [spanning(3)], excited: true),
      printed: PrintedFigures(millions: "27.7", gigaMACs: 4.25, table: 2, .authors)),
    Entry(
      name: "senet101", title: "SENet-101", aliases: ["seresnext101_32x4d", "seresnext101"],
      architecture: imageNetNetwork(units: units101, branches: [spanning(3)], excited: true),
      printed: PrintedFigures(millions: "49.2", gigaMACs: 8.00, table: 2, .authors)),
    Entry(
      name: "resnext50-wider", title: "ResNeXt-50, wider",
      architecture: imageNetNetwork(
        units: units50, width: 136, output: 272, branches: [spanning(3, groups: 34)]),
      printed: PrintedFigures(millions: "28.1", gigaMACs: 4.74, table: 3, .remembered),
      reading:
        "17/16 of every width and output, in groups of 4 channels as before (34×4d): a guess,"
        + " the one that comes closest"),
    Entry(
      name: "resnext56", title: "ResNeXt-56, deeper",
      architecture: imageNetNetwork(units: [3, 4, 8, 3], branches: [spanning(3)]),
      printed: PrintedFigures(millions: "27.3", gigaMACs: 4.67, table: 3, .remembered),
      reading: "two more units in stage 4"),
    Entry(
      name: "resnext50-36x4d", title: "ResNeXt-50 (36×4d)",
      architecture: imageNetNetwork(
        units: units50, width: 144, branches: [spanning(3, groups: 36)]),
      printed: PrintedFigures(millions: "27.6", gigaMACs: 4.70, table: 3, .remembered)),
  ]

  /// A network of table 1: grouped branches between 1×1 convolutions, 32×4d unless said otherwise.
  static func imageNetNetwork(
    units: [Int] = units50, width: Int = 128, output: Int = 256,
    branches: [Architecture.Branch], gate: Architecture.Gate = .softmax, excited: Bool = false
  ) -> Architecture {
    Architecture(
      stem: Architecture.Stem(kernel: 7, stride: 2, channels: 64, pool: .padded),
      stages: stages(units: units, width: width, output: output), branches: branches,
      gate: branches.count > 1 ? gate : nil,
      squeezeExcitation: excited ? Architecture.SqueezeExcitation(reduction: 16) : nil,
      classes: 1000)
  }
}

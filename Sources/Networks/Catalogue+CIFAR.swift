extension Catalogue {
  /// The networks of the paper's table 5, for the ten classes of CIFAR-10.
  ///
  /// A hundred classes add 92,250 learnt values to each. The paper gives few of the details; what
  /// each entry takes for granted stands in its `reading`.
  static let cifarEntries: [Entry] = [
    Entry(
      name: "sknet29", title: "SKNet-29",
      architecture: cifarNetwork(
        branches: [1, 3].map { Architecture.Branch(kernel: $0, dilation: 1, groups: 16) },
        reduction: 32),
      inputSize: 32, printed: PrintedFigures(millions: "27.7", gigaMACs: nil, table: 5, .quoted),
      reading:
        "branches 1×1 and 3×3, G 16, r 32 on 16×32d: of the readings tried, the one that comes"
        + " closest; SK[2, 16, 16] of 3×3 and dilated 3×3 would have 37.6M"),
    Entry(
      name: "senet29", title: "SENet-29",
      architecture: cifarNetwork(groups: 8, excited: true), inputSize: 32,
      printed: PrintedFigures(millions: "35.0", gigaMACs: nil, table: 5, .quoted),
      reading:
        "on 8×64d, whose count agrees with the printed one; on 16×32d, which the paper's text"
        + " suggests, it would have 25.7M"),
    Entry(
      name: "resnext29-16x32d", title: "ResNeXt-29, 16×32d", aliases: ["resnext29"],
      architecture: cifarNetwork(groups: 16), inputSize: 32,
      printed: PrintedFigures(millions: "25.2", gigaMACs: nil, table: 5, .remembered)),
    Entry(
      name: "resnext29-8x64d", title: "ResNeXt-29, 8×64d",
      architecture: cifarNetwork(groups: 8), inputSize: 32,
      printed: PrintedFigures(millions: "34.4", gigaMACs: nil, table: 5, .quoted)),
    Entry(
      name: "resnext29-16x64d", title: "ResNeXt-29, 16×64d",
      architecture: cifarNetwork(width: 1024, groups: 16), inputSize: 32,
      printed: PrintedFigures(millions: "68.1", gigaMACs: nil, table: 5, .remembered)),
  ]

  private static func cifarNetwork(
    width: Int = 512, groups: Int, excited: Bool = false
  ) -> Architecture {
    cifarNetwork(
      width: width, branches: [spanning(3, groups: groups)],
      squeezeExcitation: excited ? Architecture.SqueezeExcitation(reduction: 16) : nil)
  }

  /// Three stages of three units at 32, 16 and 8 positions a side, after one 3×3 convolution.
  ///
  /// - SeeAlso: Xie et al. 2017, section 5.3, for ResNeXt-29.
  private static func cifarNetwork(
    width: Int = 512, branches: [Architecture.Branch], reduction: Int = 16,
    squeezeExcitation: Architecture.SqueezeExcitation? = nil
  ) -> Architecture {
    Architecture(
      stem: Architecture.Stem(kernel: 3, stride: 1, channels: 64, pool: .none),
      stages: stages(units: [3, 3, 3], width: width, output: 256), branches: branches,
      gate: branches.count > 1 ? .softmax : nil, reduction: reduction,
      squeezeExcitation: squeezeExcitation, classes: 10)
  }
}

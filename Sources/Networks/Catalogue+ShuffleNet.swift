extension Catalogue {
  /// The networks of the paper's table 4: ShuffleNetV2 with squeeze-and-excitation, and with SK
  /// convolutions in place of its 3×3 depthwise ones.
  ///
  /// The table's first rows at each scale, "as published", have no entry: they are the plain ones
  /// counted by others.
  ///
  /// - SeeAlso: Ma et al. 2018, table 5.
  static let shuffleEntries: [Entry] = [
    shuffleEntry(
      "0.5", outputs: [48, 96, 192], millions: ["1.40", "1.56", "1.48"], [40.39, 40.85, 42.58]),
    shuffleEntry(
      "1.0", outputs: [116, 232, 464], millions: ["2.45", "2.66", "2.63"], [140.35, 141.73, 145.66]),
  ].flatMap { $0 }

  /// Plain, with SE, and with SK, at one scale; figures in that order.
  private static func shuffleEntry(
    _ scale: String, outputs: [Int], millions: [String], _ megaMACs: [Double]
  ) -> [Entry] {
    func entry(
      _ suffix: String, _ index: Int, branches: [Int], excited: Bool = false, reading: String?
    ) -> Entry {
      // A group for every channel of the widest stage, so that all are depthwise.
      let groups = outputs.reduce(0, max) / 2
      return Entry(
        name: "shufflenetv2-\(scale)x" + (suffix.isEmpty ? "" : "-" + suffix.lowercased()),
        title: "ShuffleNetV2 \(scale)×" + (suffix.isEmpty ? "" : " + " + suffix),
        aliases: suffix.isEmpty ? ["shufflenet_v2_x" + scale] : [],
        architecture: Architecture(
          block: .shuffle,
          stem: Architecture.Stem(kernel: 3, stride: 2, channels: 24, pool: .padded),
          stages: zip([4, 8, 4], outputs).map { units, output in
            Architecture.Stage(units: units, width: output / 2, output: output, stride: 2)
          },
          branches: branches.map { spanning($0, groups: groups) },
          gate: branches.count > 1 ? .softmax : nil,
          squeezeExcitation: excited ? Architecture.SqueezeExcitation(reduction: 16) : nil,
          head: 1024, classes: 1000),
        printed: PrintedFigures(
          millions: millions[index], gigaMACs: megaMACs[index] / 1e3, table: 4, .remembered),
        reading: reading)
    }
    return [
      entry("", 0, branches: [3], reading: nil),
      entry("SE", 1, branches: [3], excited: true, reading: excitationReading),
      entry("SK", 2, branches: [3, 5], reading: selectionReading),
    ]
  }

  private static let excitationReading =
    "r 16, after the last 1×1 of every unit's path and after the last convolution of the network, which"
    + " add 0.14M and 0.17M where the paper prints 0.16M and 0.21M more; in the units alone they would"
    + " add 0.01M and 0.04M, after the join 0.03M and 0.17M, with r 4 there 0.12M and 0.68M"

  private static let selectionReading =
    "SK[2, depthwise, 16] of 3×3 and dilated 3×3, L 32, in the units of stride 1 alone: 0.08M and"
    + " 0.18M more, as printed; in all units it would be 0.09M and 0.22M"
}

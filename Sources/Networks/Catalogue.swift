/// The networks that need no description: the paper's, those it compares with, and the tiny one.
public enum Catalogue {
  /// A network of the catalogue.
  public struct Entry: Hashable, Sendable {
    /// Name on the command line, lower case: `sknet50`.
    public var name: String
    /// Name as the paper writes it: `SKNet-50`.
    public var title: String
    /// Other names that lead here.
    public var aliases: [String]
    /// The network.
    public var architecture: Architecture
    /// Side of the input that the network was designed for, in pixels.
    public var inputSize: Int
    /// What the paper prints about it, where it prints anything.
    public var printed: PrintedFigures?
  }

  /// What the paper prints about a network's size.
  public struct PrintedFigures: Codable, Hashable, Sendable {
    /// The parameters as printed, `27.5M`.
    public var parameters: String
    /// The same as a number.
    public var parameterCount: Double
    /// "GFLOPs" at 224 × 224, counted as multiply-adds.
    public var gigaMACs: Double
    /// Where it is printed.
    public var source: String
  }

  /// Every network, in the order in which to list them.
  public static let entries: [Entry] = [
    Entry(
      name: "sknet26", title: "SKNet-26", aliases: [],
      architecture: paperNetwork(units: [2, 2, 2, 2]), inputSize: 224, printed: nil),
    Entry(
      name: "sknet50", title: "SKNet-50", aliases: ["skresnext50_32x4d"],
      architecture: paperNetwork(units: units50), inputSize: 224,
      printed: printed("27.5M", 27.5e6, 4.47)),
    Entry(
      name: "sknet101", title: "SKNet-101", aliases: [],
      architecture: paperNetwork(units: units101), inputSize: 224,
      printed: printed("48.9M", 48.9e6, 8.46)),
    Entry(
      name: "resnext50", title: "ResNeXt-50", aliases: ["resnext50_32x4d"],
      architecture: paperNetwork(units: units50, selective: false), inputSize: 224,
      printed: printed("25.0M", 25.0e6, 4.24)),
    Entry(
      name: "resnext101", title: "ResNeXt-101", aliases: ["resnext101_32x4d"],
      architecture: paperNetwork(units: units101, selective: false), inputSize: 224,
      printed: printed("44.3M", 44.3e6, 7.99)),
    Entry(
      name: "senet50", title: "SENet-50", aliases: ["seresnext50_32x4d", "seresnext50"],
      architecture: paperNetwork(units: units50, selective: false, excited: true), inputSize: 224,
      printed: printed("27.7M", 27.7e6, 4.25)),
    Entry(
      name: "senet101", title: "SENet-101", aliases: ["seresnext101_32x4d", "seresnext101"],
      architecture: paperNetwork(units: units101, selective: false, excited: true),
      inputSize: 224, printed: printed("49.2M", 49.2e6, 8.00)),
    Entry(
      name: "sknet26-tiny", title: "SKNet-26 tiny", aliases: ["tiny"],
      architecture: tinyNetwork, inputSize: 64, printed: nil),
  ]

  private static let units50 = [3, 4, 6, 3]
  private static let units101 = [3, 4, 23, 3]

  /// The two branches of SK[2, G, 16]: 3×3, and 3×3 dilated by 2 in place of 5×5.
  private static func twoBranches(groups: Int) -> [Architecture.Branch] {
    [1, 2].map { Architecture.Branch(kernel: 3, dilation: $0, groups: groups) }
  }

  /// A network of table 1 for ImageNet: 32×4d, with one grouped 3×3 in place of the SK convolution
  /// where it is not selective.
  ///
  /// - SeeAlso: Li et al. 2019, table 1; Xie et al. 2017 (ResNeXt); Hu et al. 2018 (SENet).
  private static func paperNetwork(
    units: [Int], selective: Bool = true, excited: Bool = false
  ) -> Architecture {
    let stages = units.enumerated().map { index, count in
      Architecture.Stage(
        units: count, width: 128 << index, output: 256 << index, stride: index == 0 ? 1 : 2)
    }
    return Architecture(
      stem: Architecture.Stem(kernel: 7, stride: 2, channels: 64, pool: .padded),
      stages: stages,
      branches: selective
        ? twoBranches(groups: 32) : [Architecture.Branch(kernel: 3, dilation: 1, groups: 32)],
      gate: selective ? .softmax : nil,
      squeezeExcitation: excited ? Architecture.SqueezeExcitation(reduction: 16) : nil,
      classes: 1000)
  }

  /// SKNet-26 for 64 × 64 pictures: a quarter as wide, so that groups have as many channels as the
  /// paper's, and no pooling after a 3×3 stem.
  private static let tinyNetwork = Architecture(
    stem: Architecture.Stem(kernel: 3, stride: 2, channels: 32, pool: .none),
    stages: (0..<4).map { index in
      Architecture.Stage(
        units: 2, width: 32 << index, output: 64 << index, stride: index == 0 ? 1 : 2)
    },
    branches: twoBranches(groups: 8), classes: 200)

  private static func printed(
    _ parameters: String, _ count: Double, _ gigaMACs: Double
  ) -> PrintedFigures {
    PrintedFigures(
      parameters: parameters, parameterCount: count, gigaMACs: gigaMACs,
      source: "Li et al. 2019, table 2")
  }
}

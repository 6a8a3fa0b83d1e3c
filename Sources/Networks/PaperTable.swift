/// One of the paper's tables: what it prints of the networks' sizes, beside the exact counts.
///
/// The JSON form is what `sknet inspect --all --json` prints.
public struct PaperTable: Codable, Hashable, Sendable {
  /// A network of the table.
  public struct Row: Codable, Hashable, Sendable {
    /// What the table says of it: `3×3 and 5×5, G 64`.
    public var label: String
    /// The network's name in the catalogue.
    public var name: String
    /// Side of the input in pixels at which it is counted.
    public var inputSize: Int
    /// #P: learnt values.
    public var parameters: Int
    /// Multiply-adds for one picture.
    public var macs: Int
    /// The printed figures and how far they are from the exact ones; nil where none are known.
    public var comparison: NetworkSummary.Comparison?
    /// How the network is read here where the paper leaves it open.
    public var reading: String?
  }

  /// Where it stands and what it is about: `Table 2: ImageNet`.
  public var title: String
  /// Its networks, in its order.
  public var rows: [Row]
}

extension PaperTable {
  /// The paper's tables as far as their networks are in the catalogue, then the networks that no
  /// table has, and those of other kinds.
  ///
  /// - Throws: `ArchitectureError` or `GraphError` only if the catalogue itself is wrong.
  public static func all() throws -> [PaperTable] {
    var tables: [PaperTable] = []
    var isListed: Set<String> = []
    for (title, labels) in contents {
      tables.append(try PaperTable(title, labels))
      isListed.formUnion(labels.map(\.name))
    }
    let others = Catalogue.entries.filter { !isListed.contains($0.name) }
    tables.append(
      try PaperTable("In no table with its size", others.map { ($0.name, $0.title) }))
    tables.append(
      PaperTable(title: "Of other kinds", rows: try Catalogue.graphEntries.map(Row.init)))
    return tables
  }

  private init(
    _ title: String, _ labels: [(name: String, label: String)]
  ) throws(ArchitectureError) {
    self.title = title
    rows = []
    for (name, label) in labels {
      guard let entry = Catalogue.entries.first(where: { $0.name == name }) else { continue }
      let comparison = try NetworkSummary.Comparison(architecture: entry.architecture)
      rows.append(
        Row(
          label: label, name: name, inputSize: entry.inputSize,
          parameters: entry.architecture.parameterCount,
          macs: try entry.architecture.macCount(input: SpatialSize(side: entry.inputSize)),
          comparison: comparison, reading: entry.reading))
    }
  }

  /// Networks by table, named as the table names them.
  private static let contents: [(title: String, labels: [(name: String, label: String)])] = [
    (
      "Table 2: ImageNet",
      [
        ("resnext50", "ResNeXt-50"), ("senet50", "SENet-50"), ("sknet50", "SKNet-50"),
        ("resnext101", "ResNeXt-101"), ("senet101", "SENet-101"), ("sknet101", "SKNet-101"),
      ]
    ),
    (
      "Table 3: ResNeXt-50 made as costly as SKNet-50",
      [
        ("resnext50", "ResNeXt-50 (32×4d)"), ("sknet50", "SKNet-50"),
        ("resnext50-wider", "ResNeXt-50, wider"), ("resnext56", "ResNeXt-56, deeper"),
        ("resnext50-36x4d", "ResNeXt-50 (36×4d)"),
      ]
    ),
    (
      "Table 4: ShuffleNetV2",
      [
        ("shufflenetv2-0.5x", "0.5×"), ("shufflenetv2-0.5x-se", "0.5× + SE"),
        ("shufflenetv2-0.5x-sk", "0.5× + SK"), ("shufflenetv2-1.0x", "1.0×"),
        ("shufflenetv2-1.0x-se", "1.0× + SE"), ("shufflenetv2-1.0x-sk", "1.0× + SK"),
      ]
    ),
    (
      "Table 5: CIFAR-10",
      [
        ("resnext29-16x32d", "ResNeXt-29, 16×32d"), ("resnext29-8x64d", "ResNeXt-29, 8×64d"),
        ("resnext29-16x64d", "ResNeXt-29, 16×64d"), ("senet29", "SENet-29"),
        ("sknet29", "SKNet-29"),
      ]
    ),
    (
      "Table 6: the second branch of SKNet-50, beside 3×3 with D 1, G 32",
      [
        ("sknet50-k3-k7", "3×3, D 3, G 32"), ("sknet50", "3×3, D 2, G 32"),
        ("sknet50-k3-k3", "3×3, D 1, G 32"), ("sknet50-k3-5x5g64", "5×5, D 1, G 64"),
        ("sknet50-k3-7x7g128", "7×7, D 1, G 128"),
      ]
    ),
    (
      "Table 7: branches of SKNet-50 together, summed or with attention (SK)",
      [
        ("resnext50", "K3"), ("sknet50-k5", "K5"), ("sknet50-k7", "K7"),
        ("sknet50-k3-k5-sum", "K3 K5"), ("sknet50", "K3 K5, SK"),
        ("sknet50-k3-k7-sum", "K3 K7"), ("sknet50-k3-k7", "K3 K7, SK"),
        ("sknet50-k5-k7-sum", "K5 K7"), ("sknet50-k5-k7", "K5 K7, SK"),
        ("sknet50-k3-k5-k7-sum", "K3 K5 K7"), ("sknet50-k3-k5-k7", "K3 K5 K7, SK"),
      ]
    ),
  ]
}

extension PaperTable.Row {
  fileprivate init(_ entry: Catalogue.GraphEntry) throws(GraphError) {
    let graph = try entry.graph()
    let counts = graph.counts(try graph.shapes(picture: SpatialSize(side: entry.inputSize)))
    self.init(
      label: entry.title, name: entry.name, inputSize: entry.inputSize,
      parameters: counts.reduce(0) { $0 + $1.parameters },
      macs: counts.reduce(0) { $0 + $1.macs }, comparison: nil, reading: entry.reading)
  }
}

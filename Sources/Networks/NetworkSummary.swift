/// What arithmetic alone says about a network at one input size.
///
/// The JSON form is what `sknet inspect --json` prints. #P counts weights, biases, γ and β; MACs are
/// the multiply-adds of convolutions and linear layers, FLOPs twice as many.
public struct NetworkSummary: Codable, Hashable, Sendable {
  /// The part of the network before or after the units.
  public struct End: Codable, Hashable, Sendable {
    /// Channels and size of what it puts out.
    public var output: Shape
    /// Learnt values.
    public var parameters: Int
    /// Multiply-adds for one picture.
    public var macs: Int
  }

  /// Channels and positions.
  public struct Shape: Codable, Hashable, Sendable, CustomStringConvertible {
    /// Number of channels.
    public var channels: Int
    /// Rows.
    public var height: Int
    /// Columns.
    public var width: Int

    /// `256 × 56 × 56`: channels, height, width.
    public var description: String { "\(channels) × \(height) × \(width)" }
  }

  /// One unit.
  public struct UnitSummary: Codable, Hashable, Sendable {
    /// The paper's name, `SK_3_4`.
    public var name: String
    /// The paper's stage number, from 2.
    public var stage: Int
    /// What comes in.
    public var input: Shape
    /// C: channels of the branches.
    public var width: Int
    /// d of equation 4; nil without attention.
    public var attentionWidth: Int?
    /// What goes out.
    public var output: Shape
    /// Learnt values.
    public var parameters: Int
    /// Multiply-adds for one picture.
    public var macs: Int
    /// Pixels of the picture between neighbouring positions of the unit's input.
    public var inputStride: Int
    /// The branches with what they see, in the order of their attention.
    public var branches: [BranchSummary]
    /// What the unit's output sees.
    public var field: UnitReceptiveFields.Paths
    /// Whether the output also depends on the whole picture, through its gate or an earlier one.
    public var dependsOnWholePicture: Bool
  }

  /// One branch of a unit.
  public struct BranchSummary: Codable, Hashable, Sendable {
    /// Side of the kernel in taps.
    public var kernel: Int
    /// Distance between taps.
    public var dilation: Int
    /// Groups, as many as the unit's channels allow.
    public var groups: Int
    /// Side of what the kernel spans: D(k − 1) + 1.
    public var size: Int
    /// What the branch's output sees, in pixels of the picture.
    public var field: UnitReceptiveFields.Paths
    /// Whether the largest path sees more rows or more columns than the picture has.
    public var isWiderThanInput: Bool
  }

  /// The paper's figures beside the exact ones.
  public struct Comparison: Codable, Hashable, Sendable {
    /// What is printed.
    public var printed: Catalogue.PrintedFigures
    /// Exact parameters minus printed ones, as a share of the printed.
    public var parametersDifference: Double
    /// Exact MACs at `inputSize` minus the printed ones, as a share of the printed, if any.
    public var macsDifference: Double?
    /// Side of the input in pixels that the printed figures are for.
    public var inputSize: Int
  }

  /// The network's name.
  public var name: String
  /// The network itself.
  public var architecture: Architecture
  /// Size of the picture.
  public var input: SpatialSize
  /// Number of classes; 0 without a classifier.
  public var classes: Int
  /// #P: learnt values.
  public var parameters: Int
  /// Multiply-adds for one picture.
  public var macs: Int
  /// 2 × MACs.
  public var flops: Int
  /// The paper's figures, where the network is one that it prints.
  public var comparison: Comparison?
  /// How the network is read here where the paper leaves it open.
  public var reading: String?
  /// From the picture to the first unit's input.
  public var stem: End
  /// The units.
  public var units: [UnitSummary]
  /// The 1×1 convolution after the last unit, where there is one.
  public var head: End?
  /// The linear layer at the end, where there is one.
  public var classifier: End?
  /// Every layer that multiplies.
  public var layers: [Layer]

  /// Counts a network at an input size.
  ///
  /// - Throws: `ArchitectureError` if the architecture is not valid or the picture does not suit it.
  public init(
    name: String, architecture: Architecture, input: SpatialSize
  ) throws(ArchitectureError) {
    try architecture.validate()
    let (graph, shapes) = try architecture.outline(input: input)
    let layers = graph.layers(shapes)
    self.name = name
    self.architecture = architecture
    self.input = input
    self.layers = layers
    classes = architecture.classes
    parameters = layers.reduce(0) { $0 + $1.parameters }
    macs = layers.reduce(0) { $0 + $1.macs }
    flops = 2 * macs
    comparison = try Comparison(architecture: architecture)
    reading = Catalogue.entry(of: architecture)?.reading
    func shape(_ node: String) -> Shape {
      Shape(graph.index(named: node).flatMap { shapes[$0] } ?? [])
    }
    stem = End(layers.filter { $0.name.hasPrefix("stem") }, shape(architecture.stemOutput))
    head = architecture.head.map { _ in
      End(layers.filter { $0.name.hasPrefix("head") }, shape("head"))
    }
    if classes > 0 {
      classifier = End(layers.filter { $0.name == "classifier" }, shape("logits"))
    }
    let fields = graph.theoreticalFields(shapes)
    let unitFields = try architecture.receptiveFields(in: graph, fields)
    let byUnit = Dictionary(grouping: layers) { layer in
      layer.name.split(separator: ".").prefix(3).joined(separator: ".")
    }
    var before = stem.output
    units = zip(architecture.units, unitFields).map { unit, unitField in
      let (previous, output) = (before, shape(unit.name))
      before = output
      let own = byUnit[String(unit.prefix.dropLast())] ?? []
      let isWhole = graph.index(named: unit.name).map { fields[$0].status == .whole } ?? false
      return UnitSummary(
        name: unit.name, stage: unit.stage, input: previous, width: unit.width,
        attentionWidth: unit.hasAttention ? unit.attentionWidth : nil, output: output,
        parameters: own.reduce(0) { $0 + $1.parameters }, macs: own.reduce(0) { $0 + $1.macs },
        inputStride: unitField.input.largest.stride,
        branches: zip(unit.branches, unitField.branches).map { branch, paths in
          BranchSummary(
            kernel: branch.kernel, dilation: branch.dilation,
            groups: min(branch.groups, architecture.branchInput(of: unit)), size: branch.size,
            field: paths, isWiderThanInput: paths.largest.isWider(than: input))
        }, field: unitField.output, dependsOnWholePicture: isWhole)
    }
  }
}

extension NetworkSummary.End {
  init(_ layers: [Layer], _ output: NetworkSummary.Shape) {
    self.init(
      output: output, parameters: layers.reduce(0) { $0 + $1.parameters },
      macs: layers.reduce(0) { $0 + $1.macs })
  }
}

extension NetworkSummary.Shape {
  /// From `[1, C, H, W]`, or `[1, C]` without positions.
  init(_ shape: [Int]) {
    func extent(_ axis: Int) -> Int { shape.indices.contains(axis) ? shape[axis] : 1 }
    self.init(channels: extent(1), height: extent(2), width: extent(3))
  }
}

extension NetworkSummary.Comparison {
  /// The comparison for a network of the catalogue that the paper prints; nil for any other.
  init?(architecture: Architecture) throws(ArchitectureError) {
    guard let entry = Catalogue.entry(of: architecture), let printed = entry.printed else {
      return nil
    }
    let macs = Double(
      try architecture.macCount(input: SpatialSize(side: entry.inputSize)))
    self.init(
      printed: printed,
      parametersDifference: Double(architecture.parameterCount) / printed.parameterCount - 1,
      macsDifference: printed.gigaMACs.map { macs / ($0 * 1e9) - 1 }, inputSize: entry.inputSize)
  }
}

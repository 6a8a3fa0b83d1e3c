import Networks

/// A network described by what makes it differ from another.
public struct ArchitectureEdits: Codable, Hashable, Sendable {
  /// How branches are joined, where that differs.
  public enum Gate: String, Codable, Hashable, Sendable, CaseIterable {
    /// Softmax attention.
    case softmax
    /// A sigmoid for every branch on its own.
    case sigmoid
    /// The plain sum.
    case sum
    /// One branch: nothing to join.
    case ungated = "none"
  }

  /// What one attention weight holds for, where that differs.
  public enum Attention: String, Codable, Hashable, Sendable, CaseIterable {
    /// A channel of the whole map, as in the paper.
    case channel
    /// All channels of the whole map.
    case shared
    /// A channel at one position.
    case position
  }

  /// Changes of what comes before the first unit.
  public struct Stem: Codable, Hashable, Sendable {
    /// Side of the kernels.
    public var kernel: Int?
    /// Distance between outputs.
    public var stride: Int?
    /// Output channels.
    public var channels: Int?
    /// What follows it.
    public var pool: Architecture.Pool?
    /// Channels of the convolutions before the last one.
    public var hidden: [Int]?

    /// Describes changes.
    public init(
      kernel: Int? = nil, stride: Int? = nil, channels: Int? = nil,
      pool: Architecture.Pool? = nil, hidden: [Int]? = nil
    ) {
      self.kernel = kernel
      self.stride = stride
      self.channels = channels
      self.pool = pool
      self.hidden = hidden
    }
  }

  /// What comes before the first unit.
  public var stem: Stem?
  /// Units of each stage.
  public var units: [Int]?
  /// Width of each stage.
  public var widths: [Int]?
  /// Output channels of each stage.
  public var outputs: [Int]?
  /// Stride of each stage's first unit.
  public var strides: [Int]?
  /// The branches of every unit.
  public var branches: [Architecture.Branch]?
  /// How they are joined.
  public var gate: Gate?
  /// What one attention weight holds for.
  public var attention: Attention?
  /// r of equation 4.
  public var reduction: Int?
  /// L of equation 4.
  public var minimum: Int?
  /// Reduction of a squeeze-and-excitation on the units' output; 0 for none.
  public var squeezeExcitation: Int?
  /// What stands before the shortcuts' convolutions where the stride is above 1.
  public var shortcutPool: Architecture.ShortcutPool?
  /// Number of classes.
  public var classes: Int?

  /// Describes no change.
  public init() {}

  /// The network that comes of a base.
  ///
  /// Lists have an entry for each stage. Where all four are given, there may be other stages than the
  /// base has. Where branches are given and no gate, there is one if the branches are several.
  ///
  /// - Throws: `ArchitectureError` for lists of the wrong length and for what no network can have.
  public func applied(to base: Architecture) throws(ArchitectureError) -> Architecture {
    var network = base
    network.stem.kernel = stem?.kernel ?? base.stem.kernel
    network.stem.stride = stem?.stride ?? base.stem.stride
    network.stem.channels = stem?.channels ?? base.stem.channels
    network.stem.pool = stem?.pool ?? base.stem.pool
    network.stem.hidden = stem?.hidden ?? base.stem.hidden
    network.shortcutPool = shortcutPool ?? base.shortcutPool
    network.stages = try stages(of: base)
    network.branches = branches ?? base.branches
    network.reduction = reduction ?? base.reduction
    network.minimum = minimum ?? base.minimum
    network.classes = classes ?? base.classes
    if let squeezeExcitation {
      network.squeezeExcitation =
        squeezeExcitation > 0
        ? Architecture.SqueezeExcitation(reduction: squeezeExcitation) : nil
    }
    switch attention {
    case .channel: network.attentionScope = nil
    case .shared: network.attentionScope = .shared
    case .position: network.attentionScope = .position
    case nil: break
    }
    switch gate {
    case .softmax: network.gate = .softmax
    case .sigmoid: network.gate = .sigmoid
    case .sum: network.gate = .sum
    case .ungated: network.gate = nil
    case nil:
      if network.branches.count == 1 { network.gate = nil }
      if network.branches.count > 1, network.gate == nil { network.gate = .softmax }
    }
    try network.validate()
    return network
  }

  private func stages(of base: Architecture) throws(ArchitectureError) -> [Architecture.Stage] {
    let lists = [("units", units), ("widths", widths), ("outputs", outputs), ("strides", strides)]
    let isComplete = lists.allSatisfy { $0.1 != nil }
    let expected = isComplete ? units?.count ?? 0 : base.stages.count
    for case (let name, let list?) in lists where list.count != expected {
      throw ArchitectureError(
        field: name,
        problem: "expected \(expected) numbers, one for each stage, found \(list.count)"
          + (isComplete ? "" : "; give units, widths, outputs and strides for other stages"))
    }
    return (0..<expected).map { index in
      let old = index < base.stages.count ? base.stages[index] : nil
      let width = widths?[index] ?? old?.width ?? 0
      return Architecture.Stage(
        units: units?[index] ?? old?.units ?? 0, width: width,
        output: outputs?[index] ?? old?.output ?? 0, stride: strides?[index] ?? old?.stride ?? 0,
        attentionWidth: width == old?.width && reduction == nil && minimum == nil
          ? old?.attentionWidth : nil)
    }
  }
}

/// One residual unit of a network, with everything that its place decides.
public struct Unit: Hashable, Sendable {
  /// The paper's name, `SK_3_4`: stage, then the unit's number in it; the first stage is 2.
  public var name: String
  /// The stage's index in `Architecture.stages`.
  public var stageIndex: Int
  /// The unit's index within its stage.
  public var unitIndex: Int
  /// Channels that come in.
  public var input: Int
  /// Channels of the branches, C.
  public var width: Int
  /// Channels that go out.
  public var output: Int
  /// Channels that the first convolution sees: all that come in, or a shuffle unit's second half.
  public var pathInput: Int
  /// Channels that the last convolution makes: all that go out, or a shuffle unit's second half.
  public var pathOutput: Int
  /// Stride of the branches and of the shortcut.
  public var stride: Int
  /// d of equation 4.
  public var attentionWidth: Int
  /// Whether the shortcut is a convolution rather than the identity: a 1×1, or in a shuffle unit a
  /// depthwise 3×3 and a 1×1.
  public var hasProjection: Bool
  /// Whether the shortcut's 1×1 sees means over windows, and has stride 1 itself.
  public var poolsShortcut: Bool
  /// The branches in the order of their attention: the network's, or the first alone where a shuffle
  /// unit begins a stage.
  public var branches: [Architecture.Branch]
  /// Whether the unit weighs its branches, so that there is attention to record.
  public var hasAttention: Bool
  /// Whether ReLU follows the branches' batch norms; not where a shuffle unit has one branch.
  public var rectifiesBranches: Bool

  /// What the names of the unit's tensors start with, the final dot included.
  public var prefix: String { "stages.\(stageIndex).\(unitIndex)." }
  /// The paper's stage number, from 2.
  public var stage: Int { stageIndex + 2 }
}

extension Architecture {
  /// The units in the order in which a picture passes them.
  public var units: [Unit] {
    var units: [Unit] = []
    var channels = stem.channels
    for (s, stage) in stages.enumerated() {
      for u in 0..<stage.units {
        let stride = u == 0 ? stage.stride : 1
        let isFirst = u == 0
        let halves = block == .shuffle
        let branches = halves && isFirst ? Array(branches.prefix(1)) : branches
        let projects = halves ? isFirst : channels != stage.output || stride != 1
        let pools =
          !halves
          && (shortcutPool == .padded ? projects : shortcutPool == .average && stride > 1)
        units.append(
          Unit(
            name: "SK_\(s + 2)_\(u + 1)", stageIndex: s, unitIndex: u, input: channels,
            width: stage.width, output: stage.output,
            pathInput: halves && !isFirst ? channels / 2 : channels,
            pathOutput: halves ? stage.output / 2 : stage.output, stride: stride,
            attentionWidth: stage.attentionWidth ?? max(stage.width / reduction, minimum),
            hasProjection: projects,
            poolsShortcut: pools, branches: branches,
            hasAttention: gate?.weighs == true && branches.count > 1,
            rectifiesBranches: !halves || branches.count > 1))
        channels = stage.output
      }
    }
    return units
  }

  /// Whether any unit weighs its branches, so that there is attention to record.
  public var hasAttention: Bool {
    gate?.weighs == true && branches.count > 1
      && (block != .shuffle || stages.contains { $0.units > 1 })
  }
}

extension Architecture.Gate {
  /// Whether there is attention, rather than a plain sum.
  var weighs: Bool { self != .sum }
}

extension Architecture {
  /// Logits that each branch of a unit gets: one a channel, or one where channels share it.
  public func logitCount(of unit: Unit) -> Int { attentionScope == .shared ? 1 : unit.width }
}

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
  /// Stride of the branches and of the shortcut.
  public var stride: Int
  /// d of equation 4.
  public var attentionWidth: Int
  /// Whether the shortcut is a 1×1 convolution rather than the identity.
  public var hasProjection: Bool

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
        units.append(
          Unit(
            name: "SK_\(s + 2)_\(u + 1)", stageIndex: s, unitIndex: u, input: channels,
            width: stage.width, output: stage.output, stride: stride,
            attentionWidth: stage.attentionWidth ?? max(stage.width / reduction, minimum),
            hasProjection: channels != stage.output || stride != 1))
        channels = stage.output
      }
    }
    return units
  }

  /// Whether the units weigh their branches, so that there is attention to record.
  public var hasAttention: Bool { gate == .softmax && branches.count > 1 }
}

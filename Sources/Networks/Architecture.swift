/// A network as a value: two networks with equal values compute the same function of their weights.
///
/// The JSON form is the one that the safetensors metadata of this project carries. Names follow the
/// paper: a *stage* is a run of units at one resolution, a *branch* one of a unit's parallel
/// convolutions, the *gate* what weighs the branches.
///
/// - SeeAlso: Li et al. 2019, section 3 and table 1.
public struct Architecture: Codable, Hashable, Sendable {
  /// The shape of a residual unit.
  public enum Block: String, Codable, Hashable, Sendable {
    /// 1×1 reduce, the branches, 1×1 expand.
    case bottleneck
    /// The branches, then a dense 3×3.
    case basic
    /// A bottleneck without a shortcut on half of the channels, whose other half passes; then both
    /// are shuffled (ShuffleNetV2).
    ///
    /// The first unit of a stage makes both halves from all of its input: one by its path, with the
    /// first branch alone, the other by a depthwise 3×3 and a 1×1. Branches are rectified only where
    /// there are several.
    ///
    /// - SeeAlso: Ma et al. 2018, figure 3 (c) and (d).
    case shuffle
  }

  /// What follows the stem's convolution.
  public enum Pool: String, Codable, Hashable, Sendable, CaseIterable {
    /// No pooling.
    case none
    /// Maximum over 3×3, stride 2, padding 1, rounded down (PyTorch).
    case padded
    /// Maximum over 3×3, stride 2, no padding, rounded up with the last window clipped (Caffe).
    case ceil
  }

  /// What a shortcut's 1×1 convolution sees where positions are left out.
  public enum ShortcutPool: String, Codable, Hashable, Sendable, CaseIterable {
    /// The mean over windows as wide as the unit's stride, the last ones clipped to the map; the
    /// convolution then has stride 1 (ResNet-D).
    ///
    /// - SeeAlso: He et al. 2019, "Bag of tricks", figure 2 (c); timm's `avg_down`.
    case average
    /// Of every unit whose shortcut is a convolution: zeros below and to the right, then the mean over
    /// windows of 2×2 at the unit's stride, those zeros counted (SimCLRv2's networks).
    ///
    /// - SeeAlso: Chen et al. 2020, "Big self-supervised models", and its `resnet.py`.
    case padded
  }

  /// How the branches of a unit are joined.
  public enum Gate: String, Codable, Hashable, Sendable {
    /// Softmax attention over the branches, for every channel (equations 5 and 6).
    case softmax
    /// A sigmoid for every branch and channel on its own: weights that need not sum to 1.
    case sigmoid
    /// The plain sum of the branches (equation 1 alone; the ablation without attention).
    case sum
  }

  /// What one weight of a branch holds for, where that is not a channel of the whole map.
  public enum AttentionScope: String, Codable, Hashable, Sendable {
    /// All channels: the logits have one value a branch.
    case shared
    /// One channel at one position: fuse and select act on the map itself instead of its mean.
    case position
  }

  /// The first convolutions, each followed by batch norm and ReLU, and a pool.
  public struct Stem: Codable, Hashable, Sendable {
    /// Side of the kernels in pixels; padding is `(kernel - 1) / 2`.
    public var kernel: Int
    /// Distance between outputs in pixels; of several convolutions the first has it.
    public var stride: Int
    /// Output channels.
    public var channels: Int
    /// Pooling after the last convolution.
    public var pool: Pool
    /// Channels of the convolutions before the last one; nil where there is but one, as in the paper.
    ///
    /// ResNet-D's deep stem is `[32, 32]` with a kernel of 3 and 64 channels.
    public var hidden: [Int]?

    /// Describes a stem.
    public init(kernel: Int, stride: Int, channels: Int, pool: Pool, hidden: [Int]? = nil) {
      self.kernel = kernel
      self.stride = stride
      self.channels = channels
      self.pool = pool
      self.hidden = hidden
    }
  }

  /// A run of units with the same width and output.
  public struct Stage: Codable, Hashable, Sendable {
    /// Number of units.
    public var units: Int
    /// Channels of the branches, C in the paper.
    public var width: Int
    /// Channels that each unit puts out.
    public var output: Int
    /// Stride of the first unit's branches and shortcut; the other units have 1.
    public var stride: Int
    /// d of equation 4 where it is not max(width / r, L): the released SKNet-101 has 16 in stage 3.
    public var attentionWidth: Int?

    /// Describes a stage.
    public init(units: Int, width: Int, output: Int, stride: Int, attentionWidth: Int? = nil) {
      self.units = units
      self.width = width
      self.output = output
      self.stride = stride
      self.attentionWidth = attentionWidth
    }
  }

  /// One of a unit's parallel convolutions, followed by batch norm and ReLU.
  public struct Branch: Codable, Hashable, Sendable {
    /// Side of the kernel in taps.
    public var kernel: Int
    /// Distance between taps in pixels; 1 is dense.
    public var dilation: Int
    /// Number of groups, the cardinality G; never more than the stage's width.
    public var groups: Int

    /// Describes a branch.
    public init(kernel: Int, dilation: Int, groups: Int) {
      self.kernel = kernel
      self.dilation = dilation
      self.groups = groups
    }

    /// Side of the square that the kernel spans, in pixels of its input: D(k − 1) + 1.
    public var size: Int { dilation * (kernel - 1) + 1 }

    /// Zeros around the input that keep its size at stride 1.
    public var padding: Int { dilation * (kernel - 1) / 2 }
  }

  /// Squeeze-and-excitation on a unit's output, before the shortcut is added or the halves are joined.
  public struct SqueezeExcitation: Codable, Hashable, Sendable {
    /// Output channels divided by this are the hidden channels.
    public var reduction: Int

    /// Describes the module.
    public init(reduction: Int) { self.reduction = reduction }
  }

  /// Shape of the residual units.
  public var block: Block
  /// What comes before the first unit.
  public var stem: Stem
  /// The stages after the stem; the first is the paper's stage 2.
  public var stages: [Stage]
  /// The branches of every unit, in the order of their attention.
  public var branches: [Branch]
  /// Whether branch m sees only its own slice of the input channels (timm's `split_input`).
  public var splitInput: Bool
  /// How the branches are joined; nil with one branch.
  public var gate: Gate?
  /// What an attention weight holds for; nil for a channel of the whole map, as in the paper.
  public var attentionScope: AttentionScope?
  /// Whether the layers that make the attention's logits have biases (syt2's variant).
  public var selectBias: Bool
  /// r of equation 4.
  public var reduction: Int
  /// L of equation 4.
  public var minimum: Int
  /// Squeeze-and-excitation on the units' output, where there is one; in a network of shuffle units
  /// on the head's too.
  public var squeezeExcitation: SqueezeExcitation?
  /// What stands before a shortcut's 1×1 convolution; nil for nothing: the convolution has the stride, as
  /// in the paper.
  public var shortcutPool: ShortcutPool?
  /// Channels of a 1×1 convolution with batch norm and ReLU after the last unit; nil for none.
  public var head: Int?
  /// Number of classes.
  public var classes: Int
  /// Added to the variance by every batch norm.
  public var epsilon: Double

  /// Describes a network; defaults are the paper's.
  public init(
    block: Block = .bottleneck, stem: Stem, stages: [Stage], branches: [Branch],
    splitInput: Bool = false, gate: Gate? = .softmax, attentionScope: AttentionScope? = nil,
    selectBias: Bool = false,
    reduction: Int = 16, minimum: Int = 32, squeezeExcitation: SqueezeExcitation? = nil,
    shortcutPool: ShortcutPool? = nil, head: Int? = nil, classes: Int, epsilon: Double = 1e-5
  ) {
    self.block = block
    self.stem = stem
    self.stages = stages
    self.branches = branches
    self.splitInput = splitInput
    self.gate = gate
    self.attentionScope = attentionScope
    self.selectBias = selectBias
    self.reduction = reduction
    self.minimum = minimum
    self.squeezeExcitation = squeezeExcitation
    self.shortcutPool = shortcutPool
    self.head = head
    self.classes = classes
    self.epsilon = epsilon
  }
}

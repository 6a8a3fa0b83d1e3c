import Networks

/// A network's graph, told apart into what training has code for, each part by the names of its tensors.
///
/// - SeeAlso: `NetworkPartsReader`, which finds the parts.
struct NetworkParts {
  /// A convolution and the batch norm behind it.
  struct Layer {
    /// `[outputs, inputs / groups, kernel, kernel]`.
    var weights: String
    var norm: Graph.Operation.BatchNorm
    var inputs: Int
    var outputs: Int
    var groups: Int
    var kernel: Int
    var stride: Int
    var dilation: Int

    /// Zeros around the input, which keep its size at stride 1.
    var padding: Int { dilation * (kernel - 1) / 2 }
    /// What the layer is called: what the names of its weights begin with.
    var name: String { weights.trimming(".weight").trimming(".conv") }
  }

  /// A branch of a unit.
  struct Branch {
    var layer: Layer
    /// The first of the input's channels that it sees; nil where it sees all.
    var start: Int?
  }

  /// How branches come together.
  enum Join {
    /// Added up, or there is but one.
    case sum
    /// Weighed by what is computed from their sum.
    case gate(Gate)
  }

  /// What weighs branches: fuse, then logits of each branch.
  struct Gate {
    var fuse: Layer
    /// The logits' weights and biases, of each branch.
    var select: [(weights: String, bias: String?)]
    /// Logits of a branch: one a channel, or one that all channels share.
    var logitCount: Int
    /// Sigmoids rather than a softmax over the branches.
    var isSigmoid: Bool
    /// Whether there are weights for every position rather than for the mean over them.
    var isAtPositions: Bool
  }

  /// Squeeze-and-excitation's two layers.
  struct Excitation {
    var squeeze: String
    var squeezeBias: String
    var excite: String
    var exciteBias: String
    var hidden: Int
  }

  /// Reduce, branches, what joins them, expand, and what excites that.
  struct Path {
    /// The unit's name.
    var name: String
    var reduce: Layer?
    var branches: [Branch]
    /// Whether ReLU follows the branches' norms.
    var rectifiesBranches: Bool
    var join: Join
    var expand: Layer
    var excitation: Excitation?

    /// Channels of the branches.
    var width: Int { branches[0].layer.outputs }
    var stride: Int { branches[0].layer.stride }
    var splitsInput: Bool { branches[0].start != nil }
  }

  /// A shortcut that is a convolution, perhaps of means over windows.
  struct Shortcut {
    var layer: Layer
    /// Side of the windows.
    var pool: Int?
  }

  /// What passes a unit of halves where it begins a stage: a depthwise convolution, then a 1×1.
  struct Pass {
    var depthwise: Layer
    var pointwise: Layer
  }

  /// What comes after the stem, in order.
  enum Unit {
    /// A path beside a shortcut, or the identity, whose sum is rectified.
    case residual(Path, Shortcut?)
    /// A path on half of the channels, whose other half passes as it is or by layers; both are shuffled.
    case shuffled(Path, Pass?)
  }

  /// The convolutions before the first unit, each with ReLU.
  var stem: [Layer] = []
  /// The 3×3 maximum at stride 2 behind them: padded, or rounded up.
  var pool: (isPadded: Bool, output: SpatialSize)?
  var units: [Unit] = []
  /// A convolution behind the last unit, with ReLU.
  var head: (layer: Layer, excitation: Excitation?)?
  /// Weights and bias behind the mean over positions; nil without a classifier.
  var classifier: (weights: String, bias: String, features: Int, classes: Int)?
}

extension String {
  /// Without an ending, if it has it.
  func trimming(_ ending: String) -> String {
    hasSuffix(ending) ? String(dropLast(ending.count)) : self
  }
}

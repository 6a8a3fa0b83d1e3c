extension Graph {
  /// What a node of a network does with its inputs, in the field's terms.
  public enum Operation: Codable, Hashable, Sendable {
    /// The normalised picture, `[1, channels, H, W]`.
    case picture(channels: Int)
    /// A tensor of the weights, as it is.
    case constant(Constant)
    /// A convolution over rows and columns.
    case convolution(Convolution)
    /// Batch normalisation by running statistics: γ (x − mean) / √(variance + ε) + β for each channel.
    case batchNorm(BatchNorm)
    /// `[…, I]` to `[…, O]`: x Wᵀ + b.
    case linear(Linear)
    /// A function of each value alone.
    case activation(Activation)
    /// exp(x) over its sum along an axis.
    case softmax(axis: Int)
    /// Two values together, entry by entry; axes of extent 1 are repeated, leading ones added.
    case combination(Combination)
    /// Values one after the other along an axis.
    case concatenation(axis: Int)
    /// Every `step`-th of an axis's positions from `start`, `count` of them.
    case slice(axis: Int, start: Int, count: Int, step: Int)
    /// Some of an axis's positions in a given order; without the axis if `dropsAxis`.
    case selection(axis: Int, indices: [Int], dropsAxis: Bool)
    /// The same values in another shape of as many.
    case reshape([Int])
    /// The axes in another order.
    case transpose([Int])
    /// Axes of extent 1 repeated to a shape.
    case expansion([Int])
    /// Maximum or mean over windows.
    case pool(Pool)
    /// Mean, sum or maximum over whole axes, which stay with extent 1 if kept.
    case reduction(Reduction, axes: [Int], keepsAxes: Bool)
    /// The matrix product over the last axis of the first and the last but one of the second.
    case matrixProduct
    /// Zero mean and unit variance over groups of a picture's values.
    case normalization(Normalization)
    /// More positions at an axis's ends.
    case padding(Padding)
    /// Another number of rows and columns.
    case resizing(Resizing)
    /// An operation that is not understood; what follows it is unknown.
    case unknown(String)

    /// A tensor among the weights.
    public struct Constant: Codable, Hashable, Sendable {
      /// Its name there.
      public var tensor: String
      /// Its shape.
      public var shape: [Int]
      /// Whether it counts among the network's parameters.
      public var isLearnt: Bool

      /// Describes a tensor.
      public init(tensor: String, shape: [Int], isLearnt: Bool = true) {
        self.tensor = tensor
        self.shape = shape
        self.isLearnt = isLearnt
      }
    }

    /// Numbers for rows and for columns.
    public struct Pair: Codable, Hashable, Sendable {
      /// Along the height.
      public var rows: Int
      /// Along the width.
      public var columns: Int

      /// Joins two numbers.
      public init(_ rows: Int, _ columns: Int) {
        self.rows = rows
        self.columns = columns
      }
    }

    /// Windows that slide over rows and columns: those of a convolution or a pool.
    public struct Window: Codable, Hashable, Sendable {
      /// Taps.
      public var kernel: Pair
      /// Positions between neighbouring windows.
      public var stride: Pair
      /// Positions between neighbouring taps.
      public var dilation: Pair
      /// Positions added above and to the left.
      public var before: Pair
      /// Positions added below and to the right.
      public var after: Pair
      /// Whether a last window that is not full counts too (pools alone).
      public var roundsUp: Bool

      /// Describes windows; padding is the same on both sides unless `after` is given.
      public init(
        kernel: Pair, stride: Pair = Pair(1, 1), dilation: Pair = Pair(1, 1),
        before: Pair = Pair(0, 0), after: Pair? = nil, roundsUp: Bool = false
      ) {
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.before = before
        self.after = after ?? before
        self.roundsUp = roundsUp
      }

      /// Positions that a window spans.
      public var span: Pair {
        Pair(dilation.rows * (kernel.rows - 1) + 1, dilation.columns * (kernel.columns - 1) + 1)
      }
    }

    /// A convolution: `[1, I, H, W]` with weights `[O, I/G, K, K]`.
    public struct Convolution: Codable, Hashable, Sendable {
      /// Name of the weights.
      public var weights: String
      /// Name of the bias, `[O]`, if any.
      public var bias: String?
      /// Channels that go out.
      public var channels: Int
      /// Number of groups, the cardinality.
      public var groups: Int
      /// Where it looks.
      public var window: Window

      /// Describes a convolution.
      public init(
        weights: String, bias: String? = nil, channels: Int, groups: Int = 1, window: Window
      ) {
        self.weights = weights
        self.bias = bias
        self.channels = channels
        self.groups = groups
        self.window = window
      }
    }

    /// Names of a batch norm's four tensors, `[C]` each.
    public struct BatchNorm: Codable, Hashable, Sendable {
      /// γ.
      public var scale: String
      /// β.
      public var shift: String
      /// The running mean.
      public var mean: String
      /// The running variance.
      public var variance: String
      /// Added to the variance.
      public var epsilon: Double

      /// Describes a batch norm.
      public init(scale: String, shift: String, mean: String, variance: String, epsilon: Double) {
        self.scale = scale
        self.shift = shift
        self.mean = mean
        self.variance = variance
        self.epsilon = epsilon
      }
    }

    /// A linear layer with weights `[O, I]`.
    public struct Linear: Codable, Hashable, Sendable {
      /// Name of the weights.
      public var weights: String
      /// Name of the bias, `[O]`, if any.
      public var bias: String?
      /// Features that go out.
      public var features: Int
      /// Whether the weights are stored as `[I, O]`.
      public var isTransposed: Bool

      /// Describes a linear layer.
      public init(weights: String, bias: String? = nil, features: Int, isTransposed: Bool = false) {
        self.weights = weights
        self.bias = bias
        self.features = features
        self.isTransposed = isTransposed
      }
    }

    /// Two values together.
    public enum Combination: String, Codable, Hashable, Sendable {
      case add, subtract, multiply, divide, maximum, minimum, power
    }

    /// What becomes of an axis's values.
    public enum Reduction: String, Codable, Hashable, Sendable {
      case mean, sum, maximum
    }

    /// A pool: `[1, C, H, W]` to `[1, C, H', W']`.
    public struct Pool: Codable, Hashable, Sendable {
      /// What a window gives.
      public enum Kind: String, Codable, Hashable, Sendable {
        /// The largest value; what was added at the edges never counts.
        case maximum
        /// The mean of the values within the map.
        case mean
        /// The mean of all taps within the padded map, zeros at the edges included.
        case meanWithPadding
      }

      /// What a window gives.
      public var kind: Kind
      /// Where it looks.
      public var window: Window

      /// Describes a pool.
      public init(_ kind: Kind, window: Window) {
        self.kind = kind
        self.window = window
      }
    }

    /// A normalisation by the picture's own values.
    public struct Normalization: Codable, Hashable, Sendable {
      /// What has one mean and one variance.
      public enum Scope: Codable, Hashable, Sendable {
        /// All axes from this one on (layer normalisation); scale and shift have their shape.
        case axes(from: Int)
        /// A group of channels at all positions (group normalisation; instance normalisation where
        /// each channel is a group of its own); scale and shift are `[C]`.
        case groups(Int)
      }

      /// What has one mean and one variance.
      public var scope: Scope
      /// Name of the factors, if any.
      public var scale: String?
      /// Name of the summands, if any.
      public var shift: String?
      /// Added to the variance.
      public var epsilon: Double

      /// Describes a normalisation.
      public init(scope: Scope, scale: String?, shift: String?, epsilon: Double) {
        self.scope = scope
        self.scale = scale
        self.shift = shift
        self.epsilon = epsilon
      }
    }

    /// Positions added at the ends of axes.
    public struct Padding: Codable, Hashable, Sendable {
      /// What the added positions hold.
      public enum Mode: String, Codable, Hashable, Sendable {
        /// One value.
        case constant
        /// The map mirrored at its outermost positions.
        case reflect
        /// The outermost position again.
        case edge
      }

      /// For each axis how many before it; negative ones are cut off.
      public var before: [Int]
      /// For each axis how many behind it.
      public var after: [Int]
      /// What they hold.
      public var mode: Mode
      /// The value, where the mode is `constant`.
      public var value: Float

      /// Describes a padding.
      public init(before: [Int], after: [Int], mode: Mode = .constant, value: Float = 0) {
        self.before = before
        self.after = after
        self.mode = mode
        self.value = value
      }
    }

    /// Rows and columns sampled anew.
    public struct Resizing: Codable, Hashable, Sendable {
      /// How a value is got between positions.
      public enum Mode: String, Codable, Hashable, Sendable {
        case nearest, bilinear
      }

      /// Which position of the input an output's position means.
      public enum Coordinates: String, Codable, Hashable, Sendable {
        /// (x + ½) / scale − ½.
        case halfPixel
        /// x / scale.
        case asymmetric
        /// x (n − 1) / (n' − 1).
        case alignedCorners
      }

      /// Rows and columns that go out.
      public var size: Pair
      /// How a value is got between positions.
      public var mode: Mode
      /// What an output's position means.
      public var coordinates: Coordinates

      /// Describes a resizing.
      public init(size: Pair, mode: Mode, coordinates: Coordinates) {
        self.size = size
        self.mode = mode
        self.coordinates = coordinates
      }
    }

    /// The operation's name in a listing.
    public var name: String {
      switch self {
      case .picture: "picture"
      case .constant: "constant"
      case .convolution: "convolution"
      case .batchNorm: "batch norm"
      case .linear: "linear"
      case .activation(let activation): activation.name
      case .softmax: "softmax"
      case .combination(let combination): combination.rawValue
      case .concatenation: "concatenation"
      case .slice: "slice"
      case .selection: "selection"
      case .reshape: "reshape"
      case .transpose: "transpose"
      case .expansion: "expansion"
      case .pool(let pool): pool.kind == .maximum ? "max pool" : "average pool"
      case .reduction(let kind, _, _): kind.rawValue
      case .matrixProduct: "matrix product"
      case .normalization(let normalization):
        if case .axes = normalization.scope { "layer norm" } else { "group norm" }
      case .padding: "padding"
      case .resizing: "resizing"
      case .unknown(let name): name
      }
    }
  }
}

import Foundation

/// A function of each value alone.
public enum Activation: Codable, Hashable, Sendable {
  case relu
  /// x, or `slope` · x below 0.
  case leakyReLU(slope: Float)
  /// x, or below 0 a slope of the weights · x; `count` of them: one a channel (axis 1), or one for all.
  case parametricReLU(slopes: String, count: Int)
  /// x kept within bounds; ReLU6 is 0…6.
  case clip(lower: Float, upper: Float)
  case sigmoid
  /// max(0, min(1, slope · x + offset)).
  case hardSigmoid(slope: Float, offset: Float)
  /// x · max(0, min(1, x/6 + ½)).
  case hardSwish
  /// x · sigmoid(x).
  case swish
  /// x · tanh(log(1 + eˣ)).
  case mish
  /// x · Φ(x), Φ the normal distribution's.
  case gelu
  /// The same by a hyperbolic tangent.
  case geluTanh
  case tanh
  case erf
  case exp
  case sqrt
  case softplus
  case reciprocal
  case negative
  case absolute
  /// x, or α(eˣ − 1) below 0.
  case elu(alpha: Float)

  /// The function's name in a listing.
  public var name: String {
    switch self {
    case .relu: "ReLU"
    case .leakyReLU: "leaky ReLU"
    case .parametricReLU: "PReLU"
    case .clip(let lower, let upper): lower == 0 && upper == 6 ? "ReLU6" : "clip"
    case .sigmoid: "sigmoid"
    case .hardSigmoid: "hard sigmoid"
    case .hardSwish: "hard swish"
    case .swish: "swish"
    case .mish: "mish"
    case .gelu, .geluTanh: "GELU"
    case .tanh: "tanh"
    case .erf: "erf"
    case .exp: "exp"
    case .sqrt: "square root"
    case .softplus: "softplus"
    case .reciprocal: "reciprocal"
    case .negative: "negative"
    case .absolute: "absolute value"
    case .elu: "ELU"
    }
  }

  /// The value at x; `parametricReLU`, which has no slope of its own, is the identity.
  public func callAsFunction(_ x: Float) -> Float {
    switch self {
    // NaN stays NaN: a comparison with it is false.
    case .relu: x < 0 ? 0 : x
    case .leakyReLU(let slope): x < 0 ? slope * x : x
    case .parametricReLU: x
    case .clip(let lower, let upper): x < lower ? lower : x > upper ? upper : x
    case .sigmoid: Self.logistic(x)
    case .hardSigmoid(let slope, let offset): Self.clamped(slope * x + offset)
    case .hardSwish: x * Self.clamped(x / 6 + 0.5)
    case .swish: x * Self.logistic(x)
    case .mish: x * Foundation.tanh(Self.logOnePlusExp(x))
    case .gelu: x * Self.normal(x)
    case .geluTanh: 0.5 * x * (1 + Foundation.tanh(Self.geluArgument(x)))
    case .tanh: Foundation.tanh(x)
    case .erf: Foundation.erf(x)
    case .exp: Foundation.exp(x)
    case .sqrt: x.squareRoot()
    case .softplus: Self.logOnePlusExp(x)
    case .reciprocal: 1 / x
    case .negative: -x
    case .absolute: Swift.abs(x)
    case .elu(let alpha): x < 0 ? alpha * expm1(x) : x
    }
  }

  /// The derivative at x; at a kink the one that PyTorch takes.
  public func derivative(at x: Float) -> Float {
    switch self {
    case .relu: x > 0 ? 1 : 0
    case .leakyReLU(let slope): x > 0 ? 1 : slope
    case .parametricReLU: 1
    case .clip(let lower, let upper): x >= lower && x <= upper ? 1 : 0
    case .sigmoid:
      Self.logistic(x) * Self.logistic(-x)
    case .hardSigmoid(let slope, let offset):
      (0..<1).contains(slope * x + offset) && slope * x + offset > 0 ? slope : 0
    case .hardSwish: x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5
    case .swish: Self.logistic(x) * (1 + x * Self.logistic(-x))
    case .mish:
      {
        let t = Foundation.tanh(Self.logOnePlusExp(x))
        return t + x * (1 - t * t) * Self.logistic(x)
      }()
    case .gelu: Self.normal(x) + x * Foundation.exp(-0.5 * x * x) * (0.5 * Self.rootOfTwoOverPi)
    case .geluTanh:
      {
        let t = Foundation.tanh(Self.geluArgument(x))
        let slope: Float = Self.rootOfTwoOverPi * (1 + 0.134145 * x * x)
        let sech: Float = 1 - t * t
        return 0.5 * (1 + t) + 0.5 * x * sech * slope
      }()
    case .tanh: 1 - Foundation.tanh(x) * Foundation.tanh(x)
    case .erf: Foundation.exp(-x * x) * (Self.rootOfTwoOverPi / Self.rootOfHalf)
    case .exp: Foundation.exp(x)
    case .sqrt: 0.5 / x.squareRoot()
    case .softplus: Self.logistic(x)
    case .reciprocal: -1 / (x * x)
    case .negative: -1
    case .absolute: x > 0 ? 1 : x < 0 ? -1 : 0
    case .elu(let alpha): x > 0 ? 1 : alpha * Foundation.exp(x)
    }
  }

  private static func logistic(_ x: Float) -> Float { 1 / (1 + Foundation.exp(-x)) }

  private static func clamped(_ x: Float) -> Float { x < 0 ? 0 : x > 1 ? 1 : x }

  /// log(1 + eˣ) without overflow.
  private static func logOnePlusExp(_ x: Float) -> Float {
    x > 0 ? x + log1p(Foundation.exp(-x)) : log1p(Foundation.exp(x))
  }

  private static func geluArgument(_ x: Float) -> Float {
    rootOfTwoOverPi * (x + 0.044715 * x * x * x)
  }

  /// The normal distribution's Φ.
  private static func normal(_ x: Float) -> Float { 0.5 * (1 + Foundation.erf(x * rootOfHalf)) }

  private static let rootOfHalf: Float = 0.70710678118654752
  private static let rootOfTwoOverPi: Float = 0.79788456080286536
}

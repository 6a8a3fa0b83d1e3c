/// What a measured field is held against: the same measurement where nothing was learnt, or nothing is to be seen.
public struct FieldNull: Codable, Equatable, Sendable {
  /// What differs from the measurement.
  public enum Kind: String, Codable, Equatable, Sendable {
    /// The network has the weights that training starts from, by seed.
    case initial
    /// The pictures go in at another size.
    case size
    /// A picture of Gaussian noise in each photograph's place.
    case noise
    /// Another photograph in each one's place.
    case photographs
    /// A control of the zoom in the zoom's place.
    case control
  }

  /// What differs.
  public var kind: Kind
  /// Of initial weights.
  public var seed: UInt64?
  /// Side of the input in pixels, of another size.
  public var side: Int?
  /// Name of the control.
  public var control: String?

  /// Describes a null.
  public init(_ kind: Kind, seed: UInt64? = nil, side: Int? = nil, control: String? = nil) {
    self.kind = kind
    self.seed = seed
    self.side = side
    self.control = control
  }

  /// What it is called in tables.
  public var title: String {
    switch kind {
    case .initial: "initial weights \(seed ?? 0)"
    case .size: "input \(side ?? 0) px"
    case .noise: "noise"
    case .photographs: "other photographs"
    case .control: "control \(control ?? "")"
    }
  }

  /// Whether each of its pictures is one of the measurement's, so that differences are paired by them.
  public var isPaired: Bool { kind != .noise && kind != .photographs }
}

extension FieldResults {
  /// What was measured of a node under a null.
  public struct Null: Codable, Equatable, Sendable {
    /// Which.
    public var null: FieldNull
    /// At every scale that it has, ascending.
    public var byScale: [NullScale]
  }

  /// A null at a scale.
  public struct NullScale: Codable, Equatable, Sendable {
    /// The scale.
    public var scale: Double
    /// Pictures whose gradient was not zero everywhere.
    public var images: Int
    /// Standard deviations down and across, in pixels.
    public var sigma: [Estimate]
    /// The spread, both axes together.
    public var spread: Estimate
    /// The measured spread minus the null's: paired by picture where the null has the same ones; nil where nothing
    /// measured is to be compared.
    public var excess: Difference?
    /// What the null's spread changes by since the smallest scale; nil there, and where no picture has both.
    public var change: Difference?
    /// What the measured spread changes by, minus that; nil likewise.
    public var changeExcess: Difference?
  }
}

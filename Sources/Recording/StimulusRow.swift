/// What one unit selected for one stimulus.
public struct UnitRow: Equatable, Sendable {
  /// Most points of a profile for each branch; the paper draws 16.
  public static let mostPoints = 16

  /// Points of a profile for each branch: fewer for fewer channels.
  public static func points(channels: Int) -> Int { min(mostPoints, channels) }

  /// Mean attention of each branch over channels, M values.
  public var means: [Double]
  /// `[M, points]`, means of successive channels; empty where it was not read back.
  public var profile: [Float]
  /// `[M, C]`, where every channel is kept and was read back.
  public var channels: [Float]?
  /// Share of channels whose measure is higher than at the smallest scale, 0…1; nil there and for
  /// controls.
  public var channelsUp: Double?

  /// Collects a unit's values.
  public init(means: [Double], profile: [Float], channels: [Float]?, channelsUp: Double?) {
    self.means = means
    self.profile = profile
    self.channels = channels
    self.channelsUp = channelsUp
  }
}

/// One stimulus shown to the network, and what came of it.
public struct StimulusRow: Equatable, Sendable {
  /// Enlargement of the target.
  public var scale: Double
  /// Which control it is; nil for the zoom itself.
  public var control: String?
  /// Whether the crop had fewer source pixels than the network's input.
  public var isUndersampled: Bool
  /// Share of the enlarged target's box that is within the view.
  public var visibleShare: Double
  /// Side of what fills the view, in source pixels.
  public var sourceSide: Double
  /// How many classes scored above the true one; nil where it is not known.
  public var rank: Int?
  /// The network's output; empty where it was not read back.
  public var logits: [Float]
  /// Every recorded unit.
  public var units: [UnitRow]
  /// How far a lesion moves the attention, 0…1; nil without one, and where it was not recorded.
  public var dose: Double?
  /// How far the photograph's own attention moves, in the same units.
  public var ownMove: Double?

  /// Collects a stimulus's values.
  public init(
    scale: Double, control: String?, isUndersampled: Bool, visibleShare: Double,
    sourceSide: Double, rank: Int?, logits: [Float], units: [UnitRow], dose: Double? = nil,
    ownMove: Double? = nil
  ) {
    self.scale = scale
    self.control = control
    self.isUndersampled = isUndersampled
    self.visibleShare = visibleShare
    self.sourceSide = sourceSide
    self.rank = rank
    self.logits = logits
    self.units = units
    self.dose = dose
    self.ownMove = ownMove
  }
}

/// A photograph that is done: recorded whole, or failed.
public struct ImageOutcome: Equatable, Sendable {
  /// What became of a photograph.
  public enum Result: Equatable, Sendable {
    /// Its stimuli, in a fixed order.
    case stimuli([StimulusRow])
    /// Arrays of numbers in a fixed order, whose meaning the kind of experiment knows; NaN for none.
    case numbers([[Double]])
    /// Why it could not be used, in one line.
    case failed(String)
  }

  /// The photograph's index.
  public var imageIndex: Int
  /// What became of it.
  public var result: Result

  /// Joins an index and a result.
  public init(imageIndex: Int, result: Result) {
    self.imageIndex = imageIndex
    self.result = result
  }
}

import Networks

/// What a run found: the content of `results.json`, format version 2.
public struct ZoomResults: ResultsDocument, VersionedDocument, Equatable {
  /// Version of this format; readers refuse a higher one.
  public var formatVersion: Int = ZoomResults.currentFormatVersion
  /// Seed of the bootstrap, the permutations and the seeded controls.
  public var seed: UInt64
  /// Arithmetic of the network: `f32` or `bf16`.
  public var precision: String
  /// The network.
  public var model: AnalysedModel
  /// How the target was made larger: `crop` or `target`.
  public var `protocol`: String
  /// The scales, ascending.
  public var scales: [Double]
  /// Number of photographs that were recorded.
  public var images: Int
  /// Which photographs the headline rests on.
  public var headline: Headline
  /// What the difference is.
  public var measure: Measure
  /// The units that are judged; nil in files of format version 1.
  public var primary: PrimaryFamily?
  /// Why nothing is judged, as a sentence; nil where the primary family is.
  public var withheld: String?
  /// Photographs that could not be used, with the reason.
  public var failed: [FailedPhotograph]
  /// Results of every unit, in the order in which a picture passes them.
  public var units: [UnitResult]
  /// The same, averaged over each stage's units.
  public var stages: [UnitResult]
  /// The measure per class, ordered by class index, where classes are known (figure 4).
  public var classes: [ClassResult]
  /// Accuracy per scale, where classes are known.
  public var accuracy: [Accuracy]
  /// How much of the run this rests on; nil of a finished one.
  public var unfinished: Unfinished?

  /// What `difference` and every shift measure.
  public enum Measure: String, Codable, Equatable, Sendable {
    /// Mean attention of the branch with the larger kernel minus that of the other, in −1…1.
    case attentionDifference
    /// Σ aₘ · sizeₘ in pixels of the unit's input, for other than two branches.
    case expectedKernelSize
  }

  /// A branch as it is reported.
  public struct Branch: Codable, Equatable, Sendable {
    /// Side of the kernel in taps, where the branch is one convolution.
    public var kernel: Int?
    /// Distance between taps.
    public var dilation: Int?
    /// Number of groups.
    public var groups: Int?
    /// D(k − 1) + 1, pixels of the unit's input.
    public var size: Int
  }

  /// One scale of one unit.
  public struct ScaleResult: Codable, Equatable, Sendable {
    /// The scale.
    public var scale: Double
    /// Mean attention of each branch, over photographs and channels.
    public var meanAttention: [Double]
    /// The measure, averaged over photographs.
    public var difference: Double
    /// 95 % bootstrap interval of `difference` over photographs; empty for fewer than three, as are all
    /// others.
    public var interval: [Double]
  }

  /// What a control moves beside the zoom.
  public struct Control: Equatable, Sendable, Encodable {
    /// What it has to do with the verdict.
    public var role: ControlRole
    /// Whether verdicts rest on it: its role decides, at least half of the photographs have it, and a
    /// difference in differences was recorded as one.
    public var counts: Bool
    /// Photographs for which both the zoom and the control exist.
    public var images: Int
    /// Mean shift that the control causes, from the smallest to the largest scale.
    public var mean: Double
    /// 95 % bootstrap interval of `mean`.
    public var interval: [Double]
    /// Mean of the zoom's shift minus the control's, paired over photographs.
    public var excess: Double
    /// 95 % bootstrap interval of `excess`.
    public var excessInterval: [Double]
    /// Slope per octave that the control causes.
    public var slope: Estimate
    /// Slope per octave of the zoom minus the control, paired over photographs.
    public var excessSlope: Estimate
  }

  /// How a unit moves as the scale grows.
  public struct Shift: Equatable, Sendable, Encodable {
    /// The smallest scale.
    public var from: Double
    /// The largest scale.
    public var to: Double
    /// Mean over photographs of the move from end to end.
    public var mean: Double
    /// 95 % bootstrap interval of `mean`.
    public var interval: [Double]
    /// Slope per octave over all scales, least squares on log₂ of the scale: the statistic that is judged.
    public var slope: Estimate
    /// Share of photographs whose measure goes up from end to end, 0…1.
    public var imagesUp: Double
    /// Share of channels that go up, averaged over photographs, 0…1.
    public var channelsUp: Double
    /// Two-sided paired permutation p-value of the slope, not corrected; of format version 1, of `mean`.
    public var p: Double
    /// The controls by name; `ControlRole` knows them.
    public var controls: [String: Control]
    /// The verdict and what it rests on; nil of exploratory units, and where `withheld` says why.
    public var judgement: Judgement?
  }

  /// One unit, or one stage when averaged over its units.
  public struct UnitResult: Equatable, Sendable, Encodable {
    /// `SK_3_4`, or `stage 3`.
    public var name: String
    /// The paper's stage number, from 2.
    public var stage: Int
    /// Channels of the branches.
    public var channels: Int
    /// The branches in the order of `meanAttention`.
    public var branches: [Branch]
    /// Every scale, ascending.
    public var byScale: [ScaleResult]
    /// The move from the smallest to the largest scale.
    public var shift: Shift
  }

  /// One class: the measure of every unit at every scale.
  public struct ClassResult: Codable, Equatable, Sendable {
    /// Index in the network's output.
    public var index: Int
    /// Class id, such as `n01443537`.
    public var id: String
    /// What the class is called, such as `goldfish`, where that is known.
    public var name: String?
    /// Photographs of the class behind the means.
    public var images: Int
    /// `[unit][scale]` means of the measure, units and scales as in `units` and `scales`.
    public var difference: [[Double]]
  }

  /// Share of right answers at a scale.
  public struct Accuracy: Codable, Equatable, Sendable {
    /// The scale.
    public var scale: Double
    /// Share of photographs whose class came first, 0…1.
    public var top1: Double
    /// Share of photographs whose class was among the first five, 0…1.
    public var top5: Double
    /// Photographs behind the shares.
    public var images: Int
  }
}

/// What the network selected for one stimulus, as the analysis needs it.
public struct RecordedStimulus: Equatable, Sendable {
  /// Enlargement of the target.
  public var scale: Double
  /// Which control it is; nil for the zoom itself.
  public var control: String?
  /// Whether the crop had fewer source pixels than the network's input.
  public var isUndersampled: Bool
  /// `[unit][branch]`, means over channels.
  public var meanAttention: [[Double]]
  /// Per unit, the share of channels whose measure is higher than at the smallest scale; nil there
  /// and for controls.
  public var channelsUp: [Double]?
  /// How many classes scored above the true one; nil where it is not known.
  public var rank: Int?

  /// Collects a stimulus's values.
  public init(
    scale: Double, control: String?, isUndersampled: Bool, meanAttention: [[Double]],
    channelsUp: [Double]?, rank: Int?
  ) {
    self.scale = scale
    self.control = control
    self.isUndersampled = isUndersampled
    self.meanAttention = meanAttention
    self.channelsUp = channelsUp
    self.rank = rank
  }
}

/// A photograph with all its stimuli: the unit of observation.
public struct RecordedPhotograph: Equatable, Sendable {
  /// Its path.
  public var path: String
  /// SHA-256 of the file, which tells the same photograph in another run; empty where not known.
  public var sha256: String
  /// Its class in the network's output, where known.
  public var classIndex: Int?
  /// Its class id, where known.
  public var classID: String?
  /// Its stimuli.
  public var stimuli: [RecordedStimulus]

  /// Collects a photograph's stimuli.
  public init(
    path: String, sha256: String = "", classIndex: Int? = nil, classID: String? = nil,
    stimuli: [RecordedStimulus]
  ) {
    self.path = path
    self.sha256 = sha256
    self.classIndex = classIndex
    self.classID = classID
    self.stimuli = stimuli
  }
}

/// How recorded values are turned into statistics.
public struct AnalysisOptions: Equatable, Sendable {
  /// Seed of the resamples and of the permutations.
  public var seed: UInt64
  /// Bootstrap resamples; nil for 10,000, and 2,000 beyond 2,000 photographs.
  public var bootstrapSamples: Int?
  /// Sign flips where there are too many photographs to try all.
  public var permutations: Int
  /// Whether photographs with undersampled crops count.
  public var includesUndersampled: Bool

  /// Chooses options.
  public init(
    seed: UInt64 = 1, bootstrapSamples: Int? = nil, permutations: Int = 10_000,
    includesUndersampled: Bool = false
  ) {
    self.seed = seed
    self.bootstrapSamples = bootstrapSamples
    self.permutations = permutations
    self.includesUndersampled = includesUndersampled
  }

  /// How many resamples are drawn of so many photographs.
  func samples(photographs: Int) -> Int {
    bootstrapSamples ?? (photographs <= 2_000 ? 10_000 : 2_000)
  }
}

/// What the network selected for one stimulus, as the analysis needs it.
public struct RecordedStimulus: Equatable, Sendable {
  /// Enlargement of the target.
  public var scale: Double
  /// Which control it is; nil for the zoom itself.
  public var control: String?
  /// `[unit, branch]` in one block: of 20,000 photographs, a block a unit would be most of the memory.
  private let means: [Double]
  /// Per unit, the share of channels whose measure is higher than at the smallest scale; nil there
  /// and for controls.
  public var channelsUp: [Double]?
  /// How many classes scored above the true one; nil where it is not known.
  public var rank: Int?
  /// Whether the crop had fewer source pixels than the network's input.
  public var isUndersampled: Bool
  private let branchCount: Int32

  /// `[unit][branch]`, means over channels.
  public var meanAttention: [[Double]] {
    let count = Int(branchCount)
    return stride(from: 0, to: means.count, by: max(1, count)).map {
      Array(means[$0..<$0 + count])
    }
  }

  /// Collects a stimulus's values; all units have as many branches.
  public init(
    scale: Double, control: String?, isUndersampled: Bool, meanAttention: [[Double]],
    channelsUp: [Double]?, rank: Int?
  ) {
    self.scale = scale
    self.control = control
    self.isUndersampled = isUndersampled
    let count = meanAttention.first?.count ?? 0
    precondition(meanAttention.allSatisfy { $0.count == count }, "units have as many branches")
    branchCount = Int32(count)
    means = [Double](unsafeUninitializedCapacity: meanAttention.count * count) { buffer, filled in
      for (unit, values) in meanAttention.enumerated() {
        for (branch, value) in values.enumerated() { buffer[unit * count + branch] = value }
      }
      filled = meanAttention.count * count
    }
    self.channelsUp = channelsUp
    self.rank = rank
  }
}

extension RecordedStimulus {
  /// A unit's mean attention to a branch.
  func mean(unit: Int, branch: Int) -> Double { means[unit * Int(branchCount) + branch] }

  /// The measure of a unit.
  func value(_ measure: BranchMeasure, unit: Int) -> Double {
    let start = unit * Int(branchCount)
    return measure.value(of: means[start..<start + Int(branchCount)])
  }
}

/// A photograph with all its stimuli: the unit of observation.
public struct RecordedPhotograph: Equatable, Sendable {
  /// Its path; empty where nobody asks for it.
  public var path: String
  /// SHA-256 of the file, which tells the same photograph in another run; empty where not known or asked for.
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

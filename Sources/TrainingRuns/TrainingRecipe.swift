import Engine
import Training
import TrainingData

/// How a network is trained, but for the data and the seed.
public struct TrainingRecipe: Codable, Hashable, Sendable {
  /// Pictures a step.
  public var batch: Int
  /// Parts into which a step's pictures are split, one worked off after the other and the gradients
  /// accumulated, so that a large batch takes the memory of a part; nil for one part.
  ///
  /// Batch norm sees the statistics of a part.
  public var accumulate: Int?
  /// Passes over the training pictures; nil where a time is given.
  public var epochs: Double?
  /// Minutes that the run may take; nil where epochs are given.
  public var minutes: Double?
  /// Learning rate of every step.
  public var rate: RateSchedule
  /// Side of the pictures at every step.
  public var sizes: SizeSchedule
  /// How steps are made.
  public var optimizer: Optimizer
  /// Whether a moving average of the weights is kept, judged and shipped.
  public var keepsAverage: Bool
  /// Part of the target that is spread over all classes.
  public var labelSmoothing: Double
  /// Whether the last batch norm of every unit starts at γ = 0, so that units start as identities.
  public var zeroesLastNorm: Bool
  /// How pictures are varied.
  public var augmentation: Augmentation
  /// Epochs from one validation to the next.
  public var validateEvery: Int
  /// Number format of activations and their gradients; weights are float32 in any case.
  public var precision: Precision

  /// Describes a recipe; defaults are those of the experiment file.
  public init(
    batch: Int = 128, accumulate: Int? = nil, epochs: Double? = 30, minutes: Double? = nil,
    rate: RateSchedule, sizes: SizeSchedule, optimizer: Optimizer = Optimizer(decaysVectors: false),
    keepsAverage: Bool = false, labelSmoothing: Double = 0, zeroesLastNorm: Bool = false,
    augmentation: Augmentation = Augmentation(), validateEvery: Int = 1,
    precision: Precision = .f32
  ) {
    self.batch = batch
    self.accumulate = accumulate
    self.epochs = minutes == nil ? epochs : nil
    self.minutes = minutes
    self.rate = rate
    self.sizes = sizes
    self.optimizer = optimizer
    self.keepsAverage = keepsAverage
    self.labelSmoothing = labelSmoothing
    self.zeroesLastNorm = zeroesLastNorm
    self.augmentation = augmentation
    self.validateEvery = validateEvery
    self.precision = precision
  }
}

extension TrainingRecipe {
  /// Most pictures that the network sees at once.
  func picturesAtOnce(of batch: Int) -> Int {
    let parts = accumulate ?? 1
    return (batch + parts - 1) / parts
  }
}

extension KeyedDecodingContainer {
  /// A recipe's precision: those from before there was a choice name none, and are float32.
  fileprivate func decode(_ type: Precision.Type, forKey key: Key) throws -> Precision {
    try decodeIfPresent(type, forKey: key) ?? .f32
  }
}

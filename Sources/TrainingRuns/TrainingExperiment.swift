import Networks
import Observing
import Pictures
import TrainingData

/// A training as its user asks for it; `TrainingRun` performs it.
public struct TrainingExperiment: Equatable, Sendable {
  /// What the model is called.
  public var name: String
  /// The network; its number of classes is the data set's.
  public var architecture: Architecture
  /// How every command shall give the finished network its pictures.
  public var preprocessing: Preprocessing
  /// The data set's folder.
  public var data: String
  /// A folder of validation pictures that is not within it.
  public var validation: String?
  /// Which part of the data set is used.
  public var selection = DataSelection()
  /// Decoded pictures that are kept in memory, in megabytes; nil for a quarter of what is left.
  public var memoryInMegabytes: Int?
  /// Pictures with more megapixels than this count as broken.
  public var maximumMegapixels = 64.0
  /// How it is trained.
  public var recipe: TrainingRecipe
  /// Of weights, orders, variations and choices.
  public var seed: UInt64 = 1
  /// Minutes from one checkpoint to the next within an epoch.
  public var checkpointMinutes = 10.0
  /// Threads; nil for one a core, or as many as the run was begun with.
  public var workers: Int?
  /// The run's folder.
  public var out: String
  /// Whether to go on with the run in the folder.
  public var resumes = false

  /// Asks for a training.
  public init(
    name: String, architecture: Architecture, preprocessing: Preprocessing, data: String,
    recipe: TrainingRecipe, out: String
  ) {
    self.name = name
    self.architecture = architecture
    self.preprocessing = preprocessing
    self.data = data
    self.recipe = recipe
    self.out = out
  }

  /// Lists the data set as the seed chooses from it.
  package func sets() throws(DataSetError) -> TrainingSets {
    var sets = try TrainingSets(
      folder: data, validation: validation, selection: selection, seed: seed)
    let limits = DecodingLimits(maximumMegapixels: maximumMegapixels)
    sets.training.limits = limits
    sets.validation?.limits = limits
    return sets
  }

  /// Lets the run take so many minutes instead of a number of epochs.
  ///
  /// - Throws: `ExperimentError.usage` if they are no time.
  public mutating func fit(intoMinutes minutes: Double) throws {
    guard minutes >= 0.01, minutes <= 1_000_000 else {
      throw ExperimentError.usage("--minutes must be between 0.01 and 1000000, not \(minutes)")
    }
    recipe.minutes = minutes
    recipe.epochs = nil
  }
}

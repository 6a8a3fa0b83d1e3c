import Analysis
import Networks
import Recording
import Stimuli
import SystemPackage
import TrainingRuns

/// Variants of a network to be trained side by side, as their user asks for it; `AblationRun` performs
/// it.
public struct AblationExperiment: Equatable, Sendable {
  /// One variant.
  public struct Variant: Equatable, Sendable {
    /// What it is called.
    public var name: String
    /// The network; its number of classes is the data set's.
    public var architecture: Architecture
    /// What the paper prints of it.
    public var paper: AblationResults.PaperRow?

    /// Describes a variant.
    public init(
      name: String, architecture: Architecture, paper: AblationResults.PaperRow? = nil
    ) {
      self.name = name
      self.architecture = architecture
      self.paper = paper
    }
  }

  /// What every trained network with attention is shown.
  public struct Zoom: Equatable, Sendable {
    /// Photographs: files and folders; nil for the data set's validation pictures.
    public var images: [FilePath]?
    /// Most validation pictures to show, evenly spaced in their order; nil for all.
    public var pictures: Int?
    /// Factors by which the target grows.
    public var scales: [Double] = [1, 1.5, 2]
    /// How the target grows.
    public var zoomProtocol = ZoomProtocol.crop
    /// Controls recorded beside the zoom.
    public var controls = ZoomProtocol.crop.usualControls(atScales: [1, 1.5, 2])
    /// The units that get a verdict.
    public var primary = FamilyDeclaration()
    /// What is put in the attention's place.
    public var lesions = Lesion.allCases

    /// Asks for the default.
    public init() {}
  }

  /// What every variant has in common: data, recipe, preprocessing and folder.
  ///
  /// Its name is the ablation's, its architecture the base.
  public var training: TrainingExperiment
  /// One training of every variant for each.
  public var seeds: [UInt64]
  /// The variants.
  public var variants: [Variant]
  /// Name of the variant that the others are set against.
  public var reference: String
  /// The differences of error that were planned; nil for each other variant's from the reference.
  public var contrasts: [AblationResults.ContrastPlan]?
  /// What the trained networks are shown; nil for nothing.
  public var zoom: Zoom?
  /// Which of its trainings, in the order of seeds and then of variants, are done; nil for all.
  public var shard: Shard?

  /// Asks for an ablation; the first variant is the reference.
  public init(
    training: TrainingExperiment, seeds: [UInt64], variants: [Variant], zoom: Zoom? = Zoom()
  ) {
    self.training = training
    self.seeds = seeds
    self.variants = variants
    reference = variants.first?.name ?? ""
    self.zoom = zoom
  }
}

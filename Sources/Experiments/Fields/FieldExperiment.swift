import Analysis
import Observing
import Recording
import Stimuli
import SystemPackage

/// Receptive fields to be measured, as a user asks for them.
public struct FieldExperiment: Sendable {
  /// A network's name or file.
  public var model: String
  /// Photographs and folders of them; none for noise.
  public var images: [FilePath]
  /// Nodes or units; empty for the last of every stage.
  public var nodes: [String]
  /// Factors by which the target grows, ascending.
  public var scales: [Double]
  /// How it grows.
  public var zoomProtocol: ZoomProtocol
  /// File or folder of the targets' boxes.
  public var boxes: String?
  /// Which box counts where a photograph has several.
  public var boxChoice: BoxChoice
  /// What of the gradient counts.
  public var measure: FieldMap.Measure
  /// Positions of each node in each picture: 1 for the central one, more for others drawn by the seed.
  public var positions: Int
  /// The only channel of each node that counts, from 0; nil for the sum over channels.
  public var channel: Int?
  /// How many pictures of Gaussian noise stand in for photographs.
  public var noise: Int
  /// As many as there may be.
  public static let noiseCounts = 1...1_000_000
  /// Side of the input in pixels; nil for the model's.
  public var size: Int?
  /// What to use of the processor, `portable`, `avx2` or `avx512`; nil for the best there is.
  public var instructionSet: String?
  /// How photographs become the input, where it is not as the model's file says; its size is not read.
  public var input = InputChoice()
  /// Of noise, positions and initial weights.
  public var seed: UInt64
  /// Of the bootstrap; nil for `seed`.
  ///
  /// It may change on a finished run.
  public var analysisSeed: UInt64?
  /// What the fields are held against; nil for nothing.
  public var nulls: AskedNulls?
  /// Threads; nil for one a core.
  public var workers: Int?
  /// Largest photograph that is decoded.
  public var maximumMegapixels: Double
  /// The run's folder.
  public var out: String
  /// Whether an earlier run in that folder is thrown away.
  public var startsAfresh: Bool
  /// Which part of the run is recorded; nil for all of it.
  public var shard: Shard?

  /// Asks for fields.
  public init(
    model: String, images: [FilePath] = [], nodes: [String] = [], scales: [Double] = [1, 2],
    zoomProtocol: ZoomProtocol = .crop, boxes: String? = nil, boxChoice: BoxChoice = .largest,
    measure: FieldMap.Measure = .absolute, positions: Int = 1, noise: Int = 16, size: Int? = nil,
    seed: UInt64 = 1, workers: Int? = nil, maximumMegapixels: Double = 64, out: String,
    startsAfresh: Bool = false
  ) {
    self.model = model
    self.images = images
    self.nodes = nodes
    self.scales = scales
    self.zoomProtocol = zoomProtocol
    self.boxes = boxes
    self.boxChoice = boxChoice
    self.measure = measure
    self.positions = positions
    self.noise = noise
    self.size = size
    self.seed = seed
    self.workers = workers
    self.maximumMegapixels = maximumMegapixels
    self.out = out
    self.startsAfresh = startsAfresh
  }

  /// The scales of a protocol, where none are asked for.
  public static func usualScales(_ zoomProtocol: ZoomProtocol) -> [Double] {
    zoomProtocol == .shrink ? [0.5, 1] : [1, 2]
  }
}

import Analysis
import Observing
import Recording
import Stimuli
import SystemPackage

/// A zoom experiment as its user asks for it: on the command line, in a file, or in Swift.
///
/// - SeeAlso: Li et al. 2019, section 4.3, "Analysis and interpretation".
public struct ZoomExperiment: Equatable, Sendable {
  /// Arithmetic of the network.
  public typealias PrecisionChoice = Observing.PrecisionChoice

  /// How much of the attention a run keeps.
  public enum Detail: String, CaseIterable, Sendable {
    /// Means and 16-point profiles over channels.
    case means
    /// Every channel of every stimulus too.
    case channels
  }

  /// Photographs: files and folders, searched whole.
  public var images: [FilePath]
  /// A bundled model's name or a weight file.
  public var model: String
  /// Factors by which the target grows, the smallest being the reference.
  public var scales: [Double]
  /// How the target grows.
  public var zoomProtocol: ZoomProtocol
  /// Controls recorded beside the zoom.
  public var controls: [Control]
  /// Units to record, by name or wildcard (`SK_3_*`); empty for all.
  public var units: [String]
  /// Targets' boxes: a file or folder of any form that `TargetBoxes` reads.
  public var boxes: String?
  /// Which box counts where a photograph has several.
  public var boxChoice: BoxChoice
  /// What stands behind a picture with transparency.
  public var background: StimulusSpecification.Background
  /// Side of the network's input in pixels; nil for the model's own.
  public var size: Int?
  /// How pictures become the network's input, where it is not as the model's file says; its size is not
  /// read.
  public var input = InputChoice()
  /// Arithmetic of the network.
  public var precision: PrecisionChoice
  /// Instruction set to hold the engine to; nil for the best that the processor has.
  public var instructionSet: String?
  /// How many times the measured point spread the `psf` control matches.
  public var psfFactor: Double
  /// Seed of the bootstrap, the permutations, the redrawn gates and the noise.
  public var seed: UInt64
  /// Seed of the bootstrap and the permutations alone, which may change on a finished run; nil for `seed`.
  public var analysisSeed: UInt64?
  /// Threads, on which results do not depend; nil for one a core.
  public var workers: Int?
  /// How much is kept.
  public var keep: Detail
  /// File names of the photographs that figure 3 shows; empty for four, evenly spaced in the list.
  public var examples: [String]
  /// The units that get a verdict, named before the run; wildcards as in `units`.
  public var primary: FamilyDeclaration
  /// Whether photographs with undersampled crops count, which leaves the run without verdicts.
  public var includesUndersampled: Bool
  /// Largest photograph that is decoded, in millions of pixels.
  public var maximumMegapixels: Double
  /// The run's folder.
  public var out: String
  /// Whether an earlier run in that folder is thrown away.
  public var startsAfresh: Bool
  /// Which part of the run is recorded; nil for all of it.
  public var shard: Shard?

  /// Asks for a zoom experiment; defaults are the command line's, nil being the protocol's usual scales and
  /// controls.
  public init(
    images: [FilePath], model: String = "sknet26-tiny",
    scales: [Double]? = nil, zoomProtocol: ZoomProtocol = .crop,
    controls: [Control]? = nil, psfFactor: Double = 1, units: [String] = [], boxes: String? = nil,
    boxChoice: BoxChoice = .largest,
    background: StimulusSpecification.Background = .gray, size: Int? = nil,
    precision: PrecisionChoice = .auto,
    instructionSet: String? = nil, seed: UInt64 = 1, workers: Int? = nil, keep: Detail = .means,
    examples: [String] = [], primary: FamilyDeclaration = FamilyDeclaration(),
    includesUndersampled: Bool = false, maximumMegapixels: Double = 64,
    out: String, startsAfresh: Bool = false
  ) {
    self.images = images
    self.model = model
    self.scales = scales ?? zoomProtocol.usualScales
    self.zoomProtocol = zoomProtocol
    self.controls = controls ?? zoomProtocol.usualControls(atScales: self.scales)
    self.psfFactor = psfFactor
    self.units = units
    self.boxes = boxes
    self.boxChoice = boxChoice
    self.background = background
    self.size = size
    self.precision = precision
    self.instructionSet = instructionSet
    self.seed = seed
    self.workers = workers
    self.keep = keep
    self.examples = examples
    self.primary = primary
    self.includesUndersampled = includesUndersampled
    self.maximumMegapixels = maximumMegapixels
    self.out = out
    self.startsAfresh = startsAfresh
  }
}

extension ZoomExperiment {
  /// Refuses scales between which nothing can shift.
  ///
  /// - Throws: `ExperimentError.usage` naming the only one.
  static func checkShift(scales: [Double]) throws {
    guard Set(scales).count != 1 else {
      throw ExperimentError.usage(
        "scales: \(scales[0]) alone shows no shift; give two or more, such as 1,2")
    }
  }
}

extension Control {
  /// Reads `usual`, `none`, `all` or a list of names; `all` is all that go with the protocol.
  ///
  /// - Throws: `ExperimentError.usage` naming what is unknown, or does not go with the protocol.
  public static func list(
    _ words: [String], protocol: ZoomProtocol, scales: [Double]
  ) throws -> [Control] {
    let possible = `protocol`.controls(atScales: scales)
    switch words {
    case ["none"]: return []
    case ["all"]: return possible
    case ["usual"]: return `protocol`.usualControls(atScales: scales)
    default: break
    }
    return try words.map { word in
      guard let control = Control(rawValue: word) else {
        let known = possible.map(\.rawValue).joined(separator: ", ")
        throw ExperimentError.usage(
          "unknown control '\(word)'; known: none, all, usual, \(known)")
      }
      guard possible.contains(control) else {
        throw ExperimentError.usage(
          "control " + control.refusal(by: `protocol`, scales: scales))
      }
      return control
    }
  }
}

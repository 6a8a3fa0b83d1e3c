import Foundation
import Networks

/// Variants of a network that were trained side by side: the content of `ablation.json`, format
/// version 2.
///
/// The seed is the unit of observation: every interval is Student's over seeds, 95 %, and says how
/// far another training may come out. Errors have one standard deviation, pooled over all variants: three
/// seeds of one say little of its own. Intervals are not corrected for their number; the verdicts on the
/// planned contrasts are, by Holm's method. Fewer than three seeds have no interval.
public struct AblationResults: ResultsDocument, Equatable {
  /// Version of this format; readers refuse a higher one.
  public var formatVersion = 2
  /// The ablation's name.
  public var name: String
  /// What all variants were trained and judged on.
  public var training: Training
  /// The zoom that all variants with attention were put through; nil if none was.
  public var zoom: Zoom?
  /// Name of the variant that the others are set against.
  public var reference: String
  /// Standard deviation of an error over seeds, pooled over all variants; nil where each has one seed.
  public var deviation: Double?
  /// The variants in the order of the file.
  public var variants: [Variant]
  /// The differences that were planned.
  public var contrasts: [Contrast]
  /// How much of the ablation is recorded; nil of a finished one.
  ///
  /// The numbers rest on the seeds of which all variants are.
  public var unfinished: Unfinished?

  /// What all variants have in common.
  public struct Training: Codable, Equatable, Sendable {
    /// Number of classes.
    public var classes: Int
    /// Pictures to learn from.
    public var pictures: Int
    /// Pictures behind each error.
    public var validationPictures: Int
    /// Passes over the pictures to learn from.
    public var epochs: Double
    /// Side of the network's input in pixels.
    public var size: Int
    /// One training of every variant for each.
    public var seeds: [UInt64]

    /// Describes what was trained on.
    public init(
      classes: Int, pictures: Int, validationPictures: Int, epochs: Double, size: Int,
      seeds: [UInt64]
    ) {
      self.classes = classes
      self.pictures = pictures
      self.validationPictures = validationPictures
      self.epochs = epochs
      self.size = size
      self.seeds = seeds
    }
  }

  /// What the trained networks were shown.
  public struct Zoom: Codable, Equatable, Sendable {
    /// How the target was made larger: `crop` or `target`.
    public var `protocol`: String
    /// The smallest scale.
    public var from: Double
    /// The largest scale.
    public var to: Double
    /// Photographs behind each network's shift.
    public var photographs: Int
    /// Whether these include photographs with fewer pixels than the network's input.
    public var isConfounded: Bool
  }

  /// A network of the ablation.
  public struct Variant: Codable, Equatable, Sendable {
    /// What it is called.
    public var name: String
    /// The network.
    public var architecture: Architecture
    /// #P: learnt values.
    public var parameters: Int
    /// Multiply-adds for one picture.
    public var macs: Int
    /// Share of wrong first answers over the validation pictures, a value for each seed.
    public var errors: [Double]
    /// Mean of `errors`.
    public var error: Estimate
    /// What shifts; nil without attention.
    public var measure: ZoomResults.Measure?
    /// Shifts of the units, in the order in which a picture passes them; empty without attention.
    public var units: [Unit]
    /// What replacing the attention in all units costs; empty without attention.
    public var lesions: [Lesion]
    /// What the paper prints of this variant.
    public var paper: PaperRow?
  }

  /// Two variants whose errors were planned to be compared.
  public struct ContrastPlan: Codable, Equatable, Sendable {
    /// The variant whose error counts as it is.
    public var variant: String
    /// The variant whose error is taken away.
    public var reference: String

    /// Names two variants.
    public init(_ variant: String, minus reference: String) {
      self.variant = variant
      self.reference = reference
    }
  }

  /// A planned difference of errors.
  public struct Contrast: Codable, Equatable, Sendable {
    /// Which variants it sets against each other.
    public var plan: ContrastPlan
    /// The error of the one minus that of the other.
    public var difference: Estimate
    /// Two-sided p by Student's test with the pooled deviation, corrected over the contrasts by Holm's method;
    /// nil of fewer than three seeds.
    public var p: Double?
    /// What the difference comes to; nil of fewer than three seeds.
    public var verdict: ContrastVerdict?
    /// The smallest difference that would have been found with 80 % power; nil of fewer than three seeds.
    public var smallestDetectable: Double?
    /// What the paper prints of the same difference, as a share; nil where it prints none.
    public var paper: Double?
    /// Whether the interval holds the paper's difference; nil where either is missing.
    public var paperStanding: PaperStanding?
  }

  /// Whether one variant errs more or less than another.
  public enum ContrastVerdict: String, Codable, Equatable, Sendable {
    /// It errs less.
    case lower
    /// It errs more.
    case higher
    /// Neither could be told with so many seeds.
    case unresolved
  }

  /// What an interval says of the paper's difference.
  public enum PaperStanding: String, Codable, Equatable, Sendable {
    /// Outside of the interval: not reproduced.
    case excluded
    /// Within the interval, as a difference of none may be too.
    case compatible
  }

  /// How one unit moves as the scale grows, averaged over photographs, over seeds.
  public struct Unit: Codable, Equatable, Sendable {
    /// `SK_3_2`.
    public var name: String
    /// Mean shift from the smallest to the largest scale.
    public var shift: Estimate
    /// Mean slope per octave.
    public var slope: Estimate
    /// The slope beyond the spectrum control's; nil if that was not recorded.
    public var excess: Estimate?
    /// The verdict by the rule of a single run, networks in the photographs' place; nil of exploratory units, and
    /// of fewer than three seeds.
    public var judgement: Judgement?
  }

  /// What replacing the attention in all units costs, over seeds: at the scale farthest from 1, `reverse` at 1.
  public struct Lesion: Codable, Equatable, Sendable {
    /// What stands in the attention's place, such as `frozen`.
    public var name: String
    /// Share of right answers of the intact network minus that of the lesioned one; nil without labels.
    public var accuracyLost: Estimate?
    /// Rise of the true class's negative log-likelihood, in nats; nil without labels, and in lesion runs of before.
    public var nllRise: Estimate?
    /// Share of photographs whose first class is the intact network's.
    public var agreement: Estimate
    /// Mean Kullback–Leibler divergence from the intact network, in nats.
    public var divergence: Estimate
  }

  /// A row of one of the paper's tables.
  public struct PaperRow: Codable, Hashable, Sendable {
    /// Top-1 error in percent.
    public var error: Double?
    /// Parameters in millions.
    public var parameters: Double?
    /// "GFLOPs", counted as multiply-adds, in thousand millions.
    public var macs: Double?
    /// How sure that is.
    public var certainty: Catalogue.PrintedFigures.Certainty

    /// Describes a row.
    public init(
      error: Double? = nil, parameters: Double? = nil, macs: Double? = nil,
      certainty: Catalogue.PrintedFigures.Certainty
    ) {
      self.error = error
      self.parameters = parameters
      self.macs = macs
      self.certainty = certainty
    }
  }

  /// The content of `ablation.json`: sorted keys, one value a line.
  public func json() throws -> String { try JSONText.of(self) }

}

extension AblationResults {
  /// The variant that the others are set against.
  public var referenceVariant: Variant? { variants.first { $0.name == reference } }

  /// Names of the lesions, in the order in which they appear.
  public var lesions: [String] { variants.flatMap { $0.lesions.map(\.name) }.distinct }

  /// Names of the units of the variant that has the most, of all or of those with a measure.
  public func units(of measure: ZoomResults.Measure? = nil) -> [String] {
    let shown = variants.filter { measure == nil || $0.measure == measure }
    return (shown.map(\.units).max { $0.count < $1.count } ?? []).map(\.name)
  }

  /// The contrast of a variant with the reference, if it was planned.
  public func contrast(of variant: Variant) -> Contrast? {
    contrasts.first { $0.plan == ContrastPlan(variant.name, minus: reference) }
  }
}

extension AblationResults.Variant {
  /// The unit of a name, if it was recorded.
  public func unit(_ name: String) -> AblationResults.Unit? { units.first { $0.name == name } }

  /// The lesion of a name, if it was measured.
  public func lesion(_ name: String) -> AblationResults.Lesion? {
    lesions.first { $0.name == name }
  }
}

import Foundation

/// Zoom runs side by side: the content of `compare.json`, format version 2.
///
/// Every run after the first is set against the first. Photographs are told by their content. Those that
/// count in all runs are what every column is over, and differences are paired by them; a run that shares
/// none with the first is shown over its own, and both sets are resampled each by itself. Protocols may
/// differ, so that one can be set against another. Each run's
/// verdicts and the differences' are by the rule of a single run (`VerdictRule`), over the first run's
/// primary family; the differences are tested in both directions.
public struct Comparison: Codable, Equatable, Sendable {
  /// Version of this format; readers refuse a higher one.
  public var formatVersion = 2
  /// Seed of the differences' bootstrap; each run's own numbers are those of its `results.json`.
  public var seed: UInt64
  /// What shifts.
  public var measure: ZoomResults.Measure
  /// How units were set beside each other.
  public var matching: Matching
  /// The units whose differences are judged.
  public var primary: PrimaryFamily
  /// The runs in the order in which they were named.
  public var runs: [Run]
  /// Units in the order in which a picture passes them.
  public var units: [Row]
  /// The same, averaged over each stage's units; stages match by the paper's number.
  public var stages: [Row]

  /// Which unit of one network is set beside which of another.
  public enum Matching: String, Codable, Equatable, Sendable {
    /// The one of the same name: all networks have the same units in each stage.
    case name
    /// Beside each unit of the network with the fewest, the one at the nearest relative depth within
    /// the stage: unit i of n is at (i − ½) / n.
    case depth
  }

  /// A run that is compared.
  public struct Run: Codable, Equatable, Sendable {
    /// What the run is called here.
    public var label: String
    /// The network's name.
    public var model: String
    /// SHA-256 of the weight file, hexadecimal.
    public var sha256: String
    /// Arithmetic of the network: `f32` or `bf16`.
    public var precision: String
    /// How the target was made larger, as `--protocol` names it.
    public var `protocol`: String
    /// The smallest and the largest scale.
    public var ends: [Double]
    /// Which photographs it recorded.
    public var headline: Headline
    /// Photographs that count in all paired runs, over which its numbers are; nil if nothing pairs it
    /// with the first run, or the first with any.
    public var pairs: Int?
    /// Why nothing is judged of it, as a sentence.
    public var withheld: String?
  }

  /// A unit or a stage in all runs.
  public struct Row: Codable, Equatable, Sendable {
    /// `SK_3_4`, or `stage 3`; by relative depth, the name in the network with the fewest units.
    public var name: String
    /// The paper's stage number, from 2.
    public var stage: Int
    /// What each run found, in the runs' order; nil where it recorded no such unit.
    public var entries: [Entry?]
  }

  /// What one run found in one unit or stage.
  public struct Entry: Codable, Equatable, Sendable {
    /// The name in this run's network.
    public var name: String
    /// The move from the smallest to the largest scale.
    public var shift: Estimate
    /// The slope per octave over all scales.
    public var slope: Estimate
    /// The slope beyond the spectrum control's; nil if that was not recorded.
    public var excess: Estimate?
    /// The verdict on the run's own slope; nil of exploratory units.
    public var judgement: Judgement?
    /// This slope minus the first run's; nil of the first itself.
    public var difference: Estimate?
    /// This excess minus the first run's.
    public var excessDifference: Estimate?
    /// The verdict on the difference, tested in both directions; nil of exploratory units.
    public var differenceJudgement: Judgement?
  }

  /// The content of `compare.json`: sorted keys, one value a line.
  public func json() throws -> String { try JSONText.of(self) }
}

/// A recorded zoom as a comparison needs it.
public struct ComparedRun: Sendable {
  /// What the run is called.
  public var label: String
  /// Its statistics.
  public var results: ZoomResults
  /// Its photographs, with their hashes.
  public var photographs: [RecordedPhotograph]
  /// Names of the recorded units, in the order of `meanAttention`.
  public var unitNames: [String]
  /// The primary family as it was asked for.
  public var primary: FamilyDeclaration
  /// How its statistics were made.
  public var options: AnalysisOptions

  /// Describes a run.
  public init(
    label: String, results: ZoomResults, photographs: [RecordedPhotograph], unitNames: [String],
    primary: FamilyDeclaration = FamilyDeclaration(), options: AnalysisOptions
  ) {
    self.label = label
    self.results = results
    self.photographs = photographs
    self.unitNames = unitNames
    self.primary = primary
    self.options = options
  }
}

extension ComparedRun {
  /// Its statistics over some of its photographs.
  func results(over photographs: [RecordedPhotograph]) -> ZoomResults {
    ZoomResults(
      analysing: photographs, model: results.model, unitNames: unitNames,
      protocol: results.protocol, scales: results.scales, precision: results.precision,
      primary: primary, options: options)
  }

  /// The photographs that count.
  var counted: [RecordedPhotograph] {
    HeadlineSelection(
      photographs, scales: results.scales, includesUndersampled: options.includesUndersampled
    ).photographs
  }
}

/// Runs that cannot be compared, in one line that says what differs.
public struct ComparisonError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The line to show.
  public let description: String
  /// The line to show.
  public var errorDescription: String? { description }
}

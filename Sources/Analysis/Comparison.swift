import Foundation

/// Zoom runs side by side: the content of `compare.json`, format version 1.
///
/// Every run after the first is set against the first. If both recorded the same photographs the
/// difference is paired, photograph by photograph, over those that count in both; otherwise the two
/// sets are resampled each by itself. Intervals are not corrected for the number of units.
public struct Comparison: Codable, Equatable, Sendable {
  /// Version of this format; readers refuse a higher one.
  public var formatVersion = 1
  /// Seed of the differences' bootstrap; each run's own numbers are those of its `results.json`.
  public var seed: UInt64
  /// How the target was made larger: `crop` or `target`.
  public var `protocol`: String
  /// The smallest scale.
  public var from: Double
  /// The largest scale.
  public var to: Double
  /// What shifts.
  public var measure: Results.Measure
  /// How units were set beside each other.
  public var matching: Matching
  /// The runs in the order in which they were named.
  public var runs: [Run]
  /// Units in the order in which a picture passes them.
  public var units: [Row]
  /// The same, averaged over each stage's units; stages match by the paper's number.
  public var stages: [Row]

  /// Which unit of one network is set beside which of another.
  public enum Matching: String, Codable, Equatable, Sendable {
    /// The one of the same name: all networks have as many units in each stage.
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
    /// Which photographs its numbers rest on.
    public var headline: Results.Headline
    /// Photographs behind its paired differences from the first run; nil if nothing pairs them.
    public var pairs: Int?
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
    /// The shift beyond the spectrum control's; nil if that was not recorded.
    public var excess: Estimate?
    /// This shift minus the first run's; nil of the first itself.
    public var difference: Estimate?
    /// This excess minus the first run's.
    public var excessDifference: Estimate?
  }

  /// The content of `compare.json`: sorted keys, one value a line.
  public func json() throws -> String { try JSONText.of(self) }
}

/// A recorded zoom as a comparison needs it.
public struct ComparedRun: Sendable {
  /// What the run is called.
  public var label: String
  /// Its statistics.
  public var results: Results
  /// Its photographs, with their hashes.
  public var photographs: [RecordedPhotograph]
  /// Names of the recorded units, in the order of `meanAttention`.
  public var unitNames: [String]
  /// How its statistics were made.
  public var options: AnalysisOptions

  /// Describes a run.
  public init(
    label: String, results: Results, photographs: [RecordedPhotograph], unitNames: [String],
    options: AnalysisOptions
  ) {
    self.label = label
    self.results = results
    self.photographs = photographs
    self.unitNames = unitNames
    self.options = options
  }
}

/// Runs that cannot be compared, in one line that says what differs.
public struct ComparisonError: Error, Equatable, CustomStringConvertible, LocalizedError {
  /// The line to show.
  public let description: String
  /// The line to show.
  public var errorDescription: String? { description }
}

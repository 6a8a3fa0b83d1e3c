import Foundation
import Wording
import Networks

/// What a recorded zoom could have seen, and how many photographs a shift needs.
public struct Power: Codable, Equatable, Sendable {
  /// Version of this format.
  public var formatVersion = 1
  /// Seed of the resamples.
  public var seed: UInt64
  /// Photographs that count in the run.
  public var photographs: Int
  /// The primary family.
  public var primary: PrimaryFamily
  /// The family's units.
  public var units: [UnitPower]
  /// Controls that verdicts need and the run has not recorded; they are left out of account.
  public var missing: [String]

  /// What is known of one unit.
  public struct UnitPower: Codable, Equatable, Sendable {
    /// `SK_3_4`, or `stage 3`.
    public var name: String
    /// Mean slope per octave that the run saw.
    public var slope: Double
    /// Smallest slope per octave that the run would have found with 80 % power; nil if so few
    /// photographs find none.
    public var smallestDetectable: Double?
    /// The slope that is asked about; nil where none was given and no smallest effect is known.
    public var shift: Double?
    /// The fewest photographs that find it with 80 % power; nil for more than a million.
    public var photographs: Int?
  }

  /// Works out the power of a run's primary family.
  ///
  /// - Parameters:
  ///   - photographs: As recorded.
  ///   - architecture: The network's.
  ///   - unitNames: Names of the recorded units, in the order of `meanAttention`.
  ///   - scales: Ascending, two or more.
  ///   - declaration: The primary family as it was asked for.
  ///   - shift: A slope per octave above zero; nil for each unit's smallest effect of interest.
  ///   - options: Seed, and whether undersampled photographs count.
  public init(
    analysing photographs: [RecordedPhotograph], architecture: SelectiveNetwork,
    unitNames: [String],
    scales: [Double], primary declaration: FamilyDeclaration = FamilyDeclaration(),
    shift: Double? = nil, options: AnalysisOptions = AnalysisOptions()
  ) {
    let selection = HeadlineSelection(
      photographs, scales: scales, includesUndersampled: options.includesUndersampled)
    let table = MeasureTable(
      selection.photographs, measure: BranchMeasure(branches: architecture.branches),
      scales: scales)
    let known = architecture.units.filter { unitNames.contains($0.name) }
    let family = PrimaryFamily(declaration, architecture, recorded: known.map(\.name))
    let groups = family.units.map { name in
      let stage = PrimaryFamily.stage(name)
      return (
        name: name,
        units: known.filter { $0.name == name || $0.stage == stage }
          .compactMap { unitNames.firstIndex(of: $0.name) }
      )
    }
    let evidence = ShiftAnalysis(table: table, options: options)
      .evidence(for: groups, family: family)
    seed = options.seed
    self.photographs = selection.photographs.count
    primary = family
    missing = evidence.first?.evidence.missing ?? []
    units = evidence.map { name, evidence in
      let detectable = DetectableSlope(
        evidence, of: family.units.count, family.direction, seed: options.seed)
      let asked = shift ?? evidence.smallestEffect
      return UnitPower(
        name: name,
        slope: evidence.slopes.reduce(0, +) / Double(max(evidence.slopes.count, 1)),
        smallestDetectable: detectable.smallest(photographs: evidence.slopes.count), shift: asked,
        photographs: asked.flatMap { detectable.photographs(finding: $0) })
    }
  }

  /// The content as JSON: sorted keys, one value a line.
  public func json() throws -> String { try JSONText.of(self) }

  /// The same as lines for a terminal.
  public var text: String {
    let rows = units.map { unit in
      [
        unit.name, String(format: "%+.4f", unit.slope),
        unit.smallestDetectable.map(Judgement.number) ?? "none",
        unit.shift.map(Judgement.number) ?? "–",
        unit.shift == nil
          ? "no smallest effect is known: --shift"
          : unit.photographs.map { "\($0)" } ?? "more than \(DetectableSlope.mostPhotographs)",
      ]
    }
    var lines = [
      "\(counted(photographs, "photograph")); slopes per octave; found with 80 % power by all tests of a "
        + "verdict at once, the controls not moving",
      primary.sentence,
      TextGrid(
        header: ["unit", "slope seen", "could have seen", "to find", "needs photographs"],
        rows: rows, rulesBefore: []
      ).text,
    ]
    if !missing.isEmpty {
      lines.append(
        "\(missing.joined(separator: " and ")): needed for a verdict, not recorded, left out of account"
      )
    }
    return lines.joined(separator: "\n")
  }
}

import Networks

/// Towards which kernel a family's units are claimed to turn.
public enum ClaimedDirection: String, Codable, CaseIterable, Equatable, Sendable {
  /// The larger kernel, as the paper claims: tests are one-sided.
  case larger
  /// The smaller kernel: tests are one-sided.
  case smaller
  /// Either: tests are two-sided.
  case either
}

/// The primary family as it is asked for, before the run.
public struct FamilyDeclaration: Codable, Equatable, Sendable {
  /// Names of units, or of stages (`stage 3`); nil for the last unit of the stages 2, 3 and 4.
  public var units: [String]?
  /// Where they are claimed to turn.
  public var direction: ClaimedDirection
  /// Smallest slopes per octave that matter: one for all, or one for each name; nil for the paper's.
  public var smallestEffects: [Double]?

  /// Declares a family; without arguments the default one.
  public init(
    units: [String]? = nil, direction: ClaimedDirection = .larger,
    smallestEffects: [Double]? = nil
  ) {
    self.units = units
    self.direction = direction
    self.smallestEffects = smallestEffects
  }
}

/// The units, or stages, that get a verdict: Holm's correction is over them, all else is exploratory.
public struct PrimaryFamily: Codable, Equatable, Sendable {
  /// Names of units or of stages that were recorded, in the order of a picture's way.
  public var units: [String]
  /// Where they are claimed to turn.
  public var direction: ClaimedDirection
  /// The smallest slope per octave that matters, for each of `units`; nil where none is known.
  public var smallestEffects: [Double?]
  /// Whether the family was named before the run rather than taken by default.
  public var isDeclared: Bool

  /// Half of what the paper's six published samples move on average from 1× to 2×, by stage, as read
  /// off its figure to ±0.002: means of .0113 in SK_2_3, .0287 in SK_3_4 and .0465 in SK_4_6.
  ///
  /// - SeeAlso: The authors' repository, figure of six samples.
  public static let paperEffects: [Int: Double] = [2: 0.006, 3: 0.014, 4: 0.023]

  /// The stages whose last unit is primary by default.
  package static let defaultStages = [2, 3, 4]

  /// The family of a network of which some units were recorded.
  ///
  /// - Parameters:
  ///   - declaration: What was asked for.
  ///   - network: The network.
  ///   - recorded: Names of the units that were recorded; others leave the family.
  package init(
    _ declaration: FamilyDeclaration, _ network: SelectiveNetwork, recorded: [String]
  ) {
    let all = network.units.filter(\.hasAttention)
    let last = Self.defaultStages.compactMap { stage in all.last { $0.stage == stage }?.name }
    let asked = declaration.units ?? last
    let stages = Dictionary(
      all.map { ($0.name, $0.stage) }, uniquingKeysWith: { first, _ in first })
    let recordedStages = Set(recorded.compactMap { stages[$0] })
    // Attention differences were digitised; an expected size in pixels has no such figures.
    let hasPaperEffects = network.branches.count == 2 && network.architecture != nil
    var units: [String] = []
    var effects: [Double?] = []
    for (index, name) in asked.enumerated() {
      let stage = stages[name] ?? Self.stage(name)
      guard let stage,
        recorded.contains(name) || Self.stage(name).map(recordedStages.contains) == true
      else { continue }
      units.append(name)
      effects.append(
        declaration.smallestEffects.map {
          $0.count == 1 ? $0[0] : index < $0.count ? $0[index] : nil
        }
          ?? (hasPaperEffects ? Self.paperEffects[stage] : nil))
    }
    self.units = units
    direction = declaration.direction
    smallestEffects = effects
    isDeclared = declaration.units != nil
  }

  /// The number of a stage's name, `stage 3`.
  package static func stage(_ name: String) -> Int? {
    name.hasPrefix("stage ") ? Int(name.dropFirst(6)) : nil
  }

  /// The family as a sentence.
  package var sentence: String {
    let tests =
      switch direction {
      case .larger: "one-sided towards the larger kernel"
      case .smaller: "one-sided towards the smaller kernel"
      case .either: "two-sided"
      }
    return "Primary family (\(isDeclared ? "declared before the run" : "the default")): "
      + "\(units.joined(separator: ", ")); \(tests), Holm over \(units.count)."
  }
}

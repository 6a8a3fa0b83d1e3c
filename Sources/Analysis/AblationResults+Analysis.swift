import Networks

extension AblationResults {
  /// What came of one variant's trainings, seed by seed.
  public struct Observed: Sendable {
    /// What the variant is called.
    public var name: String
    /// The network.
    public var architecture: Architecture
    /// Multiply-adds for one picture.
    public var macs: Int
    /// Share of wrong first answers, a value for each seed.
    public var errors: [Double]
    /// The zooms, one for each seed; empty without attention.
    public var zooms: [Results]
    /// The lesion runs, one for each seed; empty without attention.
    public var lesions: [LesionResults]
    /// What the paper prints.
    public var paper: PaperRow?

    /// Joins what was observed.
    public init(
      name: String, architecture: Architecture, macs: Int, errors: [Double], zooms: [Results],
      lesions: [LesionResults], paper: PaperRow?
    ) {
      self.name = name
      self.architecture = architecture
      self.macs = macs
      self.errors = errors
      self.zooms = zooms
      self.lesions = lesions
      self.paper = paper
    }
  }

  /// Fewest seeds from which a difference is judged.
  public static let fewestSeeds = 3

  /// Sets variants against one of them.
  ///
  /// - Parameters:
  ///   - name: The ablation's name.
  ///   - training: What all variants were trained on.
  ///   - reference: Name of the variant that the others are set against.
  ///   - observed: The variants, each with a value for every seed.
  public init(
    name: String, training: Training, reference: String, analysing observed: [Observed]
  ) {
    let base = observed.first { $0.name == reference }?.errors ?? []
    let shown = observed.lazy.compactMap(\.zooms.first).first
    self.init(
      name: name, training: training,
      zoom: shown.flatMap { results in
        results.scales.first.map { first in
          Zoom(
            protocol: results.protocol, from: first, to: results.scales.last ?? first,
            photographs: results.headline.images, isConfounded: results.headline.isConfounded)
        }
      }, reference: reference,
      variants: observed.map { Variant($0, reference: $0.name == reference ? nil : base) })
  }
}

extension AblationResults.Variant {
  fileprivate init(_ observed: AblationResults.Observed, reference: [Double]?) {
    let difference = reference.map { StudentT.estimate(of: observed.errors, minus: $0) }
    let isJudged =
      min(observed.errors.count, reference?.count ?? 0) >= AblationResults.fewestSeeds
    self.init(
      name: observed.name, architecture: observed.architecture,
      parameters: observed.architecture.parameterCount, macs: observed.macs,
      errors: observed.errors, error: StudentT.estimate(observed.errors),
      difference: difference,
      verdict: isJudged ? difference.map(AblationResults.Verdict.init) : nil,
      measure: observed.zooms.first?.measure, units: Self.units(observed.zooms),
      lesions: Self.lesions(observed.lesions), paper: observed.paper)
  }

  private static func units(_ zooms: [Results]) -> [AblationResults.Unit] {
    (zooms.first?.units ?? []).indices.map { index in
      let found = zooms.compactMap { $0.units.indices.contains(index) ? $0.units[index] : nil }
      let excess = found.compactMap { $0.shift.controls["spectrum"]?.excess }
      return AblationResults.Unit(
        name: found[0].name, shift: StudentT.estimate(found.map(\.shift.mean)),
        excess: excess.count == found.count ? StudentT.estimate(excess) : nil)
    }
  }

  private static func lesions(_ runs: [LesionResults]) -> [AblationResults.Lesion] {
    guard let first = runs.first, let scope = first.widestScope else { return [] }
    return first.lesions.compactMap { name in
      let effects = runs.compactMap { $0.condition(name, scope)?.byScale.last }
      guard effects.count == runs.count else { return nil }
      let lost = effects.compactMap { $0.accuracyLost?.mean }
      return AblationResults.Lesion(
        name: name, accuracyLost: lost.count == runs.count ? StudentT.estimate(lost) : nil,
        agreement: StudentT.estimate(effects.map(\.agreement.mean)),
        divergence: StudentT.estimate(effects.map(\.divergence.mean)))
    }
  }
}

extension AblationResults.Verdict {
  fileprivate init(_ difference: Estimate) {
    guard difference.excludesZero else {
      self = .noDifference
      return
    }
    self = difference.mean < 0 ? .lower : .higher
  }
}

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
    public var zooms: [ZoomResults]
    /// The lesion runs, one for each seed; empty without attention.
    public var lesions: [LesionResults]
    /// What the paper prints.
    public var paper: PaperRow?

    /// Joins what was observed.
    public init(
      name: String, architecture: Architecture, macs: Int, errors: [Double], zooms: [ZoomResults],
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

  /// Sets variants against each other.
  ///
  /// - Parameters:
  ///   - name: The ablation's name.
  ///   - training: What all variants were trained on.
  ///   - reference: Name of the variant that the others are set against.
  ///   - contrasts: The planned differences; nil for each other variant's minus the reference's.
  ///   - observed: The variants, each with a value for every seed.
  public init(
    name: String, training: Training, reference: String, contrasts: [ContrastPlan]? = nil,
    analysing observed: [Observed]
  ) {
    let shown = observed.lazy.compactMap(\.zooms.first).first
    let spread = PooledSpread(observed.map(\.errors))
    let plans =
      contrasts
      ?? observed.filter { $0.name != reference }.map { ContrastPlan($0.name, minus: reference) }
    self.init(
      name: name, training: training,
      zoom: shown.flatMap { results in
        results.scales.first.map { first in
          Zoom(
            protocol: results.protocol, from: first, to: results.scales.last ?? first,
            photographs: results.headline.images, isConfounded: results.headline.isConfounded)
        }
      }, reference: reference, deviation: spread.deviation,
      variants: observed.map { Variant($0, spread) },
      contrasts: Self.contrasts(plans, observed, spread))
  }

  private static func contrasts(
    _ plans: [ContrastPlan], _ observed: [Observed], _ spread: PooledSpread
  ) -> [Contrast] {
    let found = plans.compactMap { plan -> (plan: ContrastPlan, pair: [Observed])? in
      let pair = [plan.variant, plan.reference].compactMap { name in
        observed.first { $0.name == name }
      }
      return pair.count == 2 ? (plan, pair) : nil
    }
    let tests = found.map { spread.difference(of: $0.pair[0].errors, minus: $0.pair[1].errors) }
    let isJudged = found.map { $0.pair.allSatisfy { $0.errors.count >= fewestSeeds } }
    let p = PermutationTest.holm(tests.map { $0.tails().twoSided })
    let level = VerdictRule.level / Double(max(found.count, 1)) / 2
    return found.indices.map { i in
      let test = tests[i]
      let interval = isJudged[i] ? test.interval() : []
      let printed = found[i].pair.compactMap { $0.paper?.error }
      let paper = printed.count == 2 ? (printed[0] - printed[1]) / 100 : nil
      return Contrast(
        plan: found[i].plan, difference: Estimate(mean: test.mean, interval: interval),
        p: isJudged[i] ? p[i] : nil,
        verdict: isJudged[i]
          ? (p[i] < VerdictRule.level ? (test.mean < 0 ? .lower : .higher) : .unresolved) : nil,
        smallestDetectable: isJudged[i] ? test.smallestDetectable(level: level) : nil,
        paper: paper,
        paperStanding: interval.isEmpty
          ? nil
          : paper.map { interval[0] <= $0 && $0 <= interval[1] ? .compatible : .excluded })
    }
  }
}

/// One standard deviation of errors over seeds for all variants.
private struct PooledSpread {
  private let variance: Double
  private let degrees: Double

  /// - Parameter groups: Errors of each variant, a value for each seed.
  init(_ groups: [[Double]]) {
    var squares = 0.0
    for group in groups {
      let mean = group.reduce(0, +) / Double(max(group.count, 1))
      squares += group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
    degrees = Double(groups.reduce(0) { $0 + max($1.count - 1, 0) })
    variance = degrees > 0 ? squares / degrees : 0
  }

  var deviation: Double? { degrees > 0 ? variance.squareRoot() : nil }

  /// A mean with its interval; none of fewer than three seeds.
  func estimate(_ errors: [Double]) -> Estimate {
    let count = Double(max(errors.count, 1))
    let test = MeanTest(
      mean: errors.reduce(0, +) / count, error: (variance / count).squareRoot(), degrees: degrees)
    return Estimate(
      mean: test.mean,
      interval: errors.count < AblationResults.fewestSeeds ? [] : test.interval())
  }

  func difference(of second: [Double], minus first: [Double]) -> MeanTest {
    let counts = [second, first].map { Double(max($0.count, 1)) }
    return MeanTest(
      mean: second.reduce(0, +) / counts[0] - first.reduce(0, +) / counts[1],
      error: (variance * (1 / counts[0] + 1 / counts[1])).squareRoot(), degrees: degrees)
  }
}

extension AblationResults.Variant {
  fileprivate init(_ observed: AblationResults.Observed, _ spread: PooledSpread) {
    self.init(
      name: observed.name, architecture: observed.architecture,
      parameters: observed.architecture.parameterCount, macs: observed.macs,
      errors: observed.errors, error: spread.estimate(observed.errors),
      measure: observed.zooms.first?.measure,
      units: Self.units(observed.zooms, observed.architecture),
      lesions: Self.lesions(observed.lesions), paper: observed.paper)
  }

  private static func units(
    _ zooms: [ZoomResults], _ architecture: Architecture
  ) -> [AblationResults.Unit] {
    let names = (zooms.first?.units ?? []).map(\.name)
    let found = names.indices.map { index in
      zooms.compactMap { $0.units.indices.contains(index) ? $0.units[index] : nil }
    }
    let judgements = judgements(names, found, zooms, architecture)
    return names.indices.map { index in
      let excess = found[index].compactMap { $0.shift.controls["spectrum"]?.excessSlope.mean }
      return AblationResults.Unit(
        name: names[index], shift: StudentT.estimate(found[index].map(\.shift.mean)),
        slope: StudentT.estimate(found[index].map(\.shift.slope.mean)),
        excess: excess.count == found[index].count ? StudentT.estimate(excess) : nil,
        judgement: judgements[names[index]])
    }
  }

  /// Verdicts on the primary family, over networks instead of photographs.
  private static func judgements(
    _ names: [String], _ found: [[ZoomResults.UnitResult]], _ zooms: [ZoomResults],
    _ architecture: Architecture
  ) -> [String: Judgement] {
    let family =
      zooms.first?.primary
      ?? PrimaryFamily(
        FamilyDeclaration(), SelectiveNetwork(architecture), recorded: names)
    guard zooms.count >= AblationResults.fewestSeeds,
      !zooms.contains(where: { $0.headline.isConfounded }),
      Set(architecture.branches.map(\.size)).count > 1
    else { return [:] }
    let members = family.units.enumerated().compactMap { place, name in
      names.firstIndex(of: name).map { (index: $0, effect: family.smallestEffects[place]) }
    }
    let judged = VerdictRule(family.direction).judge(
      members.map { member in
        let shifts = found[member.index].map(\.shift)
        let counting = Set(shifts[0].controls.filter { $0.value.counts }.keys)
        let controls = counting.filter { name in
          shifts.allSatisfy { $0.controls[name]?.counts == true }
        }
        return VerdictRule.Tests(
          slope: MeanTest(of: shifts.map(\.slope.mean)),
          controls: Dictionary(
            uniqueKeysWithValues: controls.map { name in
              let values = shifts.compactMap { $0.controls[name] }
              return (
                name,
                MeanTest(
                  of: values.map { $0.role == .matched ? $0.slope.mean : $0.excessSlope.mean })
              )
            }), of: members.count, family.direction, smallestEffect: member.effect,
          missing: ControlRole.required.filter { !controls.contains($0) },
          interval: StudentT.estimate(shifts.map(\.slope.mean)).interval)
      })
    return Dictionary(
      zip(members, judged).map { (names[$0.index], $1) }, uniquingKeysWith: { first, _ in first })
  }

  private static func lesions(_ runs: [LesionResults]) -> [AblationResults.Lesion] {
    guard let first = runs.first, let scope = first.widestScope else { return [] }
    return first.lesions.compactMap { name in
      let effects = runs.compactMap { run in run.condition(name, scope).flatMap(run.headline) }
      guard effects.count == runs.count else { return nil }
      func cost(_ measure: LesionMeasure) -> Estimate? {
        let means = effects.compactMap { $0.costs[measure]?.mean }
        return means.count == runs.count ? StudentT.estimate(means) : nil
      }
      return AblationResults.Lesion(
        name: name, accuracyLost: cost(.accuracy), nllRise: cost(.nll),
        agreement: StudentT.estimate(effects.map(\.agreement.mean)),
        divergence: StudentT.estimate(effects.map { $0.costs.kl.mean }))
    }
  }
}

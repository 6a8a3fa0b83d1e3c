import Foundation

/// Tests what lesions cost, each measure by what suits its values.
///
/// Nats are tested by sign flips, as shifts are; right answers by McNemar's exact test and, against a bound, Tango's
/// score; changed answers by the binomial distribution. Changed answers and divergence cannot fall below zero, so
/// that a test against zero would say nothing: they are tested against their bound.
struct LesionTesting {
  let options: AnalysisOptions
  let bounds: LesionBounds
  private let detectable = DetectableCosts()

  init(_ options: AnalysisOptions, bounds: LesionBounds) {
    self.options = options
    self.bounds = bounds
  }

  /// A cost and what a verdict on it would rest on.
  struct Tested {
    var cost: LesionResults.Cost
    /// The tests as the rule takes them, for a family of so many.
    var tests: (_ count: Int) -> VerdictRule.Tests
  }

  /// The level of a two-sided test's tails where `count` are corrected for.
  private static func level(_ count: Int) -> Double {
    VerdictRule.level / 2 / Double(max(count, 1))
  }

  private func tested(
    _ estimate: Estimate, _ tails: Tails, equivalence: Double?, bound: Double, photographs: Int,
    isUp: Bool, detectable: @escaping (_ level: Double) -> Double?
  ) -> Tested {
    let isEnough = photographs >= VerdictRule.fewest
    var cost = LesionResults.Cost(estimate)
    cost.interval = isEnough ? estimate.interval : []
    cost.p = isEnough ? tails.twoSided : nil
    cost.equivalenceP = isEnough ? equivalence : nil
    cost.smallestDetectable = isEnough ? detectable(Self.level(1)) : nil
    return Tested(cost: cost) { count in
      VerdictRule.Tests(
        isUp: isUp, shift: tails, controls: [:], equivalence: equivalence, smallestEffect: bound,
        smallestDetectable: detectable(Self.level(count)), interval: estimate.interval)
    }
  }

  /// What is measured in nats, tested.
  struct Nats {
    var rises: [Tested]
    var levels: [Estimate]
    var divergences: [Tested]
  }

  /// Tests what is measured in nats, `[series][photograph]`.
  ///
  /// Resamples and sign flips are shared where all series are over as many photographs.
  ///
  /// - Parameters:
  ///   - rises: Of negative log-likelihood, over the labelled photographs.
  ///   - levels: Negative log-likelihoods, over the same; these are not tested.
  ///   - divergences: Over all photographs.
  /// - Returns: A value for every series.
  func nats(rises: [[Double]], levels: [[Double]], divergences: [[Double]]) -> Nats {
    let estimates = Self.shared([rises, levels, divergences], options.estimates)
    let (nll, kl) = (bounds.nll, bounds.kl)
    let tails = Self.shared([
      rises, rises.map { $0.map { $0 + nll } }, rises.map { $0.map { $0 - nll } },
      divergences.map { $0.map { $0 - kl } },
    ]) {
      PermutationTest.tails(
        SeriesMatrix($0), permutations: options.permutations, seed: options.seed)
    }
    return Nats(
      rises: rises.indices.map { i in
        tested(
          estimates[0][i], tails[0][i],
          equivalence: Skewness.allowsMean(of: rises[i])
            ? max(tails[1][i].above, tails[2][i].below) : nil, bound: nll,
          photographs: rises[i].count, isUp: estimates[0][i].mean > 0,
          detectable: detectable(rises[i], above: 0))
      }, levels: estimates[1],
      divergences: divergences.indices.map { i in
        tested(
          estimates[2][i], Tails(above: tails[3][i].above, below: 1),
          equivalence: Skewness.allowsMean(of: divergences[i]) ? tails[3][i].below : nil,
          bound: kl, photographs: divergences[i].count, isUp: true,
          detectable: detectable(divergences[i], above: kl))
      })
  }

  /// A value for every series of every group; groups over as many photographs are worked out at once.
  private static func shared<Value>(
    _ groups: [[[Double]]], _ each: ([[Double]]) -> [Value]
  ) -> [[Value]] {
    guard Set(groups.joined().map(\.count)).count == 1 else {
      return groups.map { $0.isEmpty ? [] : each($0) }
    }
    var values = each(groups.flatMap { $0 })[...]
    return groups.map { group in
      defer { values = values.dropFirst(group.count) }
      return Array(values.prefix(group.count))
    }
  }

  private func detectable(_ values: [Double], above value: Double) -> (Double) -> Double? {
    let test = MeanTest(of: values)
    return { [detectable] level in
      // Equal values have no spread from which to tell.
      guard test.error > 0 else { return nil }
      return detectable.errors(photographs: values.count, level: level).map {
        value + $0 * test.error
      }
    }
  }

  /// Right answers.
  func losses(_ answers: PairedAnswers) -> Tested {
    let bound = bounds.accuracy
    var tested = tested(
      Estimate(mean: answers.difference, interval: answers.interval()), answers.tails,
      equivalence: max(answers.tails(against: -bound).above, answers.tails(against: bound).below),
      bound: bound, photographs: answers.count, isUp: answers.lost > answers.gained
    ) { [detectable] in detectable.smallest(answers, level: $0) }
    tested.cost.discordant = [answers.lost, answers.gained]
    return tested
  }

  /// Changed answers.
  func changes(_ share: BinomialShare) -> Tested {
    let bound = bounds.agreement
    let tails = share.tails(against: bound)
    return tested(
      Estimate(mean: share.share, interval: share.interval()),
      Tails(above: tails.above, below: 1), equivalence: tails.below, bound: bound,
      photographs: share.count, isUp: true
    ) { BinomialShare.smallestDetectable(above: bound, of: share.count, level: $0) }
  }
}

/// The smallest costs that can be found, which many lesions have in common.
private final class DetectableCosts {
  private struct Key: Hashable {
    var differing = 0
    let count: Int
    let level: Double
  }

  private var losses: [Key: Double?] = [:]
  private var errors: [Key: Double?] = [:]

  /// The smallest loss of accuracy.
  func smallest(_ answers: PairedAnswers, level: Double) -> Double? {
    let key = Key(
      differing: answers.lost + answers.gained, count: answers.count, level: level)
    if let found = losses[key] { return found }
    let found = answers.smallestDetectable(level: level)
    losses[key] = .some(found)
    return found
  }

  /// The smallest mean in standard errors; nil where so few sign flips have no p as small as the level.
  func errors(photographs count: Int, level: Double) -> Double? {
    let key = Key(count: count, level: level)
    if let found = errors[key] { return found }
    let found =
      pow(2, -Double(count)) > level
      ? nil
      : MeanTest(mean: 0, error: 1, degrees: Double(count - 1)).smallestDetectable(level: level)
    errors[key] = .some(found)
    return found
  }
}

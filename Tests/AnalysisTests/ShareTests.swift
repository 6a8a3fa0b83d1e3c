import Analysis
import Foundation
import TestSupport
import Testing

/// Whether two numbers are the same but for rounding.
private func agree(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-9) -> Bool {
  abs(value - expected) <= tolerance * max(1e-6, abs(expected))
}

@Suite("Shares of photographs")
struct ShareTests {
  struct Case: Sendable {
    var hits: Int
    var count: Int
    var interval: [Double]
    var above: Double
    var below: Double
  }

  /// `scipy.stats.binomtest(hits, count, 0.05)`: `proportion_ci(0.95, 'exact')`, `greater` and `less`, SciPy 1.17.1.
  @Test(
    "have Clopper and Pearson's interval and exact tests",
    arguments: [
      Case(
        hits: 0, count: 16, interval: [0, 0.20590721420782312], above: 1,
        below: 0.4401266686517657),
      Case(
        hits: 1, count: 16, interval: [0.0015811117227692005, 0.30232073843456103],
        above: 0.5598733313482344, below: 0.8107596527795686),
      Case(
        hits: 65, count: 200, interval: [0.26062551475361473, 0.39465370630480756],
        above: 1.0611947756241822e-34, below: 1),
      Case(
        hits: 10, count: 10, interval: [0.6915028921812371, 1], above: 9.765625000000005e-14,
        below: 1),
      Case(
        hits: 7, count: 50, interval: [0.05819170033997344, 0.26739600249700846],
        above: 0.011786447797264277, below: 0.9968116567777024),
      Case(
        hits: 3, count: 1000, interval: [0.0006190999316499173, 0.008742023238657654], above: 1,
        below: 1.358062398215695e-18),
    ])
  func exact(_ test: Case) {
    let share = BinomialShare(test.hits, of: test.count)
    let (interval, tails) = (share.interval(), share.tails(against: 0.05))
    #expect(agree(interval[0], test.interval[0]) && agree(interval[1], test.interval[1]))
    #expect(agree(tails.above, test.above) && agree(tails.below, test.below, 1e-6), "\(tails)")
  }

  /// By SciPy: `binom.sf` for the critical number, `brentq` for the share that passes it in four of five draws.
  @Test(
    "are found from where a binomial test finds them",
    arguments: [
      (200, 0.025, 0.1005750822473965), (50, 0.025, 0.17590352512909496),
      (16, 0.05 / 16, 0.3845224907392816),
    ])
  func detectable(_ count: Int, _ level: Double, _ expected: Double) throws {
    let found = try #require(
      BinomialShare.smallestDetectable(above: 0.05, of: count, level: level))
    #expect(agree(found, expected))
    #expect(BinomialShare.smallestDetectable(above: 0.5, of: 3, level: 0.025) == nil)
  }

  /// `scipy.special.betainc(a, b, x)` and `betaincinv(a, b, 0.3)`.
  @Test(
    "rest on the incomplete beta function",
    arguments: [
      (0.3, 2.0, 5.0, 0.5798250000000003, 0.18180347131894917),
      (0.975, 1.5, 0.5, 0.7995251457913304, 0.6576141963444216),
      (0.5, 100, 101, 0.5281742395046283, 0.47899583733573353),
      (0.01, 0.5, 3, 0.18625375, 0.02652228581049731),
    ])
  func beta(_ x: Double, _ a: Double, _ b: Double, _ value: Double, _ quantile: Double) {
    #expect(agree(IncompleteBeta.value(x, a: a, b: b), value, 1e-12))
    #expect(agree(IncompleteBeta.quantile(0.3, a: a, b: b), quantile))
  }
}

@Suite("Right answers of two networks")
struct PairedAnswersTests {
  /// `scipy.stats.binomtest(lost, lost + gained)`: greater, less, two-sided.
  @Test(
    "have McNemar's exact test",
    arguments: [
      (18, 15, 0.3641662404406816, 0.7565748791676015, 0.7283324808813632),
      (21, 7, 0.006270475685596466, 0.9981404170393944, 0.012540951371192932),
      (0, 0, 1, 1, 1), (5, 0, 0.03125, 1, 0.0625), (6, 0, 0.015625, 1, 0.03125),
      (64, 0, 5.421010862427522e-20, 1, 1.0842021724855044e-19),
      (3, 9, 0.980712890625, 0.072998046875, 0.14599609375),
    ])
  func exact(_ lost: Int, _ gained: Int, _ above: Double, _ below: Double, _ both: Double) {
    let tails = PairedAnswers(lost: lost, gained: gained, of: 200).tails
    #expect(agree(tails.above, above) && agree(tails.below, below) && agree(tails.twoSided, both))
  }

  /// The score, its standard error at the likeliest shares under the null as SciPy's `minimize_scalar` finds them, and
  /// the interval as `brentq` inverts it; SciPy 1.17.1.
  @Test(
    "have Tango's interval and tests against a bound",
    arguments: [
      (
        18, 15, 200, -0.04295582226408647, 0.07367402124240169, 0.11364160502872495,
        0.43092406047799775
      ),
      (
        21, 7, 200, 0.019412131031151844, 0.1254495237986678, 0.0005037669107560899,
        0.9737046475202292
      ),
      (
        1, 0, 16, -0.14320816047277354, 0.28328737570298934, 0.12290699882532041,
        0.7928919109054341
      ),
      (
        0, 0, 50, -0.07134759913339106, 0.07134759913339106, 0.1562111056213467,
        0.1562111056213467
      ),
      (64, 0, 200, 0.25926533315468053, 0.38751898434113546, 4.044464364859872e-17, 1),
      (
        3, 9, 50, -0.2627255028405606, 0.01779841586267261, 0.9285166760975988,
        0.023431428394186778
      ),
    ])
  func score(
    _ lost: Int, _ gained: Int, _ count: Int, _ low: Double, _ high: Double, _ above: Double,
    _ below: Double
  ) {
    let answers = PairedAnswers(lost: lost, gained: gained, of: count)
    let interval = answers.interval()
    #expect(agree(interval[0], low, 1e-6) && agree(interval[1], high, 1e-6), "\(interval)")
    #expect(agree(answers.tails(against: -0.02).above, above, 1e-6))
    #expect(agree(answers.tails(against: 0.02).below, below, 1e-6))
  }

  /// Power summed over all numbers of differing photographs by `scipy.stats.binom`, and inverted by `brentq`.
  @Test(
    "are found to differ from where McNemar's test finds them",
    arguments: [
      (200, 33, 0.025, 0.08325734493546394), (50, 5, 0.025, 0.15352242757513546),
      (16, 2, 0.025, 0.4489342504541329), (200, 0, 0.025, 0.03924277772570245),
      (200, 28, 0.003125, 0.09410608897252662),
    ])
  func detectable(_ count: Int, _ differing: Int, _ level: Double, _ expected: Double) throws {
    let answers = PairedAnswers(lost: differing, gained: 0, of: count)
    let found = try #require(answers.smallestDetectable(level: level))
    // Found by twenty halvings; power may jump where a critical number changes.
    #expect(abs(found - expected) < 2e-6)
    #expect(PairedAnswers(lost: 1, gained: 1, of: 5).smallestDetectable(level: 0.025) == nil)
  }

  @Test("many of them are as the normal approximation has it")
  func approximate() throws {
    let exact = try #require(
      PairedAnswers(lost: 80, gained: 70, of: 1000).smallestDetectable(level: 0.025))
    let approximate = try #require(
      PairedAnswers(lost: 81, gained: 70, of: 1001).smallestDetectable(level: 0.025))
    #expect(abs(exact / approximate - 1) < 0.08)
  }

  /// `scipy.stats.skew`.
  @Test("and values too skewed for their number are known as such")
  func skewness() {
    #expect(agree(Skewness.value(Samples.skewed), 1.3324343816027517))
    #expect(!Skewness.allowsMean(of: Samples.skewed))
    #expect(Skewness.value([3, 3, 3]) == 0 && Skewness.allowsMean(of: [3, 3, 3]))
  }
}

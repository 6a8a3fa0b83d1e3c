import Analysis
import Testing

@Suite("Sign-flip permutation test")
struct PermutationTests {
  /// A sample and its two-sided p-value, all sign patterns counted.
  struct Sample: CustomTestStringConvertible {
    var name: String
    var values: [Double]
    var p: Double
    var testDescription: String { name }
  }

  /// By scipy.stats.permutation_test(permutation_type='samples', n_resamples=inf), SciPy 1.17.
  static let bySciPy = [
    Sample(
      name: "eight values",
      values: [0.0812, -0.0567, 0.0325, 0.003, 0.0064, 0.0135, -0.0406, 0.013], p: 0.6796875),
    Sample(name: "twelve skewed values", values: Samples.skewed, p: 0.09619140625),
    Sample(name: "twenty values", values: Samples.twenty, p: 0.0855255126953125),
  ]

  /// By counting binomial coefficients.
  static let byHand = [
    Sample(name: "one value", values: [0.3], p: 1),
    Sample(name: "zeros", values: [0, 0, 0, 0], p: 1),
    Sample(name: "equal signs", values: [1, 2, 3, 4, 5], p: 2 / 32),
    Sample(
      name: "ties: 17 against 3 of equal size",
      values: [Double](repeating: 0.1, count: 17) + [Double](repeating: -0.1, count: 3),
      p: 2 * Double(1 + 20 + 190 + 1140) / 1_048_576),
    Sample(
      name: "ties of thirds", values: [1.0 / 3, 2.0 / 3, 1.0, -1.0 / 3],
      p: 6 / 16),
  ]

  @Test("is exact up to 20 photographs", arguments: bySciPy + byHand)
  func exact(_ sample: Sample) {
    let p = PermutationTest.pValues(SeriesMatrix([sample.values]), permutations: 10, seed: 1)
    #expect(abs(p[0] - sample.p) < 1e-12)
  }

  /// `alternative='greater'` and `'less'`.
  @Test(
    "is exact in either direction",
    arguments: [
      (bySciPy[0].values, 0.0, 0.33984375, 0.6640625),
      (bySciPy[0].values, 0.02, 0.0625, 0.94140625),
      (bySciPy[0].values, -0.02, 0.84765625, 0.15625),
      (Samples.skewed, 0, 0.048095703125, 0.952392578125),
    ])
  func oneSided(_ values: [Double], _ moved: Double, _ above: Double, _ below: Double) {
    let tails = PermutationTest.tails(
      SeriesMatrix([values.map { $0 + moved }]), permutations: 10, seed: 1)[0]
    #expect(abs(tails.above - above) < 1e-12 && abs(tails.below - below) < 1e-12)
  }

  @Test("does not depend on the sign, the scale, or the other series")
  func invariance() {
    let values = Samples.skewed
    let p = PermutationTest.pValues(
      SeriesMatrix([values, values.map { -$0 }, values.map { 1e-9 * $0 }, values.reversed()]),
      permutations: 10, seed: 1)
    #expect(p == [Double](repeating: 0.09619140625, count: 4))
  }

  /// 22 values; all 4,194,304 patterns, by NumPy.
  @Test("beyond 20 photographs a sample comes near the exact value, and repeats itself")
  func sampled() {
    let series = SeriesMatrix([Samples.twenty + [0.0213, -0.0102]])
    let p = PermutationTest.pValues(series, permutations: 20_000, seed: 3)
    // Five standard errors of a share.
    #expect(abs(p[0] - 0.07601547) < 5 * (0.076 * 0.924 / 20_000).squareRoot())
    #expect(p == PermutationTest.pValues(series, permutations: 20_000, seed: 3))
    #expect(p != PermutationTest.pValues(series, permutations: 20_000, seed: 4))
  }

  @Test("a sampled p is never 0")
  func smallest() {
    let series = SeriesMatrix([[Double](repeating: 1, count: 40)])
    #expect(PermutationTest.pValues(series, permutations: 99, seed: 1) == [0.01])
  }

  @Test(
    "Holm's correction",
    arguments: [
      ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
      ([0.01, 0.02, 0.03, 0.04, 0.05], [0.05, 0.08, 0.09, 0.09, 0.09]),
      ([0.5, 0.4, 0.9], [1, 1, 1]),
      ([0.02], [0.02]),
      ([], []),
      ([0.01, 0.01], [0.02, 0.02]),
    ])
  func holm(p: [Double], expected: [Double]) {
    let corrected = PermutationTest.holm(p)
    #expect(corrected.count == expected.count)
    for (value, expected) in zip(corrected, expected) { #expect(abs(value - expected) < 1e-12) }
  }
}

import Analysis
import Testing

@Suite("Student's t distribution")
struct StudentTTests {
  /// `scipy.stats.t.ppf(probability, degrees)`, SciPy 1.17.1.
  @Test(
    "has the quantiles of the tables",
    arguments: [
      (0.975, 1, 12.706204736174694),
      (0.975, 2, 4.302652729749462),
      (0.975, 3, 3.1824463052837078),
      (0.975, 4, 2.7764451051977934),
      (0.975, 30, 2.0422724563012378),
      (0.025, 2.37, -3.718920839797457),
      (0.25, 1, -1.0000000000000002),
      (0.75, 2, 0.8164965809277261),
      (0.6, 7.5, 0.26250189880429486),
      (0.001, 1.2, -127.13768835913828),
      (0.999, 250, 3.1231502290270914),
      (0.5, 3, 0.0),
    ])
  func quantiles(_ probability: Double, _ degrees: Double, _ expected: Double) {
    let quantile = StudentT.quantile(probability, degrees: degrees)
    #expect(abs(quantile - expected) <= 1e-9 * max(1, abs(expected)), "\(quantile)")
    #expect(
      abs(StudentT.cumulative(expected, degrees: degrees) - probability) <= 1e-12 * probability)
  }

  /// `scipy.stats.ttest_1samp([…], 0).confidence_interval(0.95)`.
  @Test("gives the interval of a mean")
  func mean() {
    let estimate = StudentT.estimate([0.412, 0.437, 0.405])
    #expect(abs(estimate.mean - 0.418) < 1e-12)
    for (bound, expected) in zip(estimate.interval, [0.3762103353880883, 0.4597896646119117]) {
      #expect(abs(bound - expected) < 1e-9)
    }
    for few in [[0.3], [0.2, 0.4]] {
      #expect(abs(StudentT.estimate(few).mean - 0.3) < 1e-12)
      #expect(StudentT.estimate(few).interval.isEmpty && !StudentT.estimate(few).excludesZero)
    }
  }

  /// `scipy.stats.ttest_ind(…, equal_var=False)`: confidence_interval(0.95), and the p of `greater`.
  @Test("tests a difference of means with variances of their own")
  func welch() {
    let test = MeanTest(of: [0.431, 0.425, 0.447], minus: [0.412, 0.437, 0.405, 0.399])
    #expect(abs(test.mean - 0.021083333333333287) < 1e-12)
    for (bound, expected) in zip(test.interval(), [-0.0062340321912066135, 0.04840069885787319]) {
      #expect(abs(bound - expected) < 1e-9)
    }
    #expect(abs(test.tails().above - 0.05201043668505444) < 1e-9)
    #expect(abs(test.degrees - 4.993299639829211) < 1e-9)
    let same = MeanTest(of: [0.25, 0.25], minus: [0.125, 0.125])
    #expect(same.interval() == [0.125, 0.125] && same.tails().above == 0)
    // One value tells nothing of its spread.
    for single in [MeanTest(of: [1], minus: [1, 2, 4]), MeanTest(of: [1])] {
      #expect(single.tails().above == 1 && single.interval().isEmpty)
      #expect(single.smallestDetectable(level: 0.05) == nil)
    }
  }

  /// `scipy.stats.ttest_1samp([…], 0, alternative='greater')`, and 'less' of 0.023.
  @Test("tests a mean against any value")
  func against() {
    let test = MeanTest(of: [0.012, 0.018, 0.010, 0.022])
    #expect(abs(test.tails().above - 0.005545783819889237) < 1e-9)
    #expect(abs(test.tails(against: 0.023).below - 0.03616708566501555) < 1e-9)
  }
}

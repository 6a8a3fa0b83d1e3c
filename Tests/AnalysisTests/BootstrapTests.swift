import Analysis
import Foundation
import Testing

@Suite("Bootstrap intervals")
struct BootstrapTests {
  /// A sample and its BCa interval.
  struct Sample: CustomTestStringConvertible {
    var name: String
    var values: [Double]
    var interval: [Double]
    var testDescription: String { name }
  }

  /// Intervals by scipy.stats.bootstrap(method='BCa', n_resamples=400000) of SciPy 1.17.
  ///
  /// Percentile intervals of the skewed samples end 0.006 and 0.018 lower.
  static let bySciPy = [
    Sample(name: "twelve skewed", values: Samples.skewed, interval: [0.00355, 0.047625]),
    Sample(name: "twenty", values: Samples.twenty, interval: [-0.002525, 0.02612]),
    Sample(
      name: "sixteen very skewed", values: Samples.verySkewed, interval: [0.0582625, 0.1884438]),
  ]

  @Test("agree with SciPy's BCa", arguments: bySciPy)
  func bca(_ sample: Sample) {
    let series = SeriesMatrix([sample.values, sample.values.map { -1000 * $0 }])
    let intervals = Bootstrap.intervals(series, samples: 100_000, seed: 5)
    let width = sample.interval[1] - sample.interval[0]
    for end in 0..<2 {
      // Quantiles of 100,000 resamples scatter by about half a percent of the width.
      #expect(abs(intervals[0][end] - sample.interval[end]) < 0.015 * width)
      #expect(abs(intervals[1][end] / -1000 - sample.interval[1 - end]) < 0.015 * width)
    }
  }

  /// Two samples and the BCa interval of the first's mean minus the second's.
  struct Pair: CustomTestStringConvertible {
    var name: String
    var first: [Double]
    var second: [Double]
    var interval: [Double]
    var testDescription: String { name }
  }

  /// Means of three intervals by scipy.stats.bootstrap((x, y), method='BCa', n_resamples=400000).
  ///
  /// SciPy 1.17. Percentile intervals end 0.007 and 0.014 lower in the first case, 0.004
  /// and 0.002 higher in the second.
  static let unpairedBySciPy = [
    Pair(
      name: "skewed to the right", first: Samples.verySkewed, second: Samples.skewed,
      interval: [0.034093, 0.168465]),
    Pair(
      name: "skewed to the left", first: Samples.twenty, second: Samples.skewed,
      interval: [-0.036247, 0.015198]),
  ]

  @Test(
    "of differences between samples that nothing pairs agree with SciPy's",
    arguments: unpairedBySciPy)
  func unpaired(_ pair: Pair) {
    let intervals = Bootstrap.intervals(
      of: SeriesMatrix([pair.first, pair.first.map { -50 * $0 }]),
      minus: SeriesMatrix([pair.second, pair.second.map { -50 * $0 }]), samples: 100_000, seed: 5)
    let width = pair.interval[1] - pair.interval[0]
    for end in 0..<2 {
      // As above.
      #expect(abs(intervals[0][end] - pair.interval[end]) < 0.015 * width)
      #expect(abs(intervals[1][end] / -50 - pair.interval[1 - end]) < 0.015 * width)
    }
  }

  @Test(
    "of differences between constants have no width; against a constant they are a sample's own")
  func againstConstant() {
    let constant = SeriesMatrix([[0.25, 0.25, 0.25]])
    let both = Bootstrap.intervals(of: constant, minus: constant, samples: 500, seed: 1)
    #expect(both == [[0, 0]])
    let values = SeriesMatrix([Samples.skewed])
    let difference = Bootstrap.intervals(of: values, minus: constant, samples: 100_000, seed: 1)[0]
    let own = Bootstrap.intervals(values, samples: 100_000, seed: 2)[0]
    for end in 0..<2 {
      #expect(abs(difference[end] + 0.25 - own[end]) < 0.015 * (own[1] - own[0]))
    }
  }

  @Test(
    "of equal values have no width",
    arguments: [[0.1], [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], [0, 0, 0], [-1e-300, -1e-300]])
  func constant(values: [Double]) {
    let interval = Bootstrap.intervals(SeriesMatrix([values]), samples: 500, seed: 1)[0]
    #expect(interval[0] == interval[1])
    #expect(abs(interval[0] - values[0]) <= 1e-15 * abs(values[0]))
  }

  @Test("stay finite and in order however the values lie", arguments: [1e-200, 1, 1e200])
  func extremes(scale: Double) {
    for values in [[0, 1], [0, 0, 0, 0, 0, 0, 0, 1], [-1, 1, 1, 1], [1, 1 + 1e-9]] {
      let series = SeriesMatrix([values.map { $0 * scale }])
      for interval in Bootstrap.intervals(series, samples: 300, seed: 2) {
        #expect(interval[0] <= interval[1] && interval.allSatisfy(\.isFinite))
        #expect(interval[0] >= values.min().map { $0 * scale } ?? 0)
        #expect(interval[1] <= values.max().map { $0 * scale } ?? 0)
      }
    }
  }

  /// Four photographs: every eleventh resample has the sample's own mean, up to rounding.
  @Test("move with the values, however these are rounded", arguments: [0.1, -0.3, 7, 1000])
  func translation(_ distance: Double) {
    for values in [[0.01, 0.05, -0.02, 0.04], [0.03, 0.05, 0.04, 0]] {
      let own = Bootstrap.intervals(SeriesMatrix([values]), samples: 5000, seed: 3)[0]
      let moved = Bootstrap.intervals(
        SeriesMatrix([values.map { $0 + distance }]), samples: 5000, seed: 3)[0]
      for end in 0..<2 { #expect(abs(moved[end] - distance - own[end]) < 1e-10) }
    }
  }

  @Test("repeat themselves with the seed, and share resamples between series")
  func determinism() {
    let values = Samples.skewed
    let once = Bootstrap.intervals(SeriesMatrix([values]), samples: 999, seed: 7)
    let beside = Bootstrap.intervals(
      SeriesMatrix([Array(values.reversed()), values]), samples: 999, seed: 7)
    #expect(once[0] == beside[1])
    #expect(once[0] != beside[0])
    #expect(once != Bootstrap.intervals(SeriesMatrix([values]), samples: 999, seed: 8))
  }

  /// NumPy, with 6,000 samples of its own, found a coverage of 0.902.
  @Test("hold the true mean of 16 skewed values nearly as often as they claim")
  func coverage() {
    let experiments = 2000
    var state: UInt64 = 11
    func uniform() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (Double(state >> 11) + 0.5) / 9_007_199_254_740_992
    }
    // Exponential with mean 1: skewness 2. Each sample has resamples of its own.
    let covered = (0..<experiments).count { experiment in
      let values = (0..<16).map { _ in -log(uniform()) }
      let interval = Bootstrap.intervals(
        SeriesMatrix([values]), samples: 1000, seed: UInt64(experiment))[0]
      return interval[0] <= 1 && 1 <= interval[1]
    }
    // Three standard errors of the two shares' difference.
    #expect(abs(Double(covered) / Double(experiments) - 0.902) < 0.023)
  }
}

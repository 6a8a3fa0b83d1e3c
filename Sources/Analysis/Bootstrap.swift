import Foundation
import Randomness

/// Bias-corrected and accelerated bootstrap intervals of means, over photographs.
///
/// BCa rather than plain percentiles: with some dozens of photographs and skewed shifts the plain
/// interval is too short on one side. All series share the same resamples, so that intervals of a
/// shift and of its excess over a control speak of the same draws.
///
/// With few photographs the intervals are somewhat too short: with 16, those of 95 % were seen to
/// hold the mean of normal values 92 times in a hundred, and of exponential ones 90 times.
///
/// - SeeAlso: Efron and Tibshirani 1993, section 14.3.
package enum Bootstrap {
  /// Intervals of every series' mean.
  ///
  /// - Parameters:
  ///   - series: At least one row.
  ///   - samples: Number of resamples.
  ///   - seed: The same seed and number of photographs give the same resamples.
  ///   - confidence: Share of repeated experiments whose interval holds the true mean.
  /// - Returns: `[low, high]` per series; a series without spread has an interval without width.
  package static func intervals(
    _ series: SeriesMatrix, samples: Int, seed: UInt64, confidence: Double = 0.95
  ) -> [[Double]] {
    guard series.rows > 0, series.columns > 0 else { return [] }
    var generator = SplitMix64(seed: seed)
    let means = resampledMeans(series, samples: samples, &generator)
    return (0..<series.columns).map { j in
      interval(
        of: [Sample(series.column(j), sign: 1)], resampled: means[j], confidence: confidence)
    }
  }

  /// Intervals of the differences of series' means between two sets of photographs.
  ///
  /// Each set is resampled by itself: nothing pairs a photograph of one with one of the other.
  ///
  /// - Parameters:
  ///   - second: At least one row.
  ///   - first: As many series, of at least one row.
  ///   - samples: Number of resamples of each.
  ///   - seed: The same seed and numbers of photographs give the same resamples.
  ///   - confidence: Share of repeated experiments whose interval holds the true difference.
  /// - Returns: `[low, high]` of the mean of `second` minus that of `first`, per series.
  package static func intervals(
    of second: SeriesMatrix, minus first: SeriesMatrix, samples: Int, seed: UInt64,
    confidence: Double = 0.95
  ) -> [[Double]] {
    precondition(first.columns == second.columns, "series are compared with as many series")
    guard first.rows > 0, second.rows > 0, first.columns > 0 else { return [] }
    var generator = SplitMix64(seed: seed)
    let firstMeans = resampledMeans(first, samples: samples, &generator)
    let secondMeans = resampledMeans(second, samples: samples, &generator)
    return (0..<first.columns).map { j in
      interval(
        of: [Sample(second.column(j), sign: 1), Sample(first.column(j), sign: -1)],
        resampled: zip(secondMeans[j], firstMeans[j]).map { $0 - $1 }, confidence: confidence)
    }
  }

  /// `[series][resample]`.
  private static func resampledMeans(
    _ series: SeriesMatrix, samples: Int, _ generator: inout SplitMix64
  ) -> [[Double]] {
    let rows = series.rows
    var means = [[Double]](
      repeating: [Double](repeating: 0, count: samples), count: series.columns)
    var counts = [Double](repeating: 0, count: rows)
    var sums = [Double](repeating: 0, count: series.columns)
    for sample in 0..<samples {
      for i in 0..<rows { counts[i] = 0 }
      for _ in 0..<rows { counts[generator.index(below: rows)] += 1 }
      for j in sums.indices { sums[j] = 0 }
      series.addWeighted(counts, to: &sums)
      for j in sums.indices { means[j][sample] = sums[j] / Double(rows) }
    }
    return means
  }

  /// Values whose mean is added to an estimate or taken from it.
  private struct Sample {
    let mean: Double
    let sign: Double
    let deviations: [Double]

    init(_ values: [Double], sign: Double) {
      let mean = values.reduce(0, +) / Double(values.count)
      self.mean = mean
      self.sign = sign
      deviations = values.map { $0 - mean }
    }
  }

  private static func interval(
    of samples: [Sample], resampled: [Double], confidence: Double
  ) -> [Double] {
    let estimate = samples.reduce(0) { $0 + $1.sign * $1.mean }
    let spread = samples.flatMap(\.deviations).reduce(0) { max($0, abs($1)) }
    let size = samples.reduce(Double.leastNormalMagnitude) { max($0, abs($1.mean)) }
    // Equal values differ from their mean by rounding alone.
    guard estimate.isFinite, spread > 1e-12 * size else { return [estimate, estimate] }
    // From each value's influence on the estimate, in units of the spread, so that neither very
    // small nor very large values leave the range.
    var squares = 0.0
    var cubes = 0.0
    for sample in samples {
      let count = Double(sample.deviations.count)
      for deviation in sample.deviations {
        let influence = sample.sign * (deviation / spread) / count
        squares += influence * influence
        cubes += influence * influence * influence
      }
    }
    let acceleration = cubes / (6 * squares * squares.squareRoot())
    let means = resampled.sorted()
    // Half of the ties count as below: few photographs give few distinct means. Sums of the same
    // numbers in another order differ by rounding.
    let tolerance = 1e-9 * spread
    let below = Double(means.partitionPoint { $0 < estimate - tolerance })
    let notAbove = Double(means.partitionPoint { $0 <= estimate + tolerance })
    let share = (below + notAbove) / 2 / Double(means.count)
    let edge = 0.5 / Double(means.count)
    let bias = Normal.quantile(min(max(share, edge), 1 - edge))
    func bound(_ probability: Double) -> Double {
      let z = bias + Normal.quantile(probability)
      let corrected = Normal.cumulative(bias + z / (1 - acceleration * z))
      return quantile(means, corrected)
    }
    let tail = (1 - confidence) / 2
    return [bound(tail), bound(1 - tail)]
  }

  /// Linear interpolation between order statistics.
  static func quantile(_ sorted: [Double], _ probability: Double) -> Double {
    let position = min(max(probability, 0), 1) * Double(sorted.count - 1)
    let low = Int(position)
    let high = min(low + 1, sorted.count - 1)
    return sorted[low] + (position - Double(low)) * (sorted[high] - sorted[low])
  }
}

extension [Double] {
  /// Index of the first element, in an array sorted accordingly, for which the condition is false.
  fileprivate func partitionPoint(_ holds: (Double) -> Bool) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if holds(self[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

import Foundation

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
    let rows = series.rows
    guard rows > 0, series.columns > 0 else { return [] }
    var generator = SeededGenerator(seed: seed)
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
    return (0..<series.columns).map { j in
      interval(of: series.column(j), resampled: means[j].sorted(), confidence: confidence)
    }
  }

  private static func interval(
    of values: [Double], resampled means: [Double], confidence: Double
  ) -> [Double] {
    let mean = values.reduce(0, +) / Double(values.count)
    let deviations = values.map { $0 - mean }
    let squares = deviations.reduce(0) { $0 + $1 * $1 }
    let spread = (squares / Double(values.count)).squareRoot()
    // Equal values differ from their mean by rounding alone.
    guard spread > 1e-12 * max(abs(mean), .leastNormalMagnitude) else { return [mean, mean] }
    // In units of the spread, so that neither very small nor very large values leave the range.
    let cubes = deviations.reduce(0) { $0 + ($1 / spread) * ($1 / spread) * ($1 / spread) }
    let acceleration = cubes / (6 * Double(values.count) * Double(values.count).squareRoot())
    // Half of the ties count as below: few photographs give few distinct means.
    let below = Double(means.partitionPoint { $0 < mean })
    let notAbove = Double(means.partitionPoint { $0 <= mean })
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
  private static func quantile(_ sorted: [Double], _ probability: Double) -> Double {
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

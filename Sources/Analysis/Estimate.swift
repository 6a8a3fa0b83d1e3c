/// A mean over photographs, or of an ablation over seeds.
public struct Estimate: Codable, Equatable, Sendable {
  /// The mean.
  public var mean: Double
  /// 95 % interval of `mean`: bootstrapped over photographs, or Student's over seeds; empty where fewer
  /// than three of them tell too little of the spread.
  public var interval: [Double]

  /// Joins a mean and its interval.
  public init(mean: Double, interval: [Double]) {
    self.mean = mean
    self.interval = interval
  }

  /// Whether the interval lies on one side of zero.
  public var excludesZero: Bool {
    guard let low = interval.first, let high = interval.last else { return false }
    return low > 0 || high < 0
  }

  /// In units of a number above 0 that is known.
  func divided(by unit: Double) -> Estimate {
    Estimate(mean: mean / unit, interval: interval.map { $0 / unit })
  }
}

extension AnalysisOptions {
  /// Means of series over the same photographs, with intervals from the same resamples; fewer than three
  /// photographs have none.
  func estimates(of series: [[Double]]) -> [Estimate] { estimates(of: SeriesMatrix(series)) }

  /// The same of series that are joined already.
  func estimates(of series: SeriesMatrix) -> [Estimate] {
    let intervals =
      series.rows >= VerdictRule.fewest
      ? Bootstrap.intervals(series, samples: samples(photographs: series.rows), seed: seed)
      : [[Double]](repeating: [], count: series.columns)
    return intervals.enumerated().map {
      Estimate(mean: Self.mean(series.column($0)), interval: $1)
    }
  }

  /// Means of series of which some miss photographs, with intervals; those as long share their resamples.
  func separateEstimates(of series: [[Double]]) -> [Estimate] {
    var found = [Estimate](
      repeating: Estimate(mean: .nan, interval: []), count: series.count)
    for places in Dictionary(grouping: series.indices, by: { series[$0].count }).values {
      for (place, estimate) in zip(places, estimates(of: places.map { series[$0] })) {
        found[place] = estimate
      }
    }
    return found
  }

  /// Differences of series' means between two sets of photographs that nothing pairs.
  func estimates(of series: [[Double]], minus others: [[Double]]) -> [Estimate] {
    let (second, first) = (SeriesMatrix(series), SeriesMatrix(others))
    guard min(second.rows, first.rows) >= VerdictRule.fewest else {
      return zip(series, others).map {
        Estimate(mean: Self.mean($0) - Self.mean($1), interval: [])
      }
    }
    let intervals = Bootstrap.intervals(
      of: second, minus: first, samples: samples(photographs: max(second.rows, first.rows)),
      seed: seed)
    return zip(zip(series, others), intervals).map {
      Estimate(mean: Self.mean($0.0) - Self.mean($0.1), interval: $1)
    }
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }
}

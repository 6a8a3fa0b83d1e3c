/// Student's test of a mean, or Welch's of a difference of means, against any value.
///
/// For networks, of which there are too few to permute, and for photographs that nothing pairs.
package struct MeanTest: Equatable, Sendable {
  /// The mean, or the difference of means.
  package let mean: Double
  /// Its standard error.
  package let error: Double
  /// Degrees of freedom.
  package let degrees: Double

  /// Of a mean with a known error.
  package init(mean: Double, error: Double, degrees: Double) {
    self.mean = mean
    self.error = error
    self.degrees = degrees
  }

  /// Of the mean of values.
  package init(of values: [Double]) {
    let (mean, error) = Self.moments(values)
    self.init(mean: mean, error: error, degrees: Double(values.count - 1))
  }

  /// Of a difference of means, the variances not taken to be equal.
  ///
  /// - SeeAlso: Welch 1947.
  package init(of second: [Double], minus first: [Double]) {
    let (one, two) = (Self.moments(first), Self.moments(second))
    let shares = [one.error * one.error, two.error * two.error]
    let whole = shares[0] + shares[1]
    let weighted = zip(shares, [first, second]).reduce(0) {
      $0 + $1.0 * $1.0 / Double(max($1.1.count - 1, 1))
    }
    self.init(
      mean: two.mean - one.mean, error: whole.squareRoot(),
      degrees: weighted > 0
        ? whole * whole / weighted : Double(first.count + second.count - 2))
  }

  /// p-values against a mean of `value`; 1 where there is nothing to estimate the error from.
  package func tails(against value: Double = 0) -> Tails {
    guard degrees > 0, error.isFinite else { return Tails(above: 1, below: 1) }
    guard error > 0 else {
      return Tails(above: mean > value ? 0 : 1, below: mean < value ? 0 : 1)
    }
    let below = StudentT.cumulative((mean - value) / error, degrees: degrees)
    return Tails(above: 1 - below, below: below)
  }

  /// 95 % interval, or another; empty where there is nothing to estimate the error from.
  package func interval(confidence: Double = 0.95) -> [Double] {
    guard degrees > 0, error.isFinite else { return [] }
    let reach = -StudentT.quantile((1 - confidence) / 2, degrees: degrees) * error
    return [mean - reach, mean + reach]
  }

  /// The smallest mean that a test at a level, one-sided, finds with 80 % power; nil where there is nothing to
  /// estimate the error from.
  package func smallestDetectable(level: Double) -> Double? {
    guard degrees > 0, error.isFinite else { return nil }
    return error
      * (StudentT.quantile(1 - level, degrees: degrees)
        + StudentT.quantile(DetectableSlope.power, degrees: degrees))
  }

  private static func moments(_ values: [Double]) -> (mean: Double, error: Double) {
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0, +) / count
    guard values.count > 1 else { return (mean, .nan) }
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (count - 1) / count).squareRoot())
  }
}

extension VerdictRule.Tests {
  /// Tests by Student's distribution of a unit of a family of `count`.
  package init(
    slope: MeanTest, controls: [String: MeanTest], of count: Int, _ direction: ClaimedDirection,
    smallestEffect: Double?, missing: [String], interval: [Double]
  ) {
    let level = VerdictRule.level / Double(max(count, 1)) / (direction == .either ? 2 : 1)
    let detectable = ([slope] + controls.values).map { $0.smallestDetectable(level: level) }
    self.init(
      isUp: slope.mean > 0, shift: slope.tails(),
      controls: controls.mapValues { $0.tails() },
      equivalence: smallestEffect.map {
        max(slope.tails(against: -$0).above, slope.tails(against: $0).below)
      }, smallestEffect: smallestEffect,
      smallestDetectable: detectable.contains { $0 == nil }
        ? nil : detectable.compactMap { $0 }.max(),
      missing: missing, interval: interval)
  }
}

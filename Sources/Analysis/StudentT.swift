/// Student's t distribution: intervals of means over a few seeds.
///
/// Seeds are few and, unlike photographs, each costs a training, so that a bootstrap would have next
/// to nothing to draw from: three values have ten distinct resamples.
package enum StudentT {
  /// Probability of a value at most t.
  ///
  /// - Parameters:
  ///   - t: The value.
  ///   - degrees: Degrees of freedom; above 0, not necessarily whole.
  /// - Returns: 0 to 1.
  package static func cumulative(_ t: Double, degrees: Double) -> Double {
    let tail = IncompleteBeta.value(degrees / (degrees + t * t), a: degrees / 2, b: 0.5) / 2
    return t > 0 ? 1 - tail : tail
  }

  /// The value with this probability below it, for probabilities strictly between 0 and 1.
  package static func quantile(_ probability: Double, degrees: Double) -> Double {
    guard probability < 0.5 else {
      return probability == 0.5 ? 0 : -quantile(1 - probability, degrees: degrees)
    }
    var low = -1.0
    while cumulative(low, degrees: degrees) > probability { low *= 2 }
    var high = 0.0
    for _ in 0..<200 {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { break }
      if cumulative(middle, degrees: degrees) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// A mean with its 95 % interval; fewer than three values have a mean and no interval.
  package static func estimate(_ values: [Double]) -> Estimate {
    let test = MeanTest(of: values)
    return Estimate(
      mean: test.mean, interval: values.count < VerdictRule.fewest ? [] : test.interval())
  }
}

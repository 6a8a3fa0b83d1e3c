import Foundation

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
    let tail = incompleteBeta(degrees / (degrees + t * t), a: degrees / 2, b: 0.5) / 2
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

  /// The regularised incomplete beta function, by its continued fraction.
  ///
  /// - SeeAlso: NIST Digital Library of Mathematical Functions, 8.17.22.
  private static func incompleteBeta(_ x: Double, a: Double, b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast on one side of the mean.
    return x < (a + 1) / (a + b + 2)
      ? continuedFraction(x, a: a, b: b) : 1 - continuedFraction(1 - x, a: b, b: a)
  }

  private static func continuedFraction(_ x: Double, a: Double, b: Double) -> Double {
    let tiny = 1e-300
    var c = 1.0
    var d = 1 / nonzero(1 - (a + b) * x / (a + 1), tiny)
    var fraction = d
    for m in 1..<10_000 {
      let m = Double(m)
      for numerator in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        d = 1 / nonzero(1 + numerator * d, tiny)
        c = nonzero(1 + numerator / c, tiny)
        fraction *= c * d
      }
      if abs(c * d - 1) < 1e-15 { break }
    }
    let logarithm =
      lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)
    return exp(logarithm) * fraction / a
  }

  private static func nonzero(_ value: Double, _ tiny: Double) -> Double {
    abs(value) < tiny ? tiny : value
  }
}

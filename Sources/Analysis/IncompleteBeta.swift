import Foundation

/// The regularised incomplete beta function Iₓ(a, b), behind Student's and the binomial distribution.
///
/// - SeeAlso: NIST Digital Library of Mathematical Functions, 8.17.22.
package enum IncompleteBeta {
  /// Its value, by its continued fraction.
  ///
  /// - Parameters:
  ///   - x: 0 to 1; beyond, as at the nearer end.
  ///   - a: Above 0.
  ///   - b: Above 0.
  /// - Returns: 0 to 1, rising with x.
  package static func value(_ x: Double, a: Double, b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast on one side of the mean.
    return x < (a + 1) / (a + b + 2)
      ? continuedFraction(x, a: a, b: b) : 1 - continuedFraction(1 - x, a: b, b: a)
  }

  /// The x at which it has a value strictly between 0 and 1, by bisection.
  package static func quantile(_ probability: Double, a: Double, b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<200 {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { break }
      if value(middle, a: a, b: b) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
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

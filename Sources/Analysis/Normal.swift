import Foundation

/// The standard normal distribution.
package enum Normal {
  /// Probability of a value at most z.
  package static func cumulative(_ z: Double) -> Double { erfc(-z / 2.0.squareRoot()) / 2 }

  /// The value with this probability below it, for probabilities strictly between 0 and 1.
  ///
  /// Newton's steps on `cumulative` from a start that is near the middle and in the tail; exact to
  /// rounding.
  package static func quantile(_ probability: Double) -> Double {
    guard probability < 0.5 else {
      return probability == 0.5 ? 0 : -quantile(1 - probability)
    }
    // On the logarithm the steps converge from everywhere in the tail.
    // The logistic curve fits the middle; further out it would start where the density underflows.
    var z = max(log(probability / (1 - probability)) / 1.702, -(-2 * log(probability)).squareRoot())
    for _ in 0..<60 {
      let value = cumulative(z)
      let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
      let step = (log(value) - log(probability)) * value / density
      z -= step
      if abs(step) < 1e-14 * max(1, abs(z)) { break }
    }
    return z
  }
}

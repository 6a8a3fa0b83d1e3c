import Foundation

/// A share of photographs: how many of them something holds for.
package struct BinomialShare: Equatable, Sendable {
  /// Photographs for which it holds.
  package let hits: Int
  /// All photographs.
  package let count: Int

  package init(_ hits: Int, of count: Int) {
    self.hits = hits
    self.count = count
  }

  /// The share itself; 0 without photographs.
  package var share: Double { Double(hits) / Double(max(count, 1)) }

  /// Clopper and Pearson's interval, which holds the true share at least so often.
  ///
  /// - Returns: `[low, high]`; empty without photographs.
  /// - SeeAlso: Clopper and Pearson 1934, Biometrika 26, 404–413.
  package func interval(confidence: Double = 0.95) -> [Double] {
    guard count > 0 else { return [] }
    let tail = (1 - confidence) / 2
    let (k, n) = (Double(hits), Double(count))
    return [
      hits == 0 ? 0 : IncompleteBeta.quantile(tail, a: k, b: n - k + 1),
      hits == count ? 1 : IncompleteBeta.quantile(1 - tail, a: k + 1, b: n - k),
    ]
  }

  /// Exact p-values against a share of `value`.
  package func tails(against value: Double) -> Tails {
    Tails(
      above: Self.atLeast(hits, of: count, share: value),
      below: 1 - Self.atLeast(hits + 1, of: count, share: value))
  }

  /// The smallest share that an exact test finds to lie above `value` with 80 % power.
  ///
  /// - Parameters:
  ///   - value: The share to exceed.
  ///   - count: Photographs.
  ///   - level: Of the test, one-sided.
  /// - Returns: Nil where so few photographs find none.
  package static func smallestDetectable(above value: Double, of count: Int, level: Double)
    -> Double?
  {
    guard let critical = critical(of: count, share: value, level: level) else { return nil }
    return IncompleteBeta.quantile(
      DetectableSlope.power, a: Double(critical), b: Double(count - critical + 1))
  }

  /// The fewest hits that are as rare as `level` allows; nil if none are.
  static func critical(of count: Int, share: Double, level: Double) -> Int? {
    guard count > 0, atLeast(count, of: count, share: share) <= level else { return nil }
    var (low, high) = (0, count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if atLeast(middle, of: count, share: share) <= level { high = middle } else { low = middle }
    }
    return high
  }

  /// Probability of at least so many hits.
  static func atLeast(_ hits: Int, of count: Int, share: Double) -> Double {
    guard hits > 0 else { return 1 }
    guard hits <= count else { return 0 }
    return IncompleteBeta.value(share, a: Double(hits), b: Double(count - hits + 1))
  }

  /// Probability of just so many hits.
  static func exactly(_ hits: Int, of count: Int, share: Double) -> Double {
    guard share > 0, share < 1 else { return hits == (share > 0 ? count : 0) ? 1 : 0 }
    let (k, n) = (Double(hits), Double(count))
    let ways = lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
    return exp(ways + k * log(share) + (n - k) * log1p(-share))
  }
}

import Foundation

/// Right and wrong answers of two networks to the same photographs.
///
/// Differences of single photographs are −1, 0 or 1 and mostly 0: a bootstrap of so few values that differ
/// is not to be trusted. The photographs on which the two differ tell all that there is to tell.
package struct PairedAnswers: Equatable, Sendable {
  /// Photographs that the first network has right and the second wrong.
  package let lost: Int
  /// Photographs that the second network has right and the first wrong.
  package let gained: Int
  /// All photographs.
  package let count: Int

  package init(lost: Int, gained: Int, of count: Int) {
    self.lost = lost
    self.gained = gained
    self.count = count
  }

  /// Accuracy of the first network minus that of the second.
  package var difference: Double { Double(lost - gained) / Double(max(count, 1)) }

  /// McNemar's exact test: were nothing lost, each photograph that differs would be lost as likely as gained.
  ///
  /// - SeeAlso: McNemar 1947, Psychometrika 12, 153–157.
  package var tails: Tails {
    BinomialShare(lost, of: lost + gained).tails(against: 0.5)
  }

  /// p-values against a difference of `value`, by Tango's score test; at 0 they are those of McNemar's
  /// test without its correction.
  ///
  /// - SeeAlso: Tango 1998, Statistics in Medicine 17, 891–908.
  package func tails(against value: Double) -> Tails {
    let z = score(against: value)
    return Tails(above: Normal.cumulative(-z), below: Normal.cumulative(z))
  }

  /// Tango's score interval; empty without photographs.
  package func interval(confidence: Double = 0.95) -> [Double] {
    guard count > 0 else { return [] }
    let reach = -Normal.quantile((1 - confidence) / 2)
    // The score falls as the difference that it is taken against rises.
    func bound(_ limit: Double, from start: Double, to end: Double) -> Double {
      var (low, high) = (start, end)
      for _ in 0..<60 {
        let middle = (low + high) / 2
        if score(against: middle) > limit { low = middle } else { high = middle }
      }
      return (low + high) / 2
    }
    return [bound(reach, from: -1, to: difference), bound(-reach, from: difference, to: 1)]
  }

  /// The difference's distance from `value` in standard errors, these at the likeliest shares that differ by
  /// `value`.
  private func score(against value: Double) -> Double {
    let (n, b, c) = (Double(count), Double(lost), Double(gained))
    let linear = -b - c + (2 * n - b + c) * value
    let root = max(linear * linear + 8 * n * c * value * (1 - value), 0).squareRoot()
    let share = max((root - linear) / (4 * n), 0)
    let variance = n * (2 * share + value * (1 - value))
    let distance = b - c - n * value
    guard variance > 0 else { return distance == 0 ? 0 : distance > 0 ? .infinity : -.infinity }
    return distance / variance.squareRoot()
  }

  /// The smallest loss that McNemar's test finds with 80 % power, where answers differ as often as here, or
  /// as often as the loss itself takes.
  ///
  /// Beyond a thousand photographs by the normal approximation.
  ///
  /// - Parameter level: Of the test, one-sided.
  /// - Returns: Nil where so few photographs find none.
  package func smallestDetectable(level: Double) -> Double? {
    guard count > 0 else { return nil }
    let differing = Double(lost + gained) / Double(count)
    let power = count <= 1000 ? exactPower(level) : approximatePower(level)
    guard power(1, 1) >= DetectableSlope.power else { return nil }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<20 {
      let middle = (low + high) / 2
      if power(middle, max(differing, middle)) < DetectableSlope.power {
        low = middle
      } else {
        high = middle
      }
    }
    return high
  }

  /// Power against a loss where a share of answers differs.
  private func exactPower(_ level: Double) -> (_ loss: Double, _ differing: Double) -> Double {
    let critical = (0...count).map { BinomialShare.critical(of: $0, share: 0.5, level: level) }
    return { loss, differing in
      guard differing > 0 else { return 0 }
      let middle = Double(count) * differing
      let reach = 7 * (middle * (1 - differing)).squareRoot() + 1
      let range = max(0, Int(middle - reach))...min(count, Int(middle + reach) + 1)
      return range.reduce(0) { sum, pairs in
        guard let critical = critical[pairs] else { return sum }
        return sum
          + BinomialShare.exactly(pairs, of: count, share: differing)
          * BinomialShare.atLeast(critical, of: pairs, share: (1 + loss / differing) / 2)
      }
    }
  }

  /// - SeeAlso: Connor 1987, Biometrics 43, 207–211.
  private func approximatePower(_ level: Double) -> (_ loss: Double, _ differing: Double) -> Double
  {
    let reach = -Normal.quantile(level)
    return { loss, differing in
      let spread = max(differing - loss * loss, 1e-300).squareRoot()
      return Normal.cumulative(
        (Double(count).squareRoot() * loss - reach * differing.squareRoot()) / spread)
    }
  }
}

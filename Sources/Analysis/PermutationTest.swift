import Randomness

/// Paired sign-flip permutation tests of means against zero.
///
/// If enlarging changed nothing, each photograph's shift would be as likely with the opposite sign.
/// Up to 20 photographs all sign patterns are tried; beyond that a seeded sample, the pattern that
/// was observed counting as one of them, so that p is never 0.
package enum PermutationTest {
  private static let largestExactCount = 20

  /// p-values of every series in both directions.
  ///
  /// - Parameters:
  ///   - series: One row per photograph.
  ///   - permutations: Sample size where not all patterns are tried.
  ///   - seed: The same seed gives the same sample.
  /// - Returns: Two one-sided p-values per series.
  package static func tails(_ series: SeriesMatrix, permutations: Int, seed: UInt64) -> [Tails] {
    guard series.rows > 0 else { return [] }
    let observed = sums(series, signs: [Double](repeating: 1, count: series.rows))
    // Sums of the same numbers in another order differ by rounding.
    let tolerances = (0..<series.columns).map { j in
      1e-12 * series.column(j).reduce(0) { $0 + abs($1) }
    }
    return series.rows <= largestExactCount
      ? exact(series, observed, tolerances)
      : sampled(series, permutations, seed, observed, tolerances)
  }

  /// Two-sided p-values of every series; parameters as those of `tails`.
  package static func pValues(_ series: SeriesMatrix, permutations: Int, seed: UInt64)
    -> [Double]
  {
    tails(series, permutations: permutations, seed: seed).map(\.twoSided)
  }

  /// Holm's step-down correction over a family of tests.
  ///
  /// - SeeAlso: Holm 1979, Scandinavian Journal of Statistics 6, 65–70.
  package static func holm(_ pValues: [Double]) -> [Double] {
    var corrected = pValues
    var largest = 0.0
    let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
    for (rank, index) in order.enumerated() {
      largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
      corrected[index] = largest
    }
    return corrected
  }

  /// All patterns in Gray code order: one sign changes at a time.
  private static func exact(
    _ series: SeriesMatrix, _ observed: [Double], _ tolerances: [Double]
  ) -> [Tails] {
    // A pattern's opposite has the opposite sum: the last sign stays.
    let patterns = 1 << (series.rows - 1)
    return (0..<series.columns).map { j in
      let values = series.column(j)
      let (low, high) = (observed[j] - tolerances[j], observed[j] + tolerances[j])
      var signs = [Double](repeating: 1, count: values.count)
      var sum = values.reduce(0, +)
      var above = 0
      var below = 0
      for pattern in 0..<patterns {
        if pattern > 0 {
          let flipped = pattern.trailingZeroBitCount
          sum -= 2 * signs[flipped] * values[flipped]
          signs[flipped] = -signs[flipped]
        }
        if sum >= low { above += 1 }
        if -sum >= low { above += 1 }
        if sum <= high { below += 1 }
        if -sum <= high { below += 1 }
      }
      return Tails(
        above: Double(above) / Double(2 * patterns), below: Double(below) / Double(2 * patterns))
    }
  }

  private static func sampled(
    _ series: SeriesMatrix, _ permutations: Int, _ seed: UInt64, _ observed: [Double],
    _ tolerances: [Double]
  ) -> [Tails] {
    var generator = SplitMix64(seed: seed)
    // The observed pattern counts, and so does every pattern's opposite.
    var above = observed.indices.map {
      1 + (-observed[$0] >= observed[$0] - tolerances[$0] ? 1 : 0)
    }
    var below = observed.indices.map {
      1 + (-observed[$0] <= observed[$0] + tolerances[$0] ? 1 : 0)
    }
    var signs = [Double](repeating: 1, count: series.rows)
    for _ in 0..<permutations {
      var bits: UInt64 = 0
      for i in signs.indices {
        if i % 64 == 0 { bits = generator.next() }
        signs[i] = bits & 1 == 0 ? 1 : -1
        bits >>= 1
      }
      let flipped = sums(series, signs: signs)
      for j in flipped.indices {
        let (low, high) = (observed[j] - tolerances[j], observed[j] + tolerances[j])
        if flipped[j] >= low { above[j] += 1 }
        if -flipped[j] >= low { above[j] += 1 }
        if flipped[j] <= high { below[j] += 1 }
        if -flipped[j] <= high { below[j] += 1 }
      }
    }
    let all = Double(2 * (permutations + 1))
    return zip(above, below).map { Tails(above: Double($0) / all, below: Double($1) / all) }
  }

  private static func sums(_ series: SeriesMatrix, signs: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: series.columns)
    series.addWeighted(signs, to: &sums)
    return sums
  }
}

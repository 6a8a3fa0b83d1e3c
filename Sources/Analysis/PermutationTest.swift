/// Paired sign-flip permutation tests of means against zero, two-sided.
///
/// If enlarging changed nothing, each photograph's shift would be as likely with the opposite sign.
/// Up to 20 photographs all sign patterns are tried; beyond that a seeded sample, the pattern that
/// was observed counting as one of them, so that p is never 0.
package enum PermutationTest {
  private static let largestExactCount = 20

  /// p-values of every series.
  ///
  /// - Parameters:
  ///   - series: One row per photograph.
  ///   - permutations: Sample size where not all patterns are tried.
  ///   - seed: The same seed gives the same sample.
  /// - Returns: A p-value per series.
  package static func pValues(_ series: SeriesMatrix, permutations: Int, seed: UInt64)
    -> [Double]
  {
    guard series.rows > 0 else { return [] }
    let observed = sums(series, signs: [Double](repeating: 1, count: series.rows))
    // Sums of the same numbers in another order differ by rounding.
    let tolerances = (0..<series.columns).map { j in
      1e-12 * series.column(j).reduce(0) { $0 + abs($1) }
    }
    func isExtreme(_ sum: Double, _ j: Int) -> Bool {
      abs(sum) >= abs(observed[j]) - tolerances[j]
    }
    return series.rows <= largestExactCount
      ? exact(series, isExtreme) : sampled(series, permutations, seed, isExtreme)
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
  private static func exact(_ series: SeriesMatrix, _ isExtreme: (Double, Int) -> Bool)
    -> [Double]
  {
    // A pattern and its opposite have the same magnitude: the last sign stays.
    let patterns = 1 << (series.rows - 1)
    return (0..<series.columns).map { j in
      let values = series.column(j)
      var signs = [Double](repeating: 1, count: values.count)
      var sum = values.reduce(0, +)
      var extreme = isExtreme(sum, j) ? 1 : 0
      for pattern in 1..<max(patterns, 1) {
        let flipped = pattern.trailingZeroBitCount
        sum -= 2 * signs[flipped] * values[flipped]
        signs[flipped] = -signs[flipped]
        if isExtreme(sum, j) { extreme += 1 }
      }
      return Double(extreme) / Double(patterns)
    }
  }

  private static func sampled(
    _ series: SeriesMatrix, _ permutations: Int, _ seed: UInt64,
    _ isExtreme: (Double, Int) -> Bool
  ) -> [Double] {
    var generator = SeededGenerator(seed: seed)
    var extreme = [Int](repeating: 1, count: series.columns)
    var signs = [Double](repeating: 1, count: series.rows)
    for _ in 0..<permutations {
      var bits: UInt64 = 0
      for i in signs.indices {
        if i % 64 == 0 { bits = generator.next() }
        signs[i] = bits & 1 == 0 ? 1 : -1
        bits >>= 1
      }
      let flipped = sums(series, signs: signs)
      for j in extreme.indices where isExtreme(flipped[j], j) { extreme[j] += 1 }
    }
    return extreme.map { Double($0) / Double(permutations + 1) }
  }

  private static func sums(_ series: SeriesMatrix, signs: [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: series.columns)
    series.addWeighted(signs, to: &sums)
    return sums
  }
}

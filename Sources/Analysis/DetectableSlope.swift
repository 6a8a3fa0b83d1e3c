import Foundation
import Randomness

/// Which slope so many photographs can tell from none, and how many photographs a slope needs.
///
/// Photographs are drawn again from those recorded, their mean taken away, and the slope looked for that has all
/// tests of the rule succeed at once in four of five draws: the unit's own slope and that of every control that
/// counts, taken to move by nothing. Tests are at the level that is Holm's first step, so that the unit is found
/// whatever becomes of the rest of its family.
package struct DetectableSlope: Sendable {
  /// Share of repeated experiments in which the slope is found.
  package static let power = 0.8
  /// More photographs than these are not counted out.
  package static let mostPhotographs = 1_000_000

  /// Deviations from the mean, `[test][photograph]`, of photographs that have all.
  private let deviations: [[Double]]
  /// Share of the photographs that have each test.
  private let shares: [Double]
  private let level: Double
  private let seed: UInt64

  private static let draws = 1000
  /// Beyond so many photographs the slope falls as 1/√n.
  private static let largestDraw = 400

  /// Prepares for a unit of a family of `count`.
  package init(
    _ evidence: Evidence, of count: Int, _ direction: ClaimedDirection, seed: UInt64
  ) {
    let names = evidence.controls.keys.sorted()
    let columns = names.map { evidence.controls[$0] ?? [] }
    let complete = evidence.slopes.indices.filter { i in columns.allSatisfy { $0[i] != nil } }
    let values =
      [complete.map { evidence.slopes[$0] }]
      + columns.map { column in complete.map { column[$0] ?? 0 } }
    deviations = values.map { values in
      let mean = values.reduce(0, +) / Double(max(values.count, 1))
      return values.map { $0 - mean }
    }
    let all = Double(max(evidence.slopes.count, 1))
    shares = [1] + columns.map { Double($0.count { $0 != nil }) / all }
    level = VerdictRule.level / Double(max(count, 1)) / (direction == .either ? 2 : 1)
    self.seed = seed
  }

  /// The smallest slope per octave that so many photographs find with 80 % power.
  ///
  /// - Returns: Nil where so few can find none.
  package func smallest(photographs count: Int) -> Double? {
    guard let recorded = deviations.first?.count, recorded >= VerdictRule.fewest else { return nil }
    let drawn = min(count, Self.largestDraw)
    let counts = shares.map { Int((Double(drawn) * $0).rounded()) }
    // The sign-flip test's smallest p is 2⁻ⁿ.
    guard let fewest = counts.min(), fewest >= 2, pow(2, -Double(fewest)) <= level else {
      return nil
    }
    let critical = counts.map { -StudentT.quantile(level, degrees: Double($0 - 1)) }
    var generator = SplitMix64(seed: seed)
    var rows = [Int](repeating: 0, count: drawn)
    let needed = (0..<Self.draws).map { _ in
      for i in rows.indices { rows[i] = generator.index(below: recorded) }
      return deviations.indices.reduce(-Double.infinity) { largest, test in
        let values = deviations[test]
        let n = Double(counts[test])
        var sum = 0.0
        var squares = 0.0
        for row in rows[..<counts[test]] {
          sum += values[row]
          squares += values[row] * values[row]
        }
        let mean = sum / n
        let error = (max(squares / n - mean * mean, 0) / (n - 1)).squareRoot()
        return max(largest, critical[test] * error - mean)
      }
    }.sorted()
    let slope = needed[Int(Self.power * Double(Self.draws - 1))]
    return slope * (Double(drawn) / Double(count)).squareRoot()
  }

  /// The fewest photographs that find a slope with 80 % power.
  ///
  /// - Parameter slope: Per octave, above zero.
  /// - Returns: Nil for more than `mostPhotographs`.
  package func photographs(finding slope: Double) -> Int? {
    func isEnough(_ count: Int) -> Bool {
      smallest(photographs: count).map { $0 <= slope } ?? false
    }
    var high = 4
    while !isEnough(high) {
      high *= 2
      if high > Self.mostPhotographs { return nil }
    }
    var low = high / 2
    while high - low > 1 {
      let middle = (low + high) / 2
      if isEnough(middle) { high = middle } else { low = middle }
    }
    return high
  }
}

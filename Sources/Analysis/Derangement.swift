import Randomness

/// Seeded orders that leave nothing in its place.
package enum Derangement {
  /// A random cycle through 0..<count: every index gets another one.
  ///
  /// - Parameters:
  ///   - count: How many; of fewer than two nothing can be moved.
  ///   - seed: The same seed gives the same order.
  /// - Returns: What each index gets.
  /// - SeeAlso: Sattolo 1986, Information Processing Letters 22, 315–317.
  package static func cycle(count: Int, seed: UInt64) -> [Int] {
    var order = Array(0..<max(count, 0))
    var generator = SplitMix64(seed: seed)
    for i in stride(from: order.count - 1, to: 0, by: -1) {
      order.swapAt(i, generator.index(below: i))
    }
    return order
  }
}

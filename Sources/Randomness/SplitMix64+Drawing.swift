/// Draws that do not depend on the standard library's version.
extension SplitMix64 {
  /// A number in 0..<1 of 53 random bits.
  @inlinable
  package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number within a range.
  package mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * uniform()
  }

  /// A number in −0.5..<0.5 of 24 random bits.
  @inlinable
  package mutating func centred() -> Float { Float(next() >> 40) / Float(1 << 24) - 0.5 }

  /// A whole number in 0..<bound without bias worth the name: 64 random bits scaled down.
  @inlinable
  package mutating func index(below bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// The numbers 0..<count in a random order, by Fisher and Yates.
  package mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, index(below: last + 1))
    }
    return order
  }
}

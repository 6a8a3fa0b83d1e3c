import Foundation

/// Round values along an axis and how they are written.
package struct Ticks: Equatable, Sendable {
  package var values: [Double]
  package var labels: [String]

  /// The multiples of a round step inside `range`.
  ///
  /// The step is the smallest 1, 2 or 5 times a power of ten that gives at most `count` values.
  /// - Parameters:
  ///   - range: Finite bounds, the lower below the upper.
  ///   - count: At least 2.
  package init(in range: ClosedRange<Double>, atMost count: Int) {
    let step = Self.step(in: range, atMost: max(count, 2))
    let slack = 1e-9
    let first = (range.lowerBound / step - slack).rounded(.up)
    let last = (range.upperBound / step + slack).rounded(.down)
    guard first <= last, last - first < 1000 else {
      values = []
      labels = []
      return
    }
    values = stride(from: first, through: last, by: 1).map { $0 * step }
    let decimals = max(0, -Int(log10(step * 1.000_001).rounded(.down)))
    labels = values.map { Self.label($0, decimals: decimals) }
  }

  private static func step(in range: ClosedRange<Double>, atMost count: Int) -> Double {
    let width = range.upperBound - range.lowerBound
    let power = pow(10, log10(width / Double(count)).rounded(.down))
    for factor in [1.0, 2, 5, 10, 20, 50] {
      let step = factor * power
      let slack = 1e-9
      let first = (range.lowerBound / step - slack).rounded(.up)
      let last = (range.upperBound / step + slack).rounded(.down)
      if last - first + 1 <= Double(count) { return step }
    }
    return 100 * power
  }

  /// The number with a fixed count of decimals and a true minus sign (U+2212).
  package static func label(_ value: Double, decimals: Int) -> String {
    let text = String(format: "%.\(decimals)f", abs(value))
    let isZero = !text.contains { $0 != "0" && $0 != "." }
    return value < 0 && !isZero ? "\u{2212}" + text : text
  }
}

/// A scale as it is written: `1.0×`, `1.25×`.
package func scaleLabel(_ scale: Double) -> String {
  guard scale.isFinite else { return "?×" }
  let hundredths = String(format: "%.2f", scale)
  return (hundredths.hasSuffix("0") ? String(hundredths.dropLast()) : hundredths) + "×"
}

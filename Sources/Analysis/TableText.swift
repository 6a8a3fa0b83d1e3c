import Foundation

/// Bounds of an interval as a table writes them: `[-0.0107, -0.0032]`.
///
/// - Parameters:
///   - bounds: Lower and upper; none of too few photographs or seeds.
///   - none: What stands for no interval.
///   - text: How a bound is written.
/// - Returns: Both in brackets.
func intervalText(
  _ bounds: [Double], none: String = "–", _ text: (Double) -> String
) -> String {
  bounds.isEmpty ? none : "[" + bounds.map(text).joined(separator: ", ") + "]"
}

/// A p-value as a table writes it, four decimals.
func probabilityText(_ p: Double) -> String {
  p < 0.0001 ? "< 0.0001" : String(format: "%.4f", p)
}

import Foundation

/// Least squares of values on log₂ of the scale: how far a measure moves when the target doubles.
package enum SlopePerOctave {
  /// Weights whose sum of products with the values is their slope.
  ///
  /// - Parameter scales: Positive numbers, at least two of them different.
  /// - Returns: (x − x̄) / Σ(x − x̄)² with x = log₂ scale; zeros where the scales are one.
  package static func weights(_ scales: [Double]) -> [Double] {
    let octaves = scales.map(log2)
    let mean = octaves.reduce(0, +) / Double(max(octaves.count, 1))
    let squares = octaves.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return octaves.map { squares > 0 ? ($0 - mean) / squares : 0 }
  }

  /// The slope of values at scales; those without a value are left out.
  ///
  /// - Returns: Nil with fewer than two values.
  package static func slope(_ values: [Double?], at scales: [Double]) -> Double? {
    let present = zip(values, scales).compactMap { value, scale in value.map { ($0, scale) } }
    guard present.count > 1 else { return nil }
    return zip(weights(present.map(\.1)), present).reduce(0) { $0 + $1.0 * $1.1.0 }
  }

  /// The slope of every photograph's values, `[scale][photograph]`; nil with fewer than two values.
  static func slopes(_ columns: [[Double?]], at scales: [Double]) -> [Double?] {
    let weights = weights(scales)
    return (columns.first ?? []).indices.map { photograph in
      var slope = 0.0
      for (weight, column) in zip(weights, columns) {
        guard let value = column[photograph], columns.count > 1 else {
          return self.slope(columns.map { $0[photograph] }, at: scales)
        }
        slope += weight * value
      }
      return slope
    }
  }
}

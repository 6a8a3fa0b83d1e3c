/// Several series of values over the same photographs.
///
/// Stored photograph by photograph, so that a resample adds rows and is one pass over memory.
package struct SeriesMatrix: Sendable {
  /// Number of photographs.
  package let rows: Int
  /// Number of series.
  package let columns: Int
  /// `[rows, columns]`.
  package let values: [Double]

  /// Joins series of equal length.
  package init(_ series: [[Double]]) { self.init(series.count) { series[$0] } }

  /// Joins so many series of equal length, of which one at a time is in memory.
  init(_ columns: Int, _ series: (Int) -> [Double]) {
    var rows = 0
    var values: [Double] = []
    for j in 0..<columns {
      let one = series(j)
      if j == 0 {
        rows = one.count
        values = [Double](repeating: 0, count: rows * columns)
      }
      precondition(one.count == rows, "series over the same photographs have one length")
      for i in 0..<rows { values[i * columns + j] = one[i] }
    }
    self.rows = rows
    self.columns = columns
    self.values = values
  }

  /// One series.
  package func column(_ j: Int) -> [Double] { (0..<rows).map { values[$0 * columns + j] } }

  /// Sums of all series with a weight per row, added to `sums`.
  func addWeighted(_ weights: [Double], to sums: inout [Double]) {
    sums.withUnsafeMutableBufferPointer { sums in
      values.withUnsafeBufferPointer { values in
        for i in 0..<rows where weights[i] != 0 {
          let weight = weights[i]
          let start = i * columns
          for j in 0..<columns { sums[j] += weight * values[start + j] }
        }
      }
    }
  }
}

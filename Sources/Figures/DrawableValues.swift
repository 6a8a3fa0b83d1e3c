extension Double {
  /// True if the number has a place on an axis: finite, and so far from the largest double that no
  /// arithmetic on it overflows.
  var isDrawable: Bool { abs(self) < 1e12 }
}

extension [[Double]] {
  /// The value at a place, or nil if there is none.
  func value(_ row: Int, _ column: Int) -> Double? {
    indices.contains(row) && self[row].indices.contains(column) ? self[row][column] : nil
  }
}

/// The stretches of places whose values can be drawn.
func drawableRuns(_ values: [Double]) -> [Range<Int>] {
  var runs: [Range<Int>] = []
  for place in values.indices where values[place].isDrawable {
    if let last = runs.last, last.upperBound == place {
      runs[runs.count - 1] = last.lowerBound..<(place + 1)
    } else {
      runs.append(place..<(place + 1))
    }
  }
  return runs
}

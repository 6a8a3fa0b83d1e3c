import Analysis

/// One unit's measure by class, for some of a run's scales.
struct ClassSeries {
  /// `[scale][class]`; nan where there is no value.
  let values: [[Double]]

  init(_ classes: [ZoomResults.ClassResult], unit: Int, scales: [Int]) {
    values = scales.map { scale in
      classes.map { $0.difference.value(unit, scale) ?? .nan }
    }
  }

  /// Means of `count` successive classes; the last may be of fewer.
  func means(of count: Int) -> [[Double]] {
    values.map { successiveMeans($0, of: count) }
  }

  /// How many classes have a value at both scales, and in how many of them the second is greater.
  var comparison: (classes: Int, greater: Int) {
    guard values.count == 2 else { return (0, 0) }
    let pairs = zip(values[0], values[1]).filter { $0.isDrawable && $1.isDrawable }
    return (pairs.count, pairs.count { $1 > $0 })
  }
}

/// Means of the finite ones among each `count` successive values; nan where there are none.
package func successiveMeans(_ values: [Double], of count: Int) -> [Double] {
  stride(from: 0, to: values.count, by: max(count, 1)).map { first in
    let finite = values[first..<min(first + max(count, 1), values.count)].filter(\.isDrawable)
    return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
  }
}

/// Which lane each row of a diagram stands in, and the lines between rows.
///
/// A row takes the lane of its first input that nobody reads after it, or the first free one.
struct DiagramLanes {
  /// A line from one row down to another that takes it.
  struct Line {
    var from: Int
    var to: Int
    /// Lane of the one.
    var source: Int
    /// Lane of the other.
    var target: Int
  }

  /// The lane of each row.
  private(set) var lane: [Int] = []
  /// Number of lanes.
  private(set) var count = 0
  /// Every line.
  private(set) var lines: [Line] = []

  /// Lays out rows by the rows that each takes, all before it.
  init(_ inputs: [[Int]]) {
    var lastReader = [Int](repeating: -1, count: inputs.count)
    for (row, taken) in inputs.enumerated() { for input in taken { lastReader[input] = row } }
    // The row whose value holds a lane, until its last reader.
    var holders: [Int?] = []
    for (row, taken) in inputs.enumerated() {
      for (index, holder) in holders.enumerated() {
        if let holder, lastReader[holder] < row { holders[index] = nil }
      }
      let inherited = taken.first { lastReader[$0] == row }.map { lane[$0] }
      let own = inherited ?? holders.firstIndex { $0 == nil } ?? holders.count
      if own == holders.count { holders.append(row) } else { holders[own] = row }
      lane.append(own)
      lines += taken.map { Line(from: $0, to: row, source: lane[$0], target: own) }
    }
    count = holders.count
  }
}

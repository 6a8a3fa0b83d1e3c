/// One channel of a map or one number of a vector, by the node whose kernel makes it.
struct NodeRow: Hashable, Sendable {
  var node: Int32
  var index: Int32

  init(_ node: Int, _ index: Int) {
    self.node = Int32(truncatingIfNeeded: node)
    self.index = Int32(truncatingIfNeeded: index)
  }
}

/// Rows in an order; those of one node one after the other take no memory.
struct Rows: Hashable, Sendable, RandomAccessCollection {
  private let first: NodeRow
  private let listed: [NodeRow]
  let endIndex: Int

  /// A node's rows from one on.
  init(node: Int, start: Int = 0, count: Int) {
    first = NodeRow(node, start)
    listed = []
    endIndex = count
  }

  /// Any rows.
  init(_ rows: [NodeRow]) {
    first = rows.first ?? NodeRow(0, 0)
    endIndex = rows.count
    let start = first
    let isRun = rows.enumerated().allSatisfy { index, row in
      row.node == start.node && Int(row.index) == Int(start.index) + index
    }
    listed = isRun ? [] : rows
  }

  var startIndex: Int { 0 }

  subscript(index: Int) -> NodeRow {
    listed.isEmpty ? NodeRow(Int(first.node), Int(first.index) + index) : listed[index]
  }

  /// The node and its first row where the rows are some of one node's in its own order.
  var run: (node: Int, start: Int)? {
    listed.isEmpty ? (Int(first.node), Int(first.index)) : nil
  }

  /// Rows that take memory.
  var storedCount: Int { listed.count }

  /// The nodes that the rows are of.
  var nodes: Set<Int> {
    listed.isEmpty ? [Int(first.node)] : Set(listed.map { Int($0.node) })
  }

  /// The rows at some places; nodes' whole runs stay runs.
  func picked(_ places: [Int]) -> Rows { Rows(places.map { self[$0] }) }

  /// A part.
  func part(_ range: Range<Int>) -> Rows {
    guard let run else { return Rows(Array(listed[range])) }
    return Rows(node: run.node, start: run.start + range.lowerBound, count: range.count)
  }
}

/// The intact network's attention over a run's photographs, of which lesions take.
struct LesionPopulation: Sendable {
  /// Attention of one photograph, `[place of the scale][unit]` of `[M, C]`.
  typealias Attention = [[[Float]]]

  /// Sums over photographs, `[place of the scale][unit]` of `[M, C]`.
  private(set) var sums: [[[Double]]] = []
  /// The same over scales too, each photograph's scales added first.
  private(set) var totals: [[Double]] = []
  /// Photographs that are counted.
  private(set) var members: Set<Int> = []
  /// Those whose attention may stand in for another's, in their order.
  private(set) var pool: [(index: Int, attention: Attention)] = []

  /// At most so many can be donors: a SKNet-50's attention at five scales has 300 kB.
  static let mostDonors = 256

  /// Counts a photograph.
  ///
  /// - Parameters:
  ///   - attention: Of the intact network.
  ///   - index: The photograph's.
  ///   - isCandidate: Whether it may be a donor.
  mutating func add(_ attention: Attention, of index: Int, isCandidate: Bool) {
    let values = attention.map { $0.map { $0.map { Double($0) } } }
    let total = Self.overScales(values)
    if members.isEmpty {
      sums = values
      totals = total
    } else {
      for place in sums.indices {
        for unit in sums[place].indices { Self.add(values[place][unit], to: &sums[place][unit]) }
      }
      for unit in totals.indices { Self.add(total[unit], to: &totals[unit]) }
    }
    members.insert(index)
    if isCandidate { pool.append((index, attention)) }
  }

  /// Mean attention over photographs and scales.
  ///
  /// - Parameter own: A member's attention, which is left out; nil to leave out none.
  /// - Returns: `[unit]` of `[M, C]`.
  func mean(without own: Attention?) -> [[Float]] {
    let left = own.map { Self.overScales($0.map { $0.map { $0.map { Double($0) } } }) }
    let count = Double((members.count - (own == nil ? 0 : 1)) * sums.count)
    return totals.indices.map { unit in
      totals[unit].indices.map { Float((totals[unit][$0] - (left?[unit][$0] ?? 0)) / count) }
    }
  }

  /// How the others' attention moves on average from one scale to another.
  ///
  /// - Parameters:
  ///   - start: Place of the scale from which it moves.
  ///   - end: Place of the other.
  ///   - own: A member's attention, which is left out.
  /// - Returns: `[unit]` of `[M, C]`.
  func meanShift(from start: Int, to end: Int, without own: Attention) -> [[Double]] {
    let count = Double(members.count - 1)
    return sums[start].indices.map { unit in
      sums[start][unit].indices.map { i in
        let last = sums[end][unit][i] - Double(own[end][unit][i])
        let first = sums[start][unit][i] - Double(own[start][unit][i])
        return (last - first) / count
      }
    }
  }

  private static func overScales(_ values: [[[Double]]]) -> [[Double]] {
    guard var total = values.first else { return [] }
    for attention in values.dropFirst() {
      for unit in total.indices { add(attention[unit], to: &total[unit]) }
    }
    return total
  }

  private static func add(_ values: [Double], to sums: inout [Double]) {
    for i in sums.indices { sums[i] += values[i] }
  }
}

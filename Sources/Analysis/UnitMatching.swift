import Networks

/// Units of several networks set beside each other.
struct UnitMatching {
  /// A unit of the network with the fewest, and its partners.
  struct Row {
    /// What the row is called.
    let name: String
    let stage: Int
    /// The unit's name in each network; nil where it has none.
    let names: [String?]
  }

  let kind: Comparison.Matching
  let rows: [Row]

  /// Matches units by name if all networks have the same in each stage, else by relative depth.
  ///
  /// - Parameter networks: At least one.
  init(_ networks: [SelectiveNetwork]) {
    let units = networks.map(\.units)
    let first = units.min { $0.count < $1.count } ?? []
    let isSame = Set(units.map { $0.map { [String($0.stage), $0.name] } }).count == 1
    kind = isSame ? .name : .depth
    rows = first.map { unit in
      Row(
        name: unit.name, stage: unit.stage,
        names: units.map { isSame ? unit.name : Self.partner(of: unit, among: first, in: $0) })
    }
  }

  /// The unit of the same stage at the nearest relative depth; the earlier of two as near.
  private static func partner(
    of unit: SelectiveNetwork.Unit, among own: [SelectiveNetwork.Unit],
    in others: [SelectiveNetwork.Unit]
  ) -> String? {
    let depth = depths(own, stage: unit.stage).first { $0.name == unit.name }?.depth ?? 0
    return depths(others, stage: unit.stage)
      .min { abs($0.depth - depth) < abs($1.depth - depth) - 1e-12 }?.name
  }

  /// Unit i of the n of a stage is at (i − ½) / n.
  private static func depths(
    _ units: [SelectiveNetwork.Unit], stage: Int
  ) -> [(name: String, depth: Double)] {
    let members = units.filter { $0.stage == stage }
    return members.enumerated().map {
      ($1.name, (Double($0) + 0.5) / Double(members.count))
    }
  }
}

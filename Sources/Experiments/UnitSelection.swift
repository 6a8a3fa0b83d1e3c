import Foundation
import Networks

/// The units of a network that a request names.
struct UnitSelection {
  /// Indices into `Architecture.units`, ascending.
  let indices: [Int]

  /// - Parameters:
  ///   - patterns: Names with `*` and `?`; empty for all.
  ///   - architecture: The network.
  /// - Throws: `ExperimentError.usage` for a network without attention and for patterns that match
  ///   no unit.
  init(_ patterns: [String], of architecture: Architecture) throws {
    guard architecture.hasAttention else {
      throw ExperimentError.usage(
        "the network has no attention to record: its units have "
          + (architecture.branches.count == 1 ? "one branch" : "branches that are summed"))
    }
    let units = architecture.units
    let attentive = units.indices.filter { units[$0].hasAttention }
    guard !patterns.isEmpty else {
      indices = attentive
      return
    }
    let names = attentive.map { units[$0].name }
    var chosen: Set<Int> = []
    for pattern in patterns {
      let matching = attentive.filter { fnmatch(pattern.uppercased(), units[$0].name, 0) == 0 }
      guard !matching.isEmpty else {
        throw ExperimentError.usage(
          "no unit with attention matches '\(pattern)'; the network has \(names.joined(separator: ", "))"
        )
      }
      chosen.formUnion(matching)
    }
    indices = chosen.sorted()
  }
}

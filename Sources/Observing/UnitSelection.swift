import Foundation
import Networks

/// The units of a network that a request names.
package struct UnitSelection {
  /// Indices into the network's units, ascending.
  package let indices: [Int]

  /// - Parameters:
  ///   - patterns: Names with `*` and `?`, in capitals or not; empty for all.
  ///   - network: The network.
  /// - Throws: `ExperimentError.usage` for a network without attention and for patterns that match
  ///   no unit.
  package init(_ patterns: [String], of network: SelectiveNetwork) throws {
    let units = network.units
    let attentive = units.indices.filter { units[$0].hasAttention }
    guard !attentive.isEmpty else {
      throw ExperimentError.usage(
        "the network has no attention to record: its units have "
          + (network.branches.count == 1 ? "one branch" : "branches that are summed"))
    }
    indices =
      try patterns.isEmpty
      ? attentive
      : Self.matching(patterns, attentive.map { units[$0].name }, "unit with attention")
        .map { attentive[$0] }
  }

  /// Places of the names that some patterns match, ascending.
  ///
  /// - Throws: `ExperimentError.usage` for a pattern that matches none.
  package static func matching(
    _ patterns: [String], _ names: [String], _ kind: String
  ) throws -> [Int] {
    var chosen: Set<Int> = []
    for pattern in patterns {
      let matching = names.indices.filter {
        fnmatch(pattern.lowercased(), names[$0].lowercased(), 0) == 0
      }
      guard !matching.isEmpty else {
        throw ExperimentError.usage(
          "no \(kind) matches '\(pattern)'; the network has \(names.joined(separator: ", "))")
      }
      chosen.formUnion(matching)
    }
    return chosen.sorted()
  }
}

import Analysis
import Foundation
import Networks
import Observing

extension FamilyDeclaration {
  /// The declaration with its wildcards replaced by the names that they match.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - recorded: Names of the units that the run records.
  /// - Returns: The same with names of units, or of stages.
  /// - Throws: `ExperimentError.usage` for what matches nothing that is recorded, mixes units with
  ///   stages, or has other than one smallest effect for all or one for each.
  func resolved(
    for architecture: SelectiveNetwork, recorded: [String]
  ) throws -> FamilyDeclaration {
    var resolved = self
    if let units {
      let stages = Set(architecture.units.filter { recorded.contains($0.name) }.map(\.stage))
        .sorted().map { "stage \($0)" }
      let areStages = units.allSatisfy { $0.hasPrefix("stage") }
      let known = areStages ? stages : recorded
      var names: [String] = []
      for pattern in units {
        let wanted = areStages ? pattern.lowercased() : pattern.uppercased()
        let matching = known.filter { fnmatch(wanted, $0, 0) == 0 }
        guard !matching.isEmpty else {
          throw ExperimentError.usage(
            "primary: '\(pattern)' is none of what is recorded: \(known.joined(separator: ", "))"
              + (pattern.hasPrefix("stage") && !areStages ? "; stages do not go with units" : ""))
        }
        names += matching.filter { !names.contains($0) }
      }
      resolved.units = known.filter(names.contains)
    }
    if let smallestEffects {
      guard smallestEffects.allSatisfy({ $0.isFinite && $0 > 0 }) else {
        throw ExperimentError.usage("smallest effect: expected numbers above 0, per octave")
      }
      let count = PrimaryFamily(resolved, architecture, recorded: recorded).units.count
      guard [1, count].contains(smallestEffects.count) else {
        throw ExperimentError.usage(
          "smallest effect: expected 1 or \(count) numbers, found \(smallestEffects.count)")
      }
    }
    return resolved
  }
}

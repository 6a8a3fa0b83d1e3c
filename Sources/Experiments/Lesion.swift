import Analysis
import Engine
import Networks

/// What is put in the attention's place to see whether the selection matters.
public enum Lesion: String, CaseIterable, Codable, Sendable {
  /// The attention of scale 1 (the smallest if 1 is not among them), while the target grows.
  case frozen
  /// The attention of another photograph at the same scale.
  case shuffled
  /// The mean of the unit's attention over all photographs and scales: what is left without the
  /// picture's say.
  case mean
  /// The same weight 1/M for every branch.
  case uniform
  /// The attention with the order of the branches reversed.
  case swapped
  /// One branch alone, each in turn.
  case branches
}

extension Lesion {
  /// Reads `all` or a list of names.
  ///
  /// - Throws: `ExperimentError.usage` naming what is unknown.
  public static func list(_ words: [String]) throws -> [Lesion] {
    if words == ["all"] { return allCases }
    let chosen = try words.map { word in
      guard let lesion = Lesion(rawValue: word) else {
        let known = allCases.map(\.rawValue).joined(separator: ", ")
        throw ExperimentError.usage("unknown lesion '\(word)'; known: all, \(known)")
      }
      return lesion
    }
    guard !chosen.isEmpty else { throw ExperimentError.usage("no lesion is named") }
    return allCases.filter(chosen.contains)
  }
}

/// A lesion in its place.
struct LesionCondition: Sendable {
  /// One of a lesion's forms.
  enum Replacement: Equatable, Sendable {
    case branch(Int)
    case uniform, mean, swapped, shuffled, frozen
  }

  let replacement: Replacement
  /// A unit's name, or `stages 2–3`.
  let scope: String
  /// Indices of the units within the network.
  let units: [Int]

  /// `branch-0`, or the lesion's name.
  var lesion: String {
    if case .branch(let index) = replacement { return "branch-\(index)" }
    return "\(replacement)"
  }

  /// What the store calls it: `lesion.frozen.SK_3_2`, `lesion.uniform.stages 2–3`.
  var control: String { "lesion.\(lesion).\(scope)" }

  /// Every lesion in every chosen unit alone, then in all chosen units of the stages up to each.
  ///
  /// - Parameters:
  ///   - lesions: What to do.
  ///   - names: The chosen units.
  ///   - architecture: The network.
  ///   - photographs: How many there are; shuffling needs two.
  /// - Returns: The conditions, by scope, then by lesion.
  static func all(
    _ lesions: [Lesion], units names: [String], of architecture: Architecture, photographs: Int
  ) -> [LesionCondition] {
    let units = architecture.units
    let chosen = units.indices.filter { names.contains(units[$0].name) }
    var scopes = chosen.map { (name: units[$0].name, units: [$0]) }
    let stages = Set(chosen.map { units[$0].stage }).sorted()
    for stage in stages {
      let members = chosen.filter { units[$0].stage <= stage }
      guard !scopes.contains(where: { $0.units == members }) else { continue }
      let first = stages[0]
      scopes.append(
        (name: first == stage ? "stage \(stage)" : "stages \(first)–\(stage)", units: members))
    }
    let replacements = lesions.flatMap { lesion -> [Replacement] in
      switch lesion {
      case .branches: architecture.branches.indices.map { .branch($0) }
      case .uniform: [.uniform]
      case .mean: [.mean]
      case .swapped: [.swapped]
      case .shuffled: photographs > 1 ? [.shuffled] : []
      case .frozen: [.frozen]
      }
    }
    return scopes.flatMap { scope in
      replacements.map {
        LesionCondition(replacement: $0, scope: scope.name, units: scope.units)
      }
    }
  }

  /// The condition as the analysis names it.
  func plan(_ architecture: Architecture) -> LesionResults.Plan {
    LesionResults.Plan(
      lesion: lesion, scope: scope, units: units.map { architecture.units[$0].name })
  }
}

import Analysis
import Networks

/// A lesion in its place.
struct LesionCondition: Sendable {
  /// One of a lesion's forms.
  enum Replacement: Equatable, Sendable {
    case branch(Int)
    case uniform, mean, swapped, shuffled, frozen, reverse, matched, meanShift, pictureSpecific
    /// The own attention of a scale: the matrix's.
    case scale(Double)
  }

  let replacement: Replacement
  /// A unit's name, or `stages 2–3`.
  let scope: String
  /// Indices of the units within the network.
  let units: [Int]

  /// `branch-0`, `scale-1.5`, or the lesion's name.
  var lesion: String {
    switch replacement {
    case .branch(let index): "branch-\(index)"
    case .scale(let scale): "scale-\(scale)"
    case .meanShift: Lesion.meanShift.rawValue
    case .pictureSpecific: Lesion.pictureSpecific.rawValue
    case .uniform, .mean, .swapped, .shuffled, .frozen, .reverse, .matched: "\(replacement)"
    }
  }

  /// What the store calls it: `lesion.frozen.SK_3_2`, `lesion.uniform.stages 2–3`.
  var control: String { "lesion.\(lesion).\(scope)" }

  /// Every lesion in every chosen unit alone, then in all chosen units of the stages up to each; the matrix in all
  /// chosen units.
  ///
  /// - Parameters:
  ///   - specification: The lesions, the chosen units and the scales.
  ///   - architecture: The network.
  ///   - photographs: How many there are; what takes from others needs two.
  /// - Returns: The conditions, by scope, then by lesion; the matrix's last, by scale.
  static func all(
    _ specification: LesionSpecification, of architecture: SelectiveNetwork, photographs: Int
  ) -> [LesionCondition] {
    let units = architecture.units
    let chosen = units.indices.filter { specification.zoom.units.contains(units[$0].name) }
    let scopes = scopes(of: chosen, in: units)
    let replacements = specification.lesions.flatMap { lesion -> [Replacement] in
      let hasOthers = photographs > 1
      return switch lesion {
      case .branches: architecture.branches.indices.map { .branch($0) }
      case .uniform: [.uniform]
      case .mean: hasOthers || !specification.excludesOwn ? [.mean] : []
      case .swapped: [.swapped]
      case .shuffled: hasOthers ? [.shuffled] : []
      case .frozen: [.frozen]
      case .reverse: [.reverse]
      case .matched: hasOthers ? [.matched] : []
      case .meanShift: hasOthers ? [.meanShift] : []
      case .pictureSpecific: hasOthers ? [.pictureSpecific] : []
      case .matrix: []
      }
    }
    var conditions = scopes.flatMap { scope in
      replacements.map {
        LesionCondition(replacement: $0, scope: scope.name, units: scope.units)
      }
    }
    if specification.lesions.contains(.matrix),
      let widest = scopes.last(where: { $0.units == chosen })
    {
      conditions += specification.zoom.stimuli.scales.map {
        LesionCondition(replacement: .scale($0), scope: widest.name, units: widest.units)
      }
    }
    return conditions
  }

  private static func scopes(
    of chosen: [Int], in units: [SelectiveNetwork.Unit]
  ) -> [(name: String, units: [Int])] {
    var scopes = chosen.map { (name: units[$0].name, units: [$0]) }
    let stages = Set(chosen.map { units[$0].stage }).sorted()
    for stage in stages {
      let members = chosen.filter { units[$0].stage <= stage }
      guard !scopes.contains(where: { $0.units == members }) else { continue }
      let first = stages[0]
      scopes.append(
        (name: first == stage ? "stage \(stage)" : "stages \(first)–\(stage)", units: members))
    }
    return scopes
  }

  /// The condition as the analysis names it.
  func plan(_ architecture: SelectiveNetwork) -> LesionResults.Plan {
    var attentionScale: Double?
    if case .scale(let scale) = replacement { attentionScale = scale }
    return LesionResults.Plan(
      lesion: lesion, scope: scope, units: units.map { architecture.units[$0].name },
      attentionScale: attentionScale)
  }
}

import Foundation
import Wording

/// The costs of a lesion run that get verdicts: Holm's correction is over them, all else is exploratory.
public struct LesionFamily: Codable, Equatable, Sendable {
  /// Names of the lesions.
  public var lesions: [String]
  /// By what they are judged.
  public var measures: [LesionMeasure]
  /// Where: all chosen units.
  public var scope: String
  /// The scale at which each of `lesions` is judged: the farthest from the attention that it keeps.
  public var scales: [Double]
  /// Whether lesions or measures were named before the run rather than taken by default.
  public var isDeclared: Bool

  /// How many verdicts there are.
  public var count: Int { lesions.count * measures.count }

  /// The family as a sentence, scales written as `label` has them.
  package func sentence(_ label: (Double) -> String) -> String {
    let places = zip(lesions, scales).map { "\($0) at \(label($1))" }
    return "Primary family (\(isDeclared ? "declared before the run" : "the default")): "
      + "\(places.joined(separator: ", ")), in \(scope), by "
      + "\(measures.map(\.title).joined(separator: ", ")); two-sided, Holm over \(count)."
  }
}

extension LesionResults {
  /// The scale at which the target is farthest from what it is at another, in octaves; of two as far the larger.
  public static func farthestScale(among scales: [Double], from scale: Double) -> Double {
    scales.max { (abs(log2($0 / scale)), $0) < (abs(log2($1 / scale)), $1) } ?? scale
  }

  /// The scale whose attention `reverse` keeps: the farthest from that which `frozen` keeps.
  public var farthestScale: Double { Self.farthestScale(among: scales, from: frozenScale) }

  /// The scale at which a lesion is told first: `reverse` at that of `frozen`'s attention, all others at the farthest
  /// from it.
  public func headlineScale(of lesion: String) -> Double {
    lesion == "reverse" ? frozenScale : farthestScale
  }

  /// A condition's effect at its headline scale.
  public func headline(_ condition: Condition) -> Effect? {
    let scale = headlineScale(of: condition.lesion)
    return condition.byScale.first { $0.scale == scale }
  }

  /// Whether a lesion leaves the network intact at a scale by its definition.
  package func isNothing(_ lesion: String, at scale: Double) -> Bool {
    switch lesion {
    case "frozen", "matched": scale == frozenScale
    case "reverse": scale == farthestScale
    default: false
    }
  }
}

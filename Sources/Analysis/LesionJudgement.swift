/// What a lesion comes to, by the rule of all verdicts.
public enum LesionVerdict: String, Codable, Equatable, Sendable, CaseIterable {
  /// It costs; of answers changed and divergence: more than their bound.
  case worse
  /// It gains.
  case better
  /// It costs and gains less than the bound.
  case equivalent
  /// None of these could be told with so many photographs.
  case unresolved
}

/// The verdict on one cost of the primary family.
public struct LesionJudgement: Codable, Equatable, Sendable {
  /// The verdict.
  public var verdict: LesionVerdict
  /// Two-sided p, corrected over the family by Holm's method.
  public var p: Double
  /// p of the two one-sided tests against the bound, the larger of both, corrected over the family; nil where too
  /// few photographs have values too skewed for such a test.
  public var equivalenceP: Double?
  /// The smallest cost that would have been found with 80 % power, by tests as strict as the first of the family;
  /// nil where so few photographs find none.
  public var smallestDetectable: Double?

  init(_ judgement: Judgement) {
    switch judgement.verdict {
    case .larger: verdict = .worse
    case .smaller: verdict = .better
    case .equivalent: verdict = .equivalent
    case .confounded, .unresolved: verdict = .unresolved
    }
    p = judgement.p
    equivalenceP = judgement.equivalenceP
    smallestDetectable = judgement.smallestDetectable
  }
}

extension LesionJudgement {
  /// The verdict as a phrase that claims no more than it says.
  package func words(_ measure: LesionMeasure, _ bound: Double) -> String {
    let limit = "\(measure.size(bound)) \(measure.unit)"
    switch verdict {
    case .worse: return measure.isNeverNegative ? "worse, by more than \(limit)" : "worse"
    case .better: return "better"
    case .equivalent: return "equivalent to none within \(limit)"
    case .unresolved:
      let seen =
        smallestDetectable.map { "; could have seen \(measure.size($0)) \(measure.unit)" } ?? ""
      return (measure.isNeverNegative ? "unresolved against \(limit)" : "no difference seen") + seen
    }
  }
}

import Foundation

/// What a unit's shift may be said to show.
public enum Verdict: String, Codable, Equatable, Sendable, CaseIterable {
  /// Turns to the larger kernel, beyond every control that counts.
  case larger
  /// Turns to the smaller kernel, beyond every control that counts.
  case smaller
  /// Moves less than the smallest effect of interest, whatever the direction.
  case equivalent
  /// Moves, but not beyond every control that counts: one of them may explain it.
  case confounded
  /// None of these could be told with so many photographs and these controls.
  case unresolved
}

/// The verdict on one unit of the primary family, and what it rests on.
public struct Judgement: Codable, Equatable, Sendable {
  /// The verdict.
  public var verdict: Verdict
  /// The largest of the p-values of the slope and of every control that counts, corrected over the
  /// family by Holm's method.
  public var p: Double
  /// The same before correction.
  public var uncorrectedP: Double
  /// p of the slope alone, corrected over the family.
  public var shiftP: Double
  /// p of the two one-sided tests against the smallest effect of interest, the larger of both,
  /// corrected over the family; nil where no such effect is known.
  public var equivalenceP: Double?
  /// Smallest slope per octave that matters; nil where none is known.
  public var smallestEffect: Double?
  /// Smallest slope per octave that would have been called `larger` (or `smaller`) with 80 % power.
  public var smallestDetectable: Double?
  /// The control with the largest p; nil where the slope's own is larger.
  public var limitedBy: String?
  /// Controls that the verdict needs and the run has not recorded.
  public var missing: [String]
  /// Whether the slope's interval lies wholly on the side that the family does not claim.
  public var isContrary: Bool
}

/// p-values of a mean: against its being at most zero, and at least zero.
package struct Tails: Equatable, Sendable {
  /// Probability, under the null, of a mean as high.
  package var above: Double
  /// Probability, under the null, of a mean as low.
  package var below: Double

  package init(above: Double, below: Double) {
    self.above = above
    self.below = below
  }

  /// p of both directions together.
  package var twoSided: Double { min(1, 2 * min(above, below)) }
}

/// The one rule by which zooms, comparisons, ablations, figures and tables judge.
///
/// A unit's p is the largest of those of its slope and of every control that counts (its excess, or of a
/// matched control its own slope), one-sided in the claimed direction, or two-sided with all of them in
/// the slope's own; the p-values are then corrected over the family by Holm's method. A slope is `equivalent`
/// if two one-sided tests, at the same level and corrected over the family too, place it within the
/// smallest effect of interest. That comes first: a shift that is there and does not matter is
/// equivalent.
package struct VerdictRule: Sendable {
  /// The level of every test.
  package static let level = 0.05
  /// Fewest photographs, or networks, of which an interval is given.
  package static let fewest = 3

  /// Where the family's units are claimed to turn.
  package let direction: ClaimedDirection

  package init(_ direction: ClaimedDirection) { self.direction = direction }

  /// What is known of one unit of the family.
  package struct Tests: Sendable {
    /// Whether the mean slope is above zero.
    package var isUp: Bool
    /// Of the slope.
    package var shift: Tails
    /// Of the controls that count, by name.
    package var controls: [String: Tails]
    /// Of the slope's being above the smallest effect's lower bound, and below its upper; nil if none is known.
    package var equivalence: Double?
    package var smallestEffect: Double?
    package var smallestDetectable: Double?
    /// Controls that are required and were not recorded.
    package var missing: [String]
    /// 95 % interval of the slope.
    package var interval: [Double]

    package init(
      isUp: Bool, shift: Tails, controls: [String: Tails], equivalence: Double? = nil,
      smallestEffect: Double? = nil, smallestDetectable: Double? = nil, missing: [String] = [],
      interval: [Double] = []
    ) {
      self.isUp = isUp
      self.shift = shift
      self.controls = controls
      self.equivalence = equivalence
      self.smallestEffect = smallestEffect
      self.smallestDetectable = smallestDetectable
      self.missing = missing
      self.interval = interval
    }
  }

  /// Judges a family.
  package func judge(_ family: [Tests]) -> [Judgement] {
    let alone = family.map { p($0.shift, $0) }
    let weakest = family.map { unit in
      unit.controls.map { (name: $0.key, p: p($0.value, unit)) }
        .max { ($0.p, $1.name) < ($1.p, $0.name) }
    }
    let largest = zip(alone, weakest).map { max($0, $1?.p ?? 0) }
    let corrected = PermutationTest.holm(largest)
    let correctedAlone = PermutationTest.holm(alone)
    // A unit without a smallest effect takes part with a p of 1, so that the others' correction holds.
    let equivalence = PermutationTest.holm(family.map { $0.equivalence ?? 1 })
    return family.indices.map { i in
      let unit = family[i]
      return Judgement(
        verdict: verdict(
          unit, p: corrected[i], shiftP: correctedAlone[i],
          equivalenceP: unit.equivalence == nil ? 1 : equivalence[i]),
        p: corrected[i], uncorrectedP: largest[i], shiftP: correctedAlone[i],
        equivalenceP: unit.equivalence == nil ? nil : equivalence[i],
        smallestEffect: unit.smallestEffect, smallestDetectable: unit.smallestDetectable,
        limitedBy: weakest[i].flatMap { $0.p > alone[i] ? $0.name : nil }, missing: unit.missing,
        isContrary: isContrary(unit))
    }
  }

  /// p of one test in the direction that counts.
  private func p(_ tails: Tails, _ unit: Tests) -> Double {
    switch direction {
    case .larger: tails.above
    case .smaller: tails.below
    case .either: min(1, 2 * (unit.isUp ? tails.above : tails.below))
    }
  }

  private func verdict(
    _ unit: Tests, p: Double, shiftP: Double, equivalenceP: Double
  ) -> Verdict {
    if equivalenceP < Self.level { return .equivalent }
    guard shiftP < Self.level else { return .unresolved }
    guard p < Self.level else { return .confounded }
    guard unit.missing.isEmpty else { return .unresolved }
    switch direction {
    case .larger: return .larger
    case .smaller: return .smaller
    case .either: return unit.isUp ? .larger : .smaller
    }
  }

  private func isContrary(_ unit: Tests) -> Bool {
    guard let low = unit.interval.first, let high = unit.interval.last else { return false }
    switch direction {
    case .larger: return high < 0
    case .smaller: return low > 0
    case .either: return false
    }
  }
}

extension Judgement {
  /// What else there is to say beside the verdict, without a full stop; empty for nothing.
  package var remark: String {
    var words: [String] = []
    switch verdict {
    case .larger, .smaller: break
    case .equivalent:
      if let smallestEffect {
        let moves =
          isContrary
          ? "moves against the claim, but " : shiftP < VerdictRule.level ? "moves, but " : ""
        words.append("\(moves)within ±\(Self.number(smallestEffect)) per octave")
      }
      if shiftP < VerdictRule.level, p >= VerdictRule.level, let limitedBy {
        words.append("not beyond \(limitedBy)")
      }
    case .confounded:
      if let limitedBy { words.append("not beyond \(limitedBy)") }
    case .unresolved:
      if isContrary { words.append("moves against the claim") }
      if !missing.isEmpty {
        let names = missing.joined(separator: " and ")
        words.append("\(names) \(missing.count == 1 ? "was" : "were") not recorded")
      }
      if let smallestDetectable {
        words.append("could have seen \(Self.number(smallestDetectable)) per octave")
      }
    }
    return words.joined(separator: "; ")
  }

  /// Four decimals, or two digits of what is smaller.
  static func number(_ value: Double) -> String {
    value != 0 && abs(value) < 0.00095
      ? String(format: "%.1e", value) : String(format: "%.4f", value)
  }
}

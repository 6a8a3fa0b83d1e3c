import Analysis
import Foundation
import TrainingRuns

/// A document of an ablation's store, which may hold any numbers.
protocol CheckedOutcome: Decodable {
  /// What no job can have brought, in one line; nil if one can.
  var problem: String? { get }
}

/// Far beyond every measure; sums and squares of such numbers are finite, and can be drawn.
private let plausible = -1e9...1e9

extension TrainingResults: CheckedOutcome {
  var problem: String? {
    guard let top1 = epochs.last?.validation?.top1 else { return nil }
    return (0...1).contains(top1) ? nil : "a share of right answers of \(top1)"
  }
}

extension ZoomResults: CheckedOutcome {
  var problem: String? {
    let numbers =
      scales + units.flatMap { [$0.shift.mean] + $0.shift.controls.values.map(\.excess) }
    if let wrong = numbers.first(where: { !plausible.contains($0) }) {
      return "a number of \(wrong)"
    }
    return headline.images < 0 ? "\(headline.images) photographs" : nil
  }
}

extension LesionResults: CheckedOutcome {
  var problem: String? {
    for effect in conditions.flatMap({ $0.byScale }) {
      let means = LesionMeasure.allCases.compactMap { effect.costs[$0]?.mean }
      if let wrong = means.first(where: { !plausible.contains($0) }) {
        return "a number of \(wrong)"
      }
    }
    return nil
  }
}

extension AblationSpecification: CheckedOutcome {
  var problem: String? {
    let names = variants.map(\.name)
    guard Set(names).count == names.count, names.contains(reference) else {
      return "a variant is named twice, or the reference is none of them"
    }
    guard !training.seeds.isEmpty, Set(training.seeds).count == training.seeds.count else {
      return "a seed is named twice, or none is"
    }
    let counts = [
      training.classes, training.pictures, training.validationPictures, training.size,
    ]
    guard counts.allSatisfy({ $0 >= 0 }), plausible.contains(training.epochs) else {
      return "its training has numbers that none has"
    }
    for variant in variants {
      let paper = [variant.paper?.error, variant.paper?.parameters, variant.paper?.macs]
      guard variant.macs >= 0, paper.compactMap({ $0 }).allSatisfy(plausible.contains) else {
        return "its variants have numbers that none has"
      }
    }
    return nil
  }
}

import Foundation

/// A part of a run, counted in epochs or as a share of all its steps.
public enum Span: Codable, Hashable, Sendable, CustomStringConvertible {
  /// So many passes over the training pictures.
  case epochs(Double)
  /// A share of the run's steps, 0 to 1.
  case share(Double)

  /// Reads `5 epochs`, `0.5 epoch` or `15 %`; nil for anything else.
  public init?(_ text: String) {
    let text = text.trimmingCharacters(in: .whitespaces)
    func number(without suffix: String) -> Double? {
      guard text.hasSuffix(suffix) else { return nil }
      let digits = text.dropLast(suffix.count).trimmingCharacters(in: .whitespaces)
      return Double(digits).flatMap { $0.isFinite && $0 >= 0 ? $0 : nil }
    }
    if let percent = number(without: "%"), percent <= 100 {
      self = .share(percent / 100)
    } else if let epochs = number(without: "epochs") ?? number(without: "epoch") {
      self = .epochs(epochs)
    } else {
      return nil
    }
  }

  /// The text that `init(_:)` reads.
  public var description: String {
    switch self {
    case .epochs(let number): "\(number.formatted()) epochs"
    case .share(let share): "\((100 * share).formatted()) %"
    }
  }

  /// The span's length in steps, not rounded.
  func steps(in run: RunLength) -> Double {
    switch self {
    case .epochs(let number): number * Double(run.stepsPerEpoch)
    case .share(let share): share * Double(run.steps)
    }
  }
}

/// How long a run is, once that is known.
public struct RunLength: Codable, Hashable, Sendable {
  /// Optimiser steps of the whole run.
  public var steps: Int
  /// Steps of a pass over the training pictures.
  public var stepsPerEpoch: Int

  /// Describes a run; both numbers are at least 1.
  public init(steps: Int, stepsPerEpoch: Int) {
    self.steps = max(1, steps)
    self.stepsPerEpoch = max(1, stepsPerEpoch)
  }

  /// Describes a run of so many epochs, rounded to steps.
  public init(epochs: Double, stepsPerEpoch: Int) {
    self.init(
      steps: Int((epochs * Double(stepsPerEpoch)).rounded()), stepsPerEpoch: stepsPerEpoch)
  }

  /// The run's length in epochs.
  public var epochs: Double { Double(steps) / Double(stepsPerEpoch) }
}

import Foundation

/// The learning rate of every step of a run.
///
/// Each shape gives PyTorch's values: `MultiStepLR` and `CosineAnnealingLR` stepped after every step,
/// behind a linear warm-up; `OneCycleLR` with its defaults.
public struct RateSchedule: Codable, Hashable, Sendable {
  /// How the rate moves after the warm-up.
  public enum Shape: String, Codable, Hashable, Sendable, CaseIterable {
    /// It stays, and is multiplied by `dropFactor` at each of `drops`.
    case step
    /// Half a cosine from the peak to 0.
    case cosine
    /// Half a cosine up from a 25th of the peak during the warm-up, another down to a 250,000th.
    case oneCycle
  }

  /// How the rate moves.
  public var shape: Shape
  /// The largest rate.
  public var peak: Double
  /// The rise to it: linear, of `oneCycle` half a cosine.
  public var warmUp: Span
  /// Where `step` drops, counted from the run's start.
  public var drops: [Span]
  /// What each drop multiplies the rate by.
  public var dropFactor: Double

  /// Describes a schedule.
  public init(
    shape: Shape, peak: Double, warmUp: Span = .percent(0), drops: [Span] = [],
    dropFactor: Double = 0.1
  ) {
    self.shape = shape
    self.peak = peak
    self.warmUp = warmUp
    self.drops = drops
    self.dropFactor = dropFactor
  }

  /// The rate of a step.
  ///
  /// - Parameters:
  ///   - step: From 0.
  ///   - run: How long the run is.
  /// - Returns: The rate that the optimiser is given.
  public func rate(step: Int, of run: RunLength) -> Double {
    if shape == .oneCycle { return oneCycle(step: step, of: run) }
    let rise = Int(warmUp.steps(in: run).rounded())
    if step < rise { return peak * Double(step + 1) / Double(rise) }
    switch shape {
    case .step:
      let passed = drops.count { Double(step) >= $0.steps(in: run).rounded() }
      return peak * pow(dropFactor, Double(passed))
    case .cosine, .oneCycle:
      let share = Double(step - rise) / Double(max(1, run.steps - rise))
      return Self.cosine(from: peak, to: 0, share: share)
    }
  }

  private func oneCycle(step: Int, of run: RunLength) -> Double {
    let start = peak / 25
    let end = start / 1e4
    // The last step of the rise, and of the run.
    let top = warmUp.steps(in: run) - 1
    let last = Double(run.steps - 1)
    let step = Double(step)
    if step <= top { return Self.cosine(from: start, to: peak, share: top > 0 ? step / top : 1) }
    let turn = max(top, 0)
    return Self.cosine(
      from: peak, to: end, share: last > turn ? min(1, (step - turn) / (last - turn)) : 1)
  }

  private static func cosine(from: Double, to: Double, share: Double) -> Double {
    to + (from - to) * (1 + cos(.pi * share)) / 2
  }
}

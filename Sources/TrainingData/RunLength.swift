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

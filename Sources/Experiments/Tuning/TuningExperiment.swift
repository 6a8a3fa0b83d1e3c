import Observing
import Recording
import Stimuli

/// Size tuning to be measured, as a user asks for it.
public struct TuningExperiment: Sendable {
  /// A network's name or file.
  public var model: String
  /// Nodes or units; empty for the last of every stage.
  public var nodes: [String] = []
  /// Orientations of the search, over half a turn.
  public var orientations = 6
  /// Spatial frequencies of the search, in equal ratios from one cycle an input to a quarter a pixel.
  public var frequencies = 8
  /// Phases of each grating, over a whole cycle.
  public var phases = 8
  /// Radii of discs and annuli, in equal ratios from 1/76 of the input's side to 0.6 of it.
  ///
  /// Of 224 pixels that is 2.9 to 133.
  public var radii = 12
  /// Michelson contrasts, ascending.
  public var contrasts = [0.06, 0.12, 0.25, 0.5, 1]
  /// How apertures end.
  public var edge = Grating.Edge.hard
  /// Degrees of visual angle that the input's side counts for.
  public var degrees = 8.0
  /// Side of the input in pixels; nil for the model's.
  public var size: Int?
  /// How gratings become the input, where it is not as the model's file says; its size is not read.
  public var input = InputChoice()
  /// Threads; nil for one a core.
  public var workers: Int?
  /// The run's folder.
  public var out: String
  /// Whether an earlier run in that folder is thrown away.
  public var startsAfresh = false
  /// Which part of the run is recorded: all of it, as nothing else can be.
  public var shard: Shard?

  /// Asks for tuning with the usual stimuli.
  public init(model: String, out: String) {
    self.model = model
    self.out = out
  }

  /// Refuses numbers that make no stimuli.
  func check() throws {
    func require(_ condition: Bool, _ problem: @autoclosure () -> String) throws {
      if !condition { throw ExperimentError.usage(problem()) }
    }
    for (flag, value, range) in [
      ("--orientations", orientations, 1...180), ("--frequencies", frequencies, 1...64),
      // A first harmonic takes three.
      ("--phases", phases, 3...64), ("--radii", radii, 2...100),
    ] {
      try require(
        range.contains(value),
        "\(flag) must be between \(range.lowerBound) and \(range.upperBound), not \(value)")
    }
    try require(
      !contrasts.isEmpty && contrasts.count <= 20
        && contrasts.allSatisfy { $0 > 0 && $0 <= 1 }
        && zip(contrasts, contrasts.dropFirst()).allSatisfy { $0 < $1 },
      "--contrasts: expected ascending numbers above 0 and up to 1")
    try require(input.crop == nil, "--crop: gratings are not cropped")
    try require(
      degrees > 0 && degrees <= 360, "--degrees must be above 0 and at most 360, not \(degrees)")
  }
}

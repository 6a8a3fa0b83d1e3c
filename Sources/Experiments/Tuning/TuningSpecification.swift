import Analysis
import Foundation
import Networks
import Stimuli

/// Everything that decides what a tuning run records, as its store keeps it, and what results need of the network.
struct TuningSpecification: Codable, Equatable {
  /// A node whose channels are asked.
  struct Target: Codable, Equatable {
    var name: String
    /// Size of its theoretical field in pixels.
    var theoretical: [Int]
    var channels: Int
    /// Branches of the unit that it is; 0 of others.
    var branches: Int
  }

  /// The network's name, where its weights come from no file whose hash would tell it.
  var network: String?
  /// Rows and columns of the network's input.
  var input: [Int]
  var targets: [Target]
  var stimuli: TuningResults.Stimuli
  /// Whether discs are shown with the gates held, too.
  var holdsGates: Bool
  /// How gratings become the input, where the model's file does not say it, or something else was asked for.
  var preprocessing: Preprocessing?

  /// An orientation with a frequency: those of one frequency after the other.
  var waves: [(orientation: Double, frequency: Double)] {
    stimuli.frequencies.flatMap { frequency in
      stimuli.orientations.map { ($0, frequency) }
    }
  }

  /// Numbers of a channel: its discs, those with the gates held, its annuli.
  var numbersOfChannel: Int {
    (holdsGates ? 2 : 1) * stimuli.contrasts.count * stimuli.radii.count + stimuli.radii.count
  }

  /// Numbers of a target's attention.
  func numbersOfAttention(_ target: Target) -> Int {
    stimuli.contrasts.count * stimuli.radii.count * target.branches
  }

  /// The same as another asks to have it reported: what an input's side counts for changes nothing recorded.
  func presented(as asked: TuningSpecification) -> TuningSpecification {
    var presented = self
    presented.stimuli.degreesPerPixel = asked.stimuli.degreesPerPixel
    return presented
  }

  /// What no run can have recorded, in one line; nil if all can be.
  var problem: String? {
    let side = 1...StimulusSpecification.maximumSize
    guard input.count == 2, input.allSatisfy(side.contains) else {
      return "a picture of \(input.count) sides, or of a size that none has"
    }
    let limits = [
      (stimuli.orientations, 1...180), (stimuli.frequencies, 1...64), (stimuli.radii, 2...100),
      (stimuli.contrasts, 1...20),
    ]
    guard limits.allSatisfy({ $1.contains($0.count) && $0.allSatisfy(\.isFinite) }),
      (3...64).contains(stimuli.phases), stimuli.radii.allSatisfy({ $0 > 0 }),
      zip(stimuli.radii, stimuli.radii.dropFirst()).allSatisfy(<),
      zip(stimuli.contrasts, stimuli.contrasts.dropFirst()).allSatisfy(<),
      stimuli.degreesPerPixel > 0, stimuli.degreesPerPixel.isFinite
    else { return "stimuli that make no tuning" }
    // A store may say so much of what it has no rows of; all that a network has is far less.
    guard (1...10_000).contains(targets.count),
      targets.reduce(0, { $0 &+ $1.channels }) <= 10_000_000,
      Set(targets.map(\.name)).count == targets.count,
      targets.allSatisfy({
        (1...1_000_000).contains($0.channels) && (0...64).contains($0.branches)
          && $0.theoretical.count == 2
          && $0.theoretical.allSatisfy((-1_000_000_000...1_000_000_000).contains)
      })
    else { return "no nodes, too many, or one that none has" }
    return nil
  }
}

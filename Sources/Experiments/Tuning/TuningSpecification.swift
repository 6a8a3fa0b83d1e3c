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
    guard (1...10_000).contains(targets.count), Set(targets.map(\.name)).count == targets.count,
      targets.allSatisfy({
        (1...1_000_000).contains($0.channels) && (0...64).contains($0.branches)
          && $0.theoretical.count == 2
          && $0.theoretical.allSatisfy((-1_000_000_000...1_000_000_000).contains)
      })
    else { return "no nodes, too many, or one that none has" }
    return nil
  }
}

/// What is recorded of a grating, as numbers that tell by themselves what they are of.
enum RecordedGrating {
  /// What every target's channels answer to a full grating: their means, then their modulations.
  static func search(_ responses: [TuningObserver.Responses]) -> [Double] {
    responses.flatMap { $0.mean + $0.modulation }
  }

  /// Responses of every target's channels to a full grating.
  ///
  /// - Returns: nil for numbers that are not those.
  static func responses(
    _ numbers: [Double], _ specification: TuningSpecification
  ) -> [TuningObserver.Responses]? {
    guard numbers.count == specification.targets.reduce(0, { $0 + 2 * $1.channels }) else {
      return nil
    }
    var rest = numbers[...]
    return specification.targets.map { target in
      let own = rest.prefix(2 * target.channels)
      rest = rest.dropFirst(2 * target.channels)
      return .init(
        mean: Array(own.prefix(target.channels)), modulation: Array(own.suffix(target.channels)))
    }
  }

  /// A target's channels that prefer a wave, with their curves and the unit's attention.
  struct Tuned {
    var channels: [(channel: Int, measure: TuningMeasure, numbers: [Double])]
    var attention: [Double]
  }

  /// Of every target how many channels there are, each with its index, whether it is judged by its modulation, and
  /// its curves; the attention where there are any.
  static func curves(_ tuned: [Tuned]) -> [Double] {
    var numbers: [Double] = []
    for own in tuned {
      numbers.append(Double(own.channels.count))
      for channel in own.channels {
        numbers.append(Double(channel.channel))
        numbers.append(channel.measure == .modulation ? 1 : 0)
        numbers += channel.numbers
      }
      numbers += own.attention
    }
    return numbers
  }

  /// The curves of every target.
  ///
  /// - Returns: nil for numbers that are not those.
  static func tuned(_ numbers: [Double], _ specification: TuningSpecification) -> [Tuned]? {
    var rest = numbers[...]
    func take(_ count: Int) -> [Double]? {
      guard rest.count >= count else { return nil }
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
    var tuned: [Tuned] = []
    for target in specification.targets {
      guard let count = take(1).flatMap({ Int(exactly: $0[0]) }),
        (0...target.channels).contains(count)
      else { return nil }
      var own = Tuned(channels: [], attention: [])
      var last = -1
      for _ in 0..<count {
        guard let head = take(2), let channel = Int(exactly: head[0]), channel > last,
          channel < target.channels, let numbers = take(specification.numbersOfChannel)
        else { return nil }
        last = channel
        own.channels.append((channel, head[1] == 1 ? .modulation : .mean, numbers))
      }
      if count > 0 {
        guard let attention = take(specification.numbersOfAttention(target)) else { return nil }
        own.attention = attention
      }
      tuned.append(own)
    }
    return rest.isEmpty ? tuned : nil
  }
}

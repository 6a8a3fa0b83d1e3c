import Analysis
import Observing

/// What is recorded of a grating, as numbers that tell by themselves what they are of.
enum RecordedGrating {
  /// Whether all are numbers that a grating gives.
  static func areUsable(_ arrays: [[Double]]) -> Bool {
    arrays.allSatisfy { $0.allSatisfy { $0.isFinite && abs($0) < 1e30 } }
  }

  /// Lets only pass what can be read back.
  ///
  /// - Throws: `ExperimentError` naming the grating.
  static func usable(_ arrays: [[Double]], ofGrating name: String) throws -> [[Double]] {
    guard areUsable(arrays) else {
      throw ExperimentError.failure("\(name): the network's values are not finite, or beyond 1e30")
    }
    return arrays
  }

  /// What every target's channels answer to a full grating: an array a target, with the blank's values, then each
  /// phase's.
  static func search(_ shown: [TuningObserver.Shown]) -> [[Double]] {
    shown.map { $0.blank + $0.phases.joined() }
  }

  /// What every target's channels answered to a full grating, phase by phase.
  ///
  /// - Returns: nil for numbers that are not those.
  static func shown(
    _ arrays: [[Double]], _ specification: TuningSpecification
  ) -> [TuningObserver.Shown]? {
    let rows = 1 + specification.stimuli.phases
    guard arrays.count == specification.targets.count,
      zip(arrays, specification.targets).allSatisfy({ $0.count == rows * $1.channels })
    else { return nil }
    return zip(arrays, specification.targets).map { numbers, target in
      let values = (0..<rows).map { row in
        Array(numbers[row * target.channels..<(row + 1) * target.channels])
      }
      return TuningObserver.Shown(blank: values[0], phases: Array(values[1...]))
    }
  }

  /// Responses of every target's channels to a full grating.
  ///
  /// - Returns: nil for numbers that are not those.
  static func responses(
    _ arrays: [[Double]], _ specification: TuningSpecification
  ) -> [TuningObserver.Responses]? {
    shown(arrays, specification).map { $0.map(\.responses) }
      ?? responsesOfBefore(arrays, specification)
  }

  /// What runs of before recorded: every target's means above the blank, then its modulations, all in one array.
  private static func responsesOfBefore(
    _ arrays: [[Double]], _ specification: TuningSpecification
  ) -> [TuningObserver.Responses]? {
    guard arrays.count == 1,
      arrays[0].count == specification.targets.reduce(0, { $0 + 2 * $1.channels })
    else { return nil }
    var rest = arrays[0][...]
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

import Analysis

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

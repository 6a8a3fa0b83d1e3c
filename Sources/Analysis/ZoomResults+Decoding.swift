import Foundation

extension ZoomResults.Shift: Decodable {
  private enum Key: CodingKey {
    case from, to, mean, interval, slope, imagesUp, channelsUp, p, uncorrectedP, controls, judgement
  }

  /// Reads a shift; what format version 1 lacks is worked out as far as its values allow.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    from = try values.decode(Double.self, forKey: .from)
    to = try values.decode(Double.self, forKey: .to)
    mean = try values.decode(Double.self, forKey: .mean)
    interval = try values.decode([Double].self, forKey: .interval)
    imagesUp = try values.decode(Double.self, forKey: .imagesUp)
    channelsUp = try values.decode(Double.self, forKey: .channelsUp)
    // Version 1 has both, `p` corrected over all units.
    p =
      try values.decodeIfPresent(Double.self, forKey: .uncorrectedP)
      ?? values.decode(Double.self, forKey: .p)
    let octaves = log2(to / from)
    slope =
      try values.decodeIfPresent(Estimate.self, forKey: .slope)
      ?? Estimate(mean: octaves > 0 ? mean / octaves : 0, interval: [])
    controls = try values.decode([String: ZoomResults.Control].self, forKey: .controls)
    for name in controls.keys { controls[name]?.completeSlopes(octaves: octaves, name) }
    judgement = try values.decodeIfPresent(Judgement.self, forKey: .judgement)
  }
}

extension ZoomResults.Control: Decodable {
  private enum Key: CodingKey {
    case role, counts, images, mean, interval, excess, excessInterval, slope, excessSlope
  }

  /// Reads a control; of format version 1 its slopes are completed by the shift that it stands in.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    let none = Estimate(mean: .nan, interval: [])
    role = try values.decodeIfPresent(ControlRole.self, forKey: .role) ?? .reported
    counts = try values.decodeIfPresent(Bool.self, forKey: .counts) ?? false
    images = try values.decode(Int.self, forKey: .images)
    mean = try values.decode(Double.self, forKey: .mean)
    interval = try values.decode([Double].self, forKey: .interval)
    excess = try values.decode(Double.self, forKey: .excess)
    excessInterval = try values.decode([Double].self, forKey: .excessInterval)
    slope = try values.decodeIfPresent(Estimate.self, forKey: .slope) ?? none
    excessSlope = try values.decodeIfPresent(Estimate.self, forKey: .excessSlope) ?? none
  }

  fileprivate mutating func completeSlopes(octaves: Double, _ name: String) {
    guard slope.mean.isNaN, octaves > 0 else { return }
    role = ControlRole(of: name)
    counts = role != .reported && !ControlRole.differences.contains(name)
    slope = Estimate(mean: mean / octaves, interval: [])
    excessSlope = Estimate(mean: excess / octaves, interval: [])
  }
}

extension ZoomResults.UnitResult: Decodable {
  private enum Key: CodingKey { case name, stage, channels, branches, byScale, shift }

  /// Reads a unit; of format version 1 the slope is that of the means at all scales.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    name = try values.decode(String.self, forKey: .name)
    stage = try values.decode(Int.self, forKey: .stage)
    channels = try values.decode(Int.self, forKey: .channels)
    branches = try values.decode([ZoomResults.Branch].self, forKey: .branches)
    byScale = try values.decode([ZoomResults.ScaleResult].self, forKey: .byScale)
    shift = try values.decode(ZoomResults.Shift.self, forKey: .shift)
    guard shift.slope.interval.isEmpty,
      let slope = SlopePerOctave.slope(byScale.map(\.difference), at: byScale.map(\.scale))
    else { return }
    shift.slope.mean = slope
  }
}

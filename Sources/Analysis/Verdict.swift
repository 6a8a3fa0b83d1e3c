/// What a unit's shift may be said to show.
public enum Verdict: String, Codable, Equatable, Sendable {
  /// Turns to the larger kernel, beyond its blur and spectrum controls.
  case larger
  /// Turns to the smaller kernel, beyond its blur and spectrum controls.
  case smaller
  /// Moves, but not beyond both controls: sharpness or frequency content may explain it.
  case confounded
  /// Moves, and blur or spectrum was not recorded.
  case uncontrolled
  /// No shift that could be told from none.
  case none
}

extension Results.Shift {
  /// What the shift may be said to show: corrected p below 0.05, and the excess over both blur and
  /// spectrum away from zero in the shift's own direction.
  public var verdict: Verdict {
    guard p < 0.05, mean != 0 else { return .none }
    guard let blur = controls["blur"], let spectrum = controls["spectrum"] else {
      return .uncontrolled
    }
    let isBeyond = [blur, spectrum].allSatisfy { control in
      mean > 0 ? control.excessInterval[0] > 0 : control.excessInterval[1] < 0
    }
    guard isBeyond else { return .confounded }
    return mean > 0 ? .larger : .smaller
  }

  private enum WrittenKeys: CodingKey {
    case from, to, mean, interval, imagesUp, channelsUp, p, uncorrectedP, controls, verdict
  }

  /// Writes the shift and, for readers of the file, the verdict that follows from it.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: WrittenKeys.self)
    try container.encode(from, forKey: .from)
    try container.encode(to, forKey: .to)
    try container.encode(mean, forKey: .mean)
    try container.encode(interval, forKey: .interval)
    try container.encode(imagesUp, forKey: .imagesUp)
    try container.encode(channelsUp, forKey: .channelsUp)
    try container.encode(p, forKey: .p)
    try container.encode(uncorrectedP, forKey: .uncorrectedP)
    try container.encode(controls, forKey: .controls)
    try container.encode(verdict, forKey: .verdict)
  }
}

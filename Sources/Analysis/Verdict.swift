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
}

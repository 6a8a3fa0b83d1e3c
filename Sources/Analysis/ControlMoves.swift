/// What a control moves in some units, photograph by photograph, and the zoom beyond it.
///
/// Nil stands for a photograph that lacks the control at the largest scale, or anything to start from.
/// Slopes are over the scales at which the control was recorded and its start.
struct ControlMoves {
  /// From end to end.
  let shifts: [Double?]
  /// Slopes per octave.
  let slopes: [Double?]
  /// The zoom's shift minus the control's.
  let excesses: [Double?]
  /// Slopes per octave of the zoom minus the control.
  let excessSlopes: [Double?]

  init(of control: String, units: [Int], in table: MeasureTable) {
    let zoom = table.columns(units: units)
    let own = table.columns(units: units, control: control)
    guard let first = own.first, let last = own.last, own.count > 1 else {
      let none = [Double?](repeating: nil, count: table.photographs.count)
      (shifts, slopes, excesses, excessSlopes) = (none, none, none, none)
      return
    }
    let isThere = zip(first, last).map { $0 != nil && $1 != nil }
    let moves = own.map { column in zip(column, isThere).map { $1 ? $0 : nil } }
    let beyond = zip(zoom, moves).map { zoom, control in
      zip(zoom, control).map { zoom, control -> Double? in
        guard let zoom, let control else { return nil }
        return zoom - control
      }
    }
    shifts = Self.ends(moves)
    slopes = SlopePerOctave.slopes(moves, at: table.scales)
    excesses = Self.ends(beyond)
    excessSlopes = SlopePerOctave.slopes(beyond, at: table.scales)
  }

  /// From the smallest to the largest scale, of `[scale][photograph]`.
  private static func ends(_ columns: [[Double?]]) -> [Double?] {
    zip(columns[0], columns[columns.count - 1]).map { from, to in
      guard let from, let to else { return nil }
      return to - from
    }
  }
}

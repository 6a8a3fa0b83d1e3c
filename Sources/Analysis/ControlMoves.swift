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
    let zoom = table.series(units: units)
    let rows = table.series(units: units, control: control).map { row -> [Double?]? in
      guard row.count > 1, let first = row.first, first != nil, let last = row.last, last != nil
      else { return nil }
      return row
    }
    func ends(_ row: [Double?]) -> Double? {
      guard let from = row.first ?? nil, let to = row.last ?? nil else { return nil }
      return to - from
    }
    let differences = zip(zoom, rows).map { zoom, row in
      row.map { row in
        zip(zoom, row).map { zoom, control -> Double? in
          guard let zoom, let control else { return nil }
          return zoom - control
        }
      }
    }
    shifts = rows.map { $0.flatMap(ends) }
    slopes = rows.map { $0.flatMap { SlopePerOctave.slope($0, at: table.scales) } }
    excesses = differences.map { $0.flatMap(ends) }
    excessSlopes = differences.map { $0.flatMap { SlopePerOctave.slope($0, at: table.scales) } }
  }
}

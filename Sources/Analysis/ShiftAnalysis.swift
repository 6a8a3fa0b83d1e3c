/// Statistics of several groups of units (single units, or stages) over the same photographs.
///
/// The groups are one family for Holm's correction and share their resamples.
struct ShiftAnalysis {
  let table: MeasureTable
  let options: AnalysisOptions

  /// Means and intervals of one group at every scale, and its shift.
  func results(for groups: [[Int]]) -> [(byScale: [Results.ScaleResult], shift: Results.Shift)] {
    guard !groups.isEmpty, !table.photographs.isEmpty, let from = table.scales.first,
      let to = table.scales.last
    else { return [] }
    let byScale = groups.map { units in
      table.scales.map { table.values(units: units, scale: $0).map { $0 ?? 0 } }
    }
    let shifts = byScale.map { zip($0[$0.count - 1], $0[0]).map { $0 - $1 } }
    // Every scale of every group, then every shift.
    let all = SeriesMatrix(byScale.flatMap { $0 } + shifts)
    let intervals = Bootstrap.intervals(
      all, samples: options.samples(photographs: all.rows), seed: options.seed)
    let uncorrected = PermutationTest.pValues(
      SeriesMatrix(shifts), permutations: options.permutations, seed: options.seed)
    let corrected = PermutationTest.holm(uncorrected)
    let controls = controlResults(for: groups, shifts: shifts)
    let scaleCount = table.scales.count
    return groups.indices.map { g in
      let scaleResults = table.scales.indices.map { s in
        Results.ScaleResult(
          scale: table.scales[s],
          meanAttention: table.meanAttention(units: groups[g], scale: table.scales[s]),
          difference: Self.mean(byScale[g][s]), interval: intervals[g * scaleCount + s])
      }
      let shift = Results.Shift(
        from: from, to: to, mean: Self.mean(shifts[g]),
        interval: intervals[groups.count * scaleCount + g],
        imagesUp: Double(shifts[g].count { $0 > 0 }) / Double(max(shifts[g].count, 1)),
        channelsUp: table.channelsUp(units: groups[g]), p: corrected[g],
        uncorrectedP: uncorrected[g], controls: controls[g])
      return (scaleResults, shift)
    }
  }

  /// Every control's shift and the zoom's excess over it, paired over the photographs that have it.
  private func controlResults(for groups: [[Int]], shifts: [[Double]])
    -> [[String: Results.Control]]
  {
    var results = [[String: Results.Control]](repeating: [:], count: groups.count)
    for name in table.controls {
      let all = groups.map { table.moves(units: $0, control: name) }
      let present = all[0].indices.filter { all[0][$0] != nil }
      guard !present.isEmpty else { continue }
      let moves = all.map { moves in present.map { moves[$0] ?? 0 } }
      let excesses = groups.indices.map { g in
        zip(present, moves[g]).map { shifts[g][$0] - $1 }
      }
      let matrix = SeriesMatrix(moves + excesses)
      let intervals = Bootstrap.intervals(
        matrix, samples: options.samples(photographs: matrix.rows), seed: options.seed)
      for g in groups.indices {
        results[g][name] = Results.Control(
          images: present.count, mean: Self.mean(moves[g]), interval: intervals[g],
          excess: Self.mean(excesses[g]), excessInterval: intervals[groups.count + g])
      }
    }
    return results
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(max(values.count, 1))
  }
}

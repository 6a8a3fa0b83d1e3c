/// Statistics of several groups of units (single units, or stages) over the same photographs.
///
/// The groups share their resamples. Those of the primary family are judged.
struct ShiftAnalysis {
  let table: MeasureTable
  let options: AnalysisOptions

  /// Means and intervals of one group at every scale, and its shift.
  ///
  /// - Parameters:
  ///   - groups: Names, and places of the units that are averaged.
  ///   - family: The primary family; nil where nothing is judged.
  /// - Returns: A result for each group; none with fewer than two scales or without photographs.
  func results(
    for groups: [(name: String, units: [Int])], family: PrimaryFamily?
  ) -> [(byScale: [ZoomResults.ScaleResult], shift: ZoomResults.Shift)] {
    guard !groups.isEmpty, !table.photographs.isEmpty, table.scales.count > 1,
      let from = table.scales.first, let to = table.scales.last
    else { return [] }
    let series = groups.map { table.series(units: $0.units).map { $0.map { $0 ?? 0 } } }
    let byScale = series.map { rows in table.scales.indices.map { step in rows.map { $0[step] } } }
    let shifts = byScale.map { zip($0[$0.count - 1], $0[0]).map { $0 - $1 } }
    let weights = SlopePerOctave.weights(table.scales)
    let slopes = series.map { $0.map { zip(weights, $0).reduce(0) { $0 + $1.0 * $1.1 } } }
    // Every scale of every group, then every shift, then every slope.
    let estimates = options.estimates(of: byScale.flatMap { $0 } + shifts + slopes)
    let p = PermutationTest.pValues(
      SeriesMatrix(slopes), permutations: options.permutations, seed: options.seed)
    let controls = controls(for: groups)
    let controlResults = controls.mapValues(results)
    let scaleCount = table.scales.count
    let slopeEstimates = Array(estimates.suffix(groups.count))
    let judgements = judgements(
      of: groups.map(\.name), slopes, slopeEstimates.map(\.interval), controls, family)
    return groups.indices.map { g in
      let scaleResults = table.scales.indices.map { s in
        let estimate = estimates[g * scaleCount + s]
        return ZoomResults.ScaleResult(
          scale: table.scales[s],
          meanAttention: table.meanAttention(units: groups[g].units, step: s),
          difference: estimate.mean, interval: estimate.interval)
      }
      let shift = estimates[groups.count * scaleCount + g]
      return (
        scaleResults,
        ZoomResults.Shift(
          from: from, to: to, mean: shift.mean, interval: shift.interval,
          slope: slopeEstimates[g],
          imagesUp: Double(shifts[g].count { $0 > 0 }) / Double(shifts[g].count),
          channelsUp: table.channelsUp(units: groups[g].units), p: p[g],
          controls: controlResults.mapValues { $0[g] }, judgement: judgements[groups[g].name])
      )
    }
  }

  /// A control's moves in every group, paired over the photographs that have it.
  private struct Found {
    let role: ControlRole
    /// Whether verdicts rest on it.
    let counts: Bool
    let images: Int
    let moves: [ControlMoves]
  }

  private func controls(for groups: [(name: String, units: [Int])]) -> [String: Found] {
    var found: [String: Found] = [:]
    for name in table.controls {
      let moves = groups.map { ControlMoves(of: name, units: $0.units, in: table) }
      let images = moves[0].shifts.count { $0 != nil }
      guard images > 0 else { continue }
      let role = ControlRole(of: name)
      let counts =
        role != .reported && 2 * images >= table.photographs.count
        && (!ControlRole.differences.contains(name) || table.startsFromItsOwn(name))
      found[name] = Found(role: role, counts: counts, images: images, moves: moves)
    }
    return found
  }

  /// Every group's move of a control and the zoom's excess over it, with intervals.
  private func results(_ control: Found) -> [ZoomResults.Control] {
    let moves = control.moves
    let parts = [\ControlMoves.shifts, \.excesses, \.slopes, \.excessSlopes]
    let estimates = options.estimates(
      of: parts.flatMap { part in moves.map { $0[keyPath: part].compactMap { $0 } } })
    return moves.indices.map { g in
      func estimate(_ part: Int) -> Estimate { estimates[part * moves.count + g] }
      return ZoomResults.Control(
        role: control.role, counts: control.counts, images: control.images,
        mean: estimate(0).mean, interval: estimate(0).interval, excess: estimate(1).mean,
        excessInterval: estimate(1).interval, slope: estimate(2), excessSlope: estimate(3))
    }
  }

  /// Names of the controls on which verdicts rest, those that decide first.
  var countingControls: [String] {
    guard !table.photographs.isEmpty, table.scales.count > 1 else { return [] }
    // Which photographs have a control is the same in every unit.
    return ControlRole.ordered(
      controls(for: [(name: "", units: [0])]).filter(\.value.counts).keys)
  }

  private func judgements(
    of names: [String], _ slopes: [[Double]], _ intervals: [[Double]], _ controls: [String: Found],
    _ family: PrimaryFamily?
  ) -> [String: Judgement] {
    guard let family else { return [:] }
    let evidence = evidence(of: names, slopes, controls, family)
    let judged = VerdictRule(family.direction).judge(
      evidence.map(\.evidence), intervals: evidence.map { intervals[$0.group] },
      permutations: options.permutations, seed: options.seed)
    return Dictionary(
      zip(evidence, judged).map { (names[$0.group], $1) }, uniquingKeysWith: { first, _ in first })
  }

  /// What a family's verdicts rest on, with the place of each of its units among the groups.
  private func evidence(
    of names: [String], _ slopes: [[Double]], _ controls: [String: Found], _ family: PrimaryFamily
  ) -> [(group: Int, evidence: Evidence)] {
    let counting = controls.filter(\.value.counts)
    return family.units.enumerated().compactMap { place, name in
      guard let group = names.firstIndex(of: name) else { return nil }
      return (
        group,
        Evidence(
          slopes: slopes[group],
          controls: counting.mapValues { found in
            let moves = found.moves[group]
            return found.role == .matched ? moves.slopes : moves.excessSlopes
          }, smallestEffect: family.smallestEffects[place],
          missing: ControlRole.required.filter { counting[$0] == nil })
      )
    }
  }

  /// What a family's verdicts rest on.
  ///
  /// - Parameters:
  ///   - groups: As those of `results(for:family:)`.
  ///   - family: The primary family.
  /// - Returns: The evidence by the unit's name.
  func evidence(
    for groups: [(name: String, units: [Int])], family: PrimaryFamily
  ) -> [(name: String, evidence: Evidence)] {
    guard !groups.isEmpty, !table.photographs.isEmpty, table.scales.count > 1 else { return [] }
    let slopes = groups.map { group in
      table.series(units: group.units).map { SlopePerOctave.slope($0, at: table.scales) ?? 0 }
    }
    return evidence(of: groups.map(\.name), slopes, controls(for: groups), family)
      .map { (groups[$0.group].name, $0.evidence) }
  }
}

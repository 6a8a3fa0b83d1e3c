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
    let byScale = groups.map { table.columns(units: $0.units).map { $0.map { $0 ?? 0 } } }
    let shifts = byScale.map { zip($0[$0.count - 1], $0[0]).map { $0 - $1 } }
    let weights = SlopePerOctave.weights(table.scales)
    let slopes = byScale.map { columns in
      table.photographs.indices.map { photograph in
        zip(weights, columns).reduce(0) { $0 + $1.0 * $1.1[photograph] }
      }
    }
    // Every scale of every group, then every shift, then every slope.
    let estimates = options.estimates(of: byScale.flatMap { $0 } + shifts + slopes)
    let p = PermutationTest.pValues(
      SeriesMatrix(slopes), permutations: options.permutations, seed: options.seed)
    let judged = groups.map { family?.units.contains($0.name) ?? false }
    var controlResults: [String: [ZoomResults.Control]] = [:]
    var tested: Tested = [:]
    forEachControl(for: groups) { control, moves in
      controlResults[control.name] = results(control, moves)
      if control.counts {
        tested[control.name] = zip(moves, judged).map { $1 ? control.tested($0) : [] }
      }
    }
    let scaleCount = table.scales.count
    let slopeEstimates = Array(estimates.suffix(groups.count))
    let judgements = judgements(
      of: groups.map(\.name), slopes, slopeEstimates.map(\.interval), tested, family)
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

  /// A control that some photograph has.
  private struct Found {
    let name: String
    let role: ControlRole
    /// Whether verdicts rest on it.
    let counts: Bool
    let images: Int

    /// What verdicts rest on.
    func tested(_ moves: ControlMoves) -> [Double?] {
      role == .matched ? moves.slopes : moves.excessSlopes
    }
  }

  /// What is tested of the controls that count, by name, in every group; empty of one that is not judged.
  private typealias Tested = [String: [[Double?]]]

  /// Hands over each control with its moves in every group, paired over the photographs that have it: of one
  /// control at a time, as they take as much memory as all photographs.
  private func forEachControl(
    for groups: [(name: String, units: [Int])], _ body: (Found, [ControlMoves]) -> Void
  ) {
    for name in table.controls {
      let moves = groups.map { ControlMoves(of: name, units: $0.units, in: table) }
      let images = moves[0].shifts.count { $0 != nil }
      guard images > 0 else { continue }
      let role = ControlRole(of: name)
      let counts =
        role != .reported && 2 * images >= table.photographs.count
        && (!ControlRole.differences.contains(name) || table.startsFromItsOwn(name))
      body(Found(name: name, role: role, counts: counts, images: images), moves)
    }
  }

  /// Every group's move of a control and the zoom's excess over it, with intervals.
  private func results(_ control: Found, _ moves: [ControlMoves]) -> [ZoomResults.Control] {
    let parts = [\ControlMoves.shifts, \.excesses, \.slopes, \.excessSlopes]
    let estimates = options.estimates(
      of: SeriesMatrix(parts.count * moves.count) { place in
        let (part, group) = place.quotientAndRemainder(dividingBy: moves.count)
        return moves[group][keyPath: parts[part]].compactMap { $0 }
      })
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
    var counting: [String] = []
    forEachControl(for: [(name: "", units: [0])]) { control, _ in
      if control.counts { counting.append(control.name) }
    }
    return ControlRole.ordered(counting)
  }

  private func judgements(
    of names: [String], _ slopes: [[Double]], _ intervals: [[Double]], _ tested: Tested,
    _ family: PrimaryFamily?
  ) -> [String: Judgement] {
    guard let family else { return [:] }
    let evidence = evidence(of: names, slopes, tested, family)
    let judged = VerdictRule(family.direction).judge(
      evidence.map(\.evidence), intervals: evidence.map { intervals[$0.group] },
      permutations: options.permutations, seed: options.seed)
    return Dictionary(
      zip(evidence, judged).map { (names[$0.group], $1) }, uniquingKeysWith: { first, _ in first })
  }

  /// What a family's verdicts rest on, with the place of each of its units among the groups.
  private func evidence(
    of names: [String], _ slopes: [[Double]], _ tested: Tested, _ family: PrimaryFamily
  ) -> [(group: Int, evidence: Evidence)] {
    family.units.enumerated().compactMap { place, name in
      guard let group = names.firstIndex(of: name) else { return nil }
      return (
        group,
        Evidence(
          slopes: slopes[group],
          controls: tested.mapValues { $0[group] }, smallestEffect: family.smallestEffects[place],
          missing: ControlRole.required.filter { tested[$0] == nil })
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
      SlopePerOctave.slopes(table.columns(units: group.units), at: table.scales).map { $0 ?? 0 }
    }
    var tested: Tested = [:]
    forEachControl(for: groups) { control, moves in
      if control.counts { tested[control.name] = moves.map(control.tested) }
    }
    return evidence(of: groups.map(\.name), slopes, tested, family)
      .map { (groups[$0.group].name, $0.evidence) }
  }
}

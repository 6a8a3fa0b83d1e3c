extension FieldResults.Null {
  /// Statistics of a node's nulls.
  ///
  /// - Parameters:
  ///   - nulls: Each with `[photograph][scale]` under it.
  ///   - measured: `[photograph][scale]` without them.
  ///   - scales: Ascending.
  ///   - options: Seed and sample sizes.
  /// - Returns: One a null, in their order.
  static func all(
    _ nulls: [(null: FieldNull, sizes: [[FieldSizes?]])], beside measured: [[FieldObservation?]],
    scales: [Double], _ options: AnalysisOptions
  ) -> [FieldResults.Null] {
    let own = measured.map { $0.map { $0?.full.spread } }
    let steps = nulls.map { null, sizes in
      scales.indices.compactMap { FieldNullStep(null, sizes, own, at: $0) }
    }
    // One set of resamples for all of them.
    var estimates = options.separateEstimates(of: steps.joined().flatMap(\.series))[...]
    return zip(nulls, steps).map { null, steps in
      FieldResults.Null(
        null: null.null,
        byScale: steps.map { step in
          let own = Array(estimates.prefix(step.series.count))
          estimates = estimates.dropFirst(own.count)
          return step.result(scales, own, options)
        })
    }
  }
}

/// The series behind a null at a scale.
private struct FieldNullStep {
  let step: Int
  let sigmas: [[Double]]
  let spreads: [Double]
  /// Measured minus null, paired; nil where nothing pairs.
  let excess: [Double]?
  /// The measured spreads, where they are compared without pairs; nil where there are none.
  let measured: [Double]?
  let change: [Double]?
  let changeExcess: [Double]?

  init?(_ null: FieldNull, _ sizes: [[FieldSizes?]], _ own: [[Double?]], at step: Int) {
    let seen = sizes.compactMap { $0[step] }
    guard !seen.isEmpty else { return nil }
    self.step = step
    sigmas = (0..<2).map { axis in seen.map { $0.sigma[axis] } }
    spreads = seen.map(\.spread)
    let other = sizes.map { $0.map { $0?.spread } }
    let seenOwn = own.compactMap { $0[step] }
    measured = null.isPaired || seenOwn.isEmpty ? nil : seenOwn
    excess =
      null.isPaired ? Self.differences(own.map { $0[step] }, other.map { $0[step] }) : nil
    guard step > 0, null.isPaired else {
      change = nil
      changeExcess = nil
      return
    }
    let moves = Self.moves(other, to: step)
    let changes = moves.compactMap { $0 }
    change = changes.isEmpty ? nil : changes
    changeExcess = Self.differences(Self.moves(own, to: step), moves)
  }

  /// All that are estimated from paired values, in order.
  var series: [[Double]] {
    sigmas + [spreads] + [excess, change, changeExcess].compactMap { $0 }
  }

  func result(
    _ scales: [Double], _ estimates: [Estimate], _ options: AnalysisOptions
  ) -> FieldResults.NullScale {
    var rest = estimates.dropFirst(3)
    func difference(_ values: [Double]?) -> FieldResults.Difference? {
      values.flatMap { values in
        rest.popFirst().map { FieldResults.Difference($0, of: values) }
      }
    }
    let paired = difference(excess)
    let apart = measured.map { FieldResults.Difference($0, minus: spreads, options) }
    return FieldResults.NullScale(
      scale: scales[step], images: spreads.count, sigma: Array(estimates[..<2]),
      spread: estimates[2],
      excess: paired ?? apart,
      change: difference(change), changeExcess: difference(changeExcess))
  }

  /// Nil where nothing pairs.
  private static func differences(_ own: [Double?], _ other: [Double?]) -> [Double]? {
    let found = zip(own, other).compactMap { own, other in
      own.flatMap { own in other.map { own - $0 } }
    }
    return found.isEmpty ? nil : found
  }

  /// Of each picture what its spread changes by since the smallest scale.
  private static func moves(_ spreads: [[Double?]], to step: Int) -> [Double?] {
    spreads.map { row in row[0].flatMap { first in row[step].map { $0 - first } } }
  }
}

extension FieldResults.Difference {
  /// The mean of differences, each paired with itself.
  init(_ estimate: Estimate, of values: [Double]) {
    self.init(
      mean: estimate.mean, interval: estimate.interval,
      smallestDetectable: MeanTest(of: values)
        .smallestDetectable(level: VerdictRule.level / 2))
  }

  /// The difference of the means of two sets that nothing pairs.
  fileprivate init(_ values: [Double], minus others: [Double], _ options: AnalysisOptions) {
    let estimate = options.estimates(of: [values], minus: [others])[0]
    self.init(
      mean: estimate.mean, interval: estimate.interval,
      smallestDetectable: MeanTest(of: values, minus: others)
        .smallestDetectable(level: VerdictRule.level / 2))
  }
}

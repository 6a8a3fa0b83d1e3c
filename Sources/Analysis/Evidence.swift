/// What a verdict on one unit rests on, photograph by photograph.
package struct Evidence: Sendable {
  /// Slope per octave of every photograph.
  package var slopes: [Double]
  /// What is tested beside it, by control: the excess of the slope, or of a matched control its own slope; nil
  /// for a photograph without the control.
  package var controls: [String: [Double?]]
  /// The smallest slope per octave that matters; nil where none is known.
  package var smallestEffect: Double?
  /// Controls that are required and were not recorded.
  package var missing: [String]

  package init(
    slopes: [Double], controls: [String: [Double?]], smallestEffect: Double?, missing: [String]
  ) {
    self.slopes = slopes
    self.controls = controls
    self.smallestEffect = smallestEffect
    self.missing = missing
  }

  /// Values of every test, each over the photographs that have it.
  var series: [[Double]] {
    [slopes] + controls.keys.sorted().map { (controls[$0] ?? []).compactMap { $0 } }
  }
}

extension VerdictRule {
  /// Judges a family by its photographs: sign-flip permutation tests, which share their patterns.
  ///
  /// - Parameters:
  ///   - family: The units' evidence, over the same photographs.
  ///   - intervals: 95 % intervals of the units' slopes; none leaves `isContrary` false.
  ///   - permutations: Sample size where not all patterns are tried.
  ///   - seed: Of the patterns, and of the resamples behind the smallest detectable slope.
  ///   - findsDetectable: Whether the smallest detectable slope is worked out.
  /// - Returns: A judgement for each.
  package func judge(
    _ family: [Evidence], intervals: [[Double]] = [], permutations: Int, seed: UInt64,
    findsDetectable: Bool = true
  ) -> [Judgement] {
    guard !family.isEmpty else { return [] }
    func tails(_ series: [[Double]]) -> [Tails] {
      PermutationTest.tails(SeriesMatrix(series), permutations: permutations, seed: seed)
    }
    // The slopes, and the slopes on either bound of what matters.
    let bounded = family.indices.filter { family[$0].smallestEffect != nil }
    let slopes = tails(
      family.map(\.slopes)
        + bounded.flatMap { i -> [[Double]] in
          let effect = family[i].smallestEffect ?? 0
          return [family[i].slopes.map { $0 + effect }, family[i].slopes.map { $0 - effect }]
        })
    var equivalence = [Double?](repeating: nil, count: family.count)
    for (place, i) in bounded.enumerated() {
      let (lower, upper) = (slopes[family.count + 2 * place], slopes[family.count + 2 * place + 1])
      equivalence[i] = max(lower.above, upper.below)
    }
    var controls = [[String: Tails]](repeating: [:], count: family.count)
    for name in Set(family.flatMap(\.controls.keys)).sorted() {
      let having = family.indices.filter { family[$0].controls[name] != nil }
      let found = tails(having.map { (family[$0].controls[name] ?? []).compactMap { $0 } })
      for (i, tails) in zip(having, found) { controls[i][name] = tails }
    }
    return judge(
      family.indices.map { i in
        Tests(
          isUp: family[i].slopes.reduce(0, +) > 0, shift: slopes[i], controls: controls[i],
          equivalence: equivalence[i], smallestEffect: family[i].smallestEffect,
          smallestDetectable: findsDetectable
            ? DetectableSlope(family[i], of: family.count, direction, seed: seed)
              .smallest(photographs: family[i].slopes.count) : nil,
          missing: family[i].missing, interval: i < intervals.count ? intervals[i] : [])
      })
  }
}

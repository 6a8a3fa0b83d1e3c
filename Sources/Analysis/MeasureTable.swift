/// Measures of some photographs by unit, scale and control.
struct MeasureTable {
  let photographs: [RecordedPhotograph]
  private let measure: BranchMeasure
  let scales: [Double]

  init(_ photographs: [RecordedPhotograph], measure: BranchMeasure, scales: [Double]) {
    self.photographs = photographs
    self.measure = measure
    self.scales = scales
  }

  private func stimulus(_ photograph: Int, _ scale: Double, _ control: String?)
    -> RecordedStimulus?
  {
    photographs[photograph].stimuli.first { $0.scale == scale && $0.control == control }
  }

  /// Mean attention `[branch]` over photographs at a scale, averaged over some units.
  func meanAttention(units: [Int], scale: Double) -> [Double] {
    var sums = [Double](repeating: 0, count: measure.coefficients.count)
    for photograph in photographs.indices {
      guard let stimulus = stimulus(photograph, scale, nil) else { continue }
      for unit in units {
        for m in sums.indices { sums[m] += stimulus.meanAttention[unit][m] }
      }
    }
    return sums.map { $0 / Double(max(photographs.count * units.count, 1)) }
  }

  /// The measure per photograph, averaged over some units; nil where the stimulus is missing.
  func values(units: [Int], scale: Double, control: String? = nil) -> [Double?] {
    photographs.indices.map { photograph in
      stimulus(photograph, scale, control).map { stimulus in
        units.reduce(0) { $0 + measure.value(of: stimulus.meanAttention[$1]) }
          / Double(units.count)
      }
    }
  }

  /// What the measure moves from the smallest scale to the largest, per photograph.
  ///
  /// A control ends at its own largest scale and starts from the zoom's smallest, except `untrained`,
  /// another network, which starts from its own.
  ///
  /// - Parameters:
  ///   - units: What is averaged.
  ///   - control: A control's name; nil for the zoom.
  /// - Returns: A move per photograph; nil where a stimulus is missing.
  func moves(units: [Int], control: String? = nil) -> [Double?] {
    guard let from = scales.first, let to = scales.last else { return photographs.map { _ in nil } }
    let ends = values(units: units, scale: to, control: control)
    let starts = values(
      units: units, scale: from, control: control == "untrained" ? control : nil)
    return zip(ends, starts).map { end, start in
      guard let end, let start else { return nil }
      return end - start
    }
  }

  /// Share of channels that go up, averaged over photographs and units.
  func channelsUp(units: [Int]) -> Double {
    guard let largest = scales.last else { return 0 }
    let shares = photographs.indices.flatMap { photograph -> [Double] in
      guard let ups = stimulus(photograph, largest, nil)?.channelsUp else { return [] }
      return units.map { ups[$0] }
    }
    return shares.reduce(0, +) / Double(max(shares.count, 1))
  }

  /// Names of the controls that any photograph has.
  var controls: [String] {
    Set(photographs.flatMap { $0.stimuli.compactMap(\.control) }).sorted()
  }
}

/// Measures of some photographs by unit, scale and control.
struct MeasureTable {
  let photographs: [RecordedPhotograph]
  private let measure: BranchMeasure
  let scales: [Double]
  /// Names of the controls that any photograph has, sorted.
  let controls: [String]
  /// Place of a stimulus among its photograph's, `[photograph, the zoom and each control, scale]`; −1 for none.
  private let places: [Int32]

  init(_ photographs: [RecordedPhotograph], measure: BranchMeasure, scales: [Double]) {
    self.photographs = photographs
    self.measure = measure
    self.scales = scales
    controls = Set(photographs.flatMap { $0.stimuli.compactMap(\.control) }).sorted()
    let kinds = Dictionary(uniqueKeysWithValues: controls.enumerated().map { ($1, $0 + 1) })
    let steps = Dictionary(
      scales.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var places = [Int32](
      repeating: -1, count: photographs.count * (controls.count + 1) * scales.count)
    for (row, photograph) in photographs.enumerated() {
      for (place, stimulus) in photograph.stimuli.enumerated() {
        let kind = stimulus.control.map { kinds[$0] ?? 0 } ?? 0
        guard let step = steps[stimulus.scale] else { continue }
        let cell = (row * (controls.count + 1) + kind) * scales.count + step
        if places[cell] < 0 { places[cell] = Int32(place) }
      }
    }
    self.places = places
  }

  private func stimulus(_ photograph: Int, _ step: Int, _ kind: Int) -> RecordedStimulus? {
    let place = places[(photograph * (controls.count + 1) + kind) * scales.count + step]
    return place < 0 ? nil : photographs[photograph].stimuli[Int(place)]
  }

  private func kind(_ control: String?) -> Int? {
    guard let control else { return 0 }
    return controls.firstIndex(of: control).map { $0 + 1 }
  }

  /// Mean attention `[branch]` over photographs at a scale, averaged over some units.
  func meanAttention(units: [Int], step: Int) -> [Double] {
    var sums = [Double](repeating: 0, count: measure.coefficients.count)
    for photograph in photographs.indices {
      guard let stimulus = stimulus(photograph, step, 0) else { continue }
      for unit in units {
        for m in sums.indices { sums[m] += stimulus.mean(unit: unit, branch: m) }
      }
    }
    return sums.map { $0 / Double(max(photographs.count * units.count, 1)) }
  }

  /// The measure per photograph at a scale's place, averaged over some units; nil where the stimulus is
  /// missing.
  func values(units: [Int], step: Int, control: String? = nil) -> [Double?] {
    guard let kind = kind(control) else { return photographs.map { _ in nil } }
    return photographs.indices.map { photograph in
      stimulus(photograph, step, kind).map { stimulus in
        units.reduce(0) { $0 + stimulus.value(measure, unit: $1) }
          / Double(units.count)
      }
    }
  }

  /// The measure at every scale, `[scale][photograph]`; nil where a stimulus is missing.
  ///
  /// A control that was recorded at the smallest scale too starts from there, any other from the zoom's.
  func columns(units: [Int], control: String? = nil) -> [[Double?]] {
    scales.indices.map { step in
      let isOwn = control.map { step > 0 || startsFromItsOwn($0) } ?? true
      return values(units: units, step: step, control: isOwn ? control : nil)
    }
  }

  /// Whether a control was recorded at the smallest scale too.
  func startsFromItsOwn(_ control: String) -> Bool {
    guard let kind = kind(control), scales.count > 1 else { return false }
    return photographs.indices.contains { stimulus($0, 0, kind) != nil }
  }

  /// Share of channels that go up, averaged over photographs and units.
  func channelsUp(units: [Int]) -> Double {
    guard !scales.isEmpty else { return 0 }
    let shares = photographs.indices.flatMap { photograph -> [Double] in
      guard let ups = stimulus(photograph, scales.count - 1, 0)?.channelsUp else { return [] }
      return units.map { ups[$0] }
    }
    return shares.reduce(0, +) / Double(max(shares.count, 1))
  }
}

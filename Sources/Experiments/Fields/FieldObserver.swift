import Analysis
import Engine
import Networks
import Observing

/// Measures the fields of one picture's stimuli.
///
/// Made by each worker for itself.
final class FieldObserver {
  let setting: Setting
  let runner: GradientRunner
  /// Of every null the runner of its own network; nil where it is the measurement's.
  let nullRunners: [GradientRunner?]

  /// A position's map, with the position's theoretical centre.
  typealias PlacedMap = (map: FieldMap, centre: FieldMap.Point)

  /// What all workers share.
  struct Setting: Sendable {
    var network: GradientPlan
    var picture: SpatialSize
    var targets: [FieldTarget]
    /// The gates' nodes; empty for none.
    var gates: [Int]
    var measure: FieldMap.Measure
    var expectation: FieldExpectation
    /// Of the run's first pictures, at every scale: how much the terms of sums count.
    var magnitudes: [Int: [[Int: [Double]]]]
    /// Each with its own network, where it has one.
    var nulls: [(entry: FieldNullPlan.Entry, network: GradientPlan?)]
    /// Which targets' values are never negative, for what is rectified.
    var rectified: Set<Int>
  }

  /// What was measured of a picture: `[target][scale]`.
  struct Outcome: Sendable {
    var observations: [[FieldObservation?]]
    /// The maps with the gates live, of every position.
    var maps: [[[PlacedMap]]]
    /// What arithmetic expects: `[target][scale]`.
    var expected: [[ExpectedSpread?]]
    /// `[null][target][scale]`.
    var nulls: [[[FieldSizes?]]]
    /// Every target's maps at the smallest scale as RepLKNet and as OpenERF have them.
    var published: [[FieldMap]]
  }

  init(_ setting: Setting) throws {
    self.setting = setting
    runner = try setting.network.runner()
    nullRunners = try setting.nulls.map { try $0.network?.runner() }
  }

  /// Gradients of every position of targets in a runner's last run.
  func gradients(
    of targets: [FieldTarget], in runner: GradientRunner, holding gates: [Int] = []
  ) throws -> [[[Float]]] {
    try targets.map { target in
      try target.positions.map { position in
        try runner.gradient(of: target.node, seed: target.seed(position), holding: Set(gates))
      }
    }
  }

  /// The same with all gates live.
  ///
  /// - Throws: `ExperimentError` if one is not finite.
  func liveGradients(
    of targets: [FieldTarget], in runner: GradientRunner, named name: String
  ) throws -> [[[Float]]] {
    let gradients = try gradients(of: targets, in: runner)
    guard gradients.joined().joined().allSatisfy(\.isFinite) else {
      throw ExperimentError.failure("\(name): a gradient is not finite")
    }
    return gradients
  }

  /// Maps of every position of targets in a picture.
  func maps(
    _ gradients: [[[Float]]], of targets: [FieldTarget], in picture: SpatialSize
  ) -> [[PlacedMap]] {
    zip(targets, gradients).map { target, gradients in
      zip(target.positions, gradients).map { position, gradient in
        (
          FieldMap(
            of: gradient, height: picture.height, width: picture.width, measure: setting.measure),
          position.centre
        )
      }
    }
  }

  /// Sizes of every target, the mean over its positions; nil where a map is zero everywhere.
  func sizes(_ maps: [[PlacedMap]]) -> [FieldSizes?] {
    maps.map { maps in
      let sizes = maps.compactMap { FieldSizes($0.map, centre: $0.centre) }
      return sizes.count == maps.count ? FieldSizes(meanOf: sizes) : nil
    }
  }

  /// Sizes of every target in the last run, the gates held.
  private func heldSizes() throws -> [FieldSizes?] {
    let held = try gradients(of: setting.targets, in: runner, holding: setting.gates)
    return sizes(maps(held, of: setting.targets, in: setting.picture))
  }

  /// Measures a picture.
  ///
  /// - Parameters:
  ///   - index: Which of the run's.
  ///   - source: What makes its stimuli.
  /// - Returns: Sizes and maps of every target at every scale.
  /// - Throws: `ExperimentError` if a value or a gradient is not finite.
  func observe(_ index: Int, of source: FieldSource) throws -> Outcome {
    let shown = try source.inputs(of: index)
    let inputs = shown.zoom
    let name = source.name(of: index)
    var outcome = Outcome(
      observations: setting.targets.map { _ in [] }, maps: setting.targets.map { _ in [] },
      expected: setting.targets.map { _ in [] }, nulls: [], published: [])
    var attention: [[Int: [Float]]] = []
    var held: [[FieldSizes?]] = []
    var full: [[FieldSizes?]] = []
    var shares: [[Double?]] = []
    for (step, input) in inputs.enumerated() {
      try runner.run(input, replacing: [:])
      attention.append(
        Dictionary(uniqueKeysWithValues: setting.gates.map { ($0, runner.value(of: $0)) }))
      let live = try liveGradients(of: setting.targets, in: runner, named: name)
      let placed = maps(live, of: setting.targets, in: setting.picture)
      full.append(sizes(placed))
      for place in placed.indices { outcome.maps[place].append(placed[place]) }
      if step == 0 { outcome.published = try published(live) }
      let expected = setting.expectation.spreads(
        weights: attention[step], magnitudes: setting.magnitudes[index]?[step])
      for place in expected.indices { outcome.expected[place].append(expected[place]) }
      guard !setting.gates.isEmpty else { continue }
      let through = try gradients(of: setting.targets, in: runner, holding: setting.gates)
      held.append(sizes(maps(through, of: setting.targets, in: setting.picture)))
      shares.append(zip(live, through).map { Self.gateShare($0, $1) })
    }
    for (step, input) in inputs.enumerated() {
      var clamped: [FieldSizes?]?
      var reversed: [FieldSizes?]?
      if step > 0, !setting.gates.isEmpty {
        try runner.run(input, replacing: attention[0])
        clamped = try heldSizes()
        try runner.run(inputs[0], replacing: attention[step])
        reversed = try heldSizes()
      }
      for place in setting.targets.indices {
        outcome.observations[place].append(
          full[step][place].map {
            FieldObservation(
              full: $0, held: held.isEmpty ? nil : held[step][place], clamped: clamped?[place],
              reversed: reversed?[place], gateShare: shares.isEmpty ? nil : shares[step][place])
          })
      }
    }
    outcome.nulls = try nulls(index, of: source, shown, measured: full)
    return outcome
  }

  /// Σ|g_gate| / (Σ|g_gate| + Σ|g_held|) over all positions, g_gate = g_full − g_held at every pixel.
  private static func gateShare(_ full: [[Float]], _ held: [[Float]]) -> Double? {
    var (gate, rest) = (0.0, 0.0)
    for (full, held) in zip(full.joined(), held.joined()) {
      gate += abs(Double(full) - Double(held))
      rest += abs(Double(held))
    }
    return gate + rest > 0 ? gate / (gate + rest) : nil
  }
}

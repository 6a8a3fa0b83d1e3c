import Analysis
import Engine
import Networks
import Observing

extension FieldObserver {
  /// Sizes under every null.
  ///
  /// - Parameters:
  ///   - index: Which of the run's pictures.
  ///   - source: What makes its stimuli.
  ///   - shown: Its inputs.
  ///   - measured: `[scale][target]` without a null.
  /// - Returns: `[null][target][scale]`; nil where a gradient is zero everywhere, or nothing is shown.
  /// - Throws: `ExperimentError` if a value or a gradient is not finite.
  func nulls(
    _ index: Int, of source: FieldSource, _ shown: FieldSource.Inputs, measured: [[FieldSizes?]]
  ) throws -> [[[FieldSizes?]]] {
    try setting.nulls.enumerated().map { place, own in
      let null = own.entry.null
      let targets = own.entry.targets
      let runner = nullRunners[place] ?? self.runner
      let none: [FieldSizes?] = targets.map { _ in nil }
      func sizes(_ input: [Float]?) throws -> [FieldSizes?] {
        guard let input else { return none }
        try runner.run(input, replacing: [:])
        let gradients = try liveGradients(
          of: targets, in: runner, named: "\(source.name(of: index)), \(null.title)")
        return self.sizes(
          maps(
            gradients, of: targets,
            in: null.side.map { SpatialSize(side: $0) } ?? setting.picture))
      }
      var byScale: [[FieldSizes?]]
      switch null.kind {
      case .initial: byScale = try shown.zoom.map(sizes)
      case .size:
        byScale = try source.zooms(of: index, at: SpatialSize(side: null.side ?? 0)).map(sizes)
      case .noise, .photographs:
        byScale = measured.map { _ in none }
        byScale[source.plainStep] = try sizes(
          null.kind == .noise ? source.noise(index) : source.substitute(for: index))
      case .control:
        // A control of the smallest scale would be that picture itself.
        let control = shown.controls[null.control ?? ""] ?? [:]
        byScale = try measured.indices.map { step in
          try control[step].map { try sizes($0) } ?? (step == 0 ? measured[0] : none)
        }
      }
      return targets.indices.map { target in byScale.map { $0[target] } }
    }
  }

  /// Every target's maps of the last run as RepLKNet and as OpenERF have them.
  ///
  /// - Parameter live: The gradients at the measured positions, of which the first is the central one.
  /// - Returns: Two maps a target.
  /// - Throws: What the engine throws.
  func published(_ live: [[[Float]]]) throws -> [[FieldMap]] {
    let picture = setting.picture
    return try zip(setting.targets, live).map { target, gradients in
      let centre = FieldTarget.Position(
        row: target.layout.height / 2, column: target.layout.width / 2,
        centre: target.positions[0].centre)
      let isMeasured =
        target.channel == nil && centre.row == target.positions[0].row
        && centre.column == target.positions[0].column
      let plain =
        isMeasured
        ? gradients[0]
        : try runner.gradient(
          of: target.node, seed: target.seed(centre, channels: nil), holding: [])
      let values = target.values(of: runner, at: centre)
      // The gradient of a rectified value is its own where it is above 0, and nothing elsewhere.
      let isRectified = setting.rectified.contains(target.node) || values.allSatisfy { $0 > 0 }
      let rectified =
        isRectified
        ? plain
        : try runner.gradient(
          of: target.node, seed: target.seed(centre, channels: values.map { $0 > 0 }), holding: [])
      return [
        FieldMap(
          of: rectified, height: picture.height, width: picture.width, measure: .positive),
        FieldMap(
          openERFOf: plain, height: picture.height, width: picture.width,
          channels: target.layout.channels),
      ]
    }
  }
}

import Analysis
import Engine
import Networks
import Stimuli

/// Shows gratings to a network and reads all channels of its targets at their central positions.
///
/// Made by each worker for itself.
final class TuningObserver {
  /// What all workers share.
  struct Setting: Sendable {
    var network: GradientPlan
    var targets: [FieldTarget]
    /// For each target the node of its unit's attention and its branches; nil where there is none.
    var attention: [(node: Int, branches: Int)?]
    /// The gates' nodes; empty for none.
    var gates: [Int]
    var stimuli: TuningStimuli
  }

  /// A target's values for mean grey and for each phase of a full grating.
  struct Shown: Sendable {
    /// One a channel.
    var blank: [Double]
    /// `[phase][channel]`.
    var phases: [[Double]]

    /// What counts of them.
    var responses: Responses { TuningObserver.responses(phases, blank: [blank]) }
  }

  /// Responses over phases above the blank, one a channel.
  struct Responses: Sendable {
    var mean: [Double]
    var modulation: [Double]
  }

  /// What gratings of one wave in discs and annuli do to a target: `[contrast][radius]`, and `[radius]`.
  struct Curves: Sendable {
    var discs: [[Responses]]
    var heldDiscs: [[Responses]]?
    var annuli: [Responses]
    /// `[contrast][radius][branch]`.
    var attention: [[[Double]]]
  }

  private let setting: Setting
  private let runner: GradientRunner
  private var stimuli: TuningStimuli { setting.stimuli }
  /// Every target's values for mean grey with the gates live; nil until it was shown.
  private var liveBlank: [[Double]]?

  init(_ setting: Setting) throws {
    self.setting = setting
    runner = try setting.network.runner(takingGradients: false)
  }

  private func values(of target: FieldTarget) -> [Double] {
    target.values(of: runner, at: target.positions[0]).map(Double.init)
  }

  /// What every target's channels answer to a full grating.
  func search(_ wave: TuningStimuli.Wave) throws -> [Shown] {
    let blank = try self.blank()
    var shown = setting.targets.map { _ in [[Double]]() }
    for phase in stimuli.phases {
      try runner.run(
        stimuli.input(
          wave, phase: phase, contrast: stimuli.contrasts.last ?? 1, aperture: .full,
          about: FieldMap.Point(row: 0, column: 0)), replacing: [:])
      for (place, target) in setting.targets.enumerated() {
        shown[place].append(values(of: target))
      }
    }
    return zip(shown, blank).map { Shown(blank: $1, phases: $0) }
  }

  /// A target's answers to one wave at every size and contrast.
  func curves(_ wave: TuningStimuli.Wave, ofTarget place: Int) throws -> Curves {
    let target = setting.targets[place]
    let blank = try self.blank()[place]
    let isGated = !setting.gates.isEmpty && stimuli.contrasts.count > 1
    var curves = Curves(
      discs: stimuli.contrasts.map { _ in [] },
      heldDiscs: isGated ? stimuli.contrasts.map { _ in [] } : nil,
      annuli: [], attention: stimuli.contrasts.map { _ in [] })
    for radius in stimuli.radii {
      var gates: [[Int: [Float]]] = []
      // Shown twice, with the gates live and held.
      let inputs = stimuli.contrasts.map { contrast in
        self.inputs(wave, contrast, .disc(radius: radius), target)
      }
      var highest: [[Double]] = []
      for index in stimuli.contrasts.indices.reversed() {
        let isHighest = index == stimuli.contrasts.count - 1
        var attention: [[Double]] = []
        let shown = try show(inputs[index], target) { _ in
          attention.append(branchMeans(place))
          if isHighest, isGated {
            gates.append(
              Dictionary(uniqueKeysWithValues: setting.gates.map { ($0, runner.value(of: $0)) }))
          }
        }
        if isHighest { highest = shown }
        curves.discs[index].append(Self.responses(shown, blank: [blank]))
        curves.attention[index].append(Self.means(attention))
      }
      curves.annuli.append(
        Self.responses(
          try show(
            self.inputs(wave, stimuli.contrasts.last ?? 1, .annulus(inner: radius), target), target),
          blank: [blank]))
      guard isGated else { continue }
      // Each phase has the gates that the highest contrast gave it, and its own blank with these.
      let blanks = try gates.map { try self.blank(replacing: $0)[place] }
      for (index, input) in inputs.enumerated() {
        // At the highest contrast the gates are held at what they are.
        let shown =
          index == inputs.count - 1 ? highest : try show(input, target, replacing: gates)
        curves.heldDiscs?[index].append(Self.responses(shown, blank: blanks))
      }
    }
    return curves
  }

  /// Mean grey with the gates live, which is shown once.
  private func blank() throws -> [[Double]] {
    if let liveBlank { return liveBlank }
    let blank = try blank(replacing: [:])
    liveBlank = blank
    return blank
  }

  private func blank(replacing gates: [Int: [Float]]) throws -> [[Double]] {
    try runner.run(stimuli.blank, replacing: gates)
    return setting.targets.map(values)
  }

  /// A grating at each phase, about a target's centre.
  private func inputs(
    _ wave: TuningStimuli.Wave, _ contrast: Double, _ aperture: Grating.Aperture,
    _ target: FieldTarget
  ) -> [[Float]] {
    stimuli.phases.map { phase in
      stimuli.input(
        wave, phase: phase, contrast: contrast, aperture: aperture,
        about: target.positions[0].centre)
    }
  }

  /// A target's values at each phase.
  private func show(
    _ inputs: [[Float]], _ target: FieldTarget, replacing gates: [[Int: [Float]]] = [],
    then body: (Int) -> Void = { _ in }
  ) throws -> [[Double]] {
    try inputs.enumerated().map { index, input in
      try runner.run(input, replacing: gates.isEmpty ? [:] : gates[index])
      body(index)
      return values(of: target)
    }
  }

  /// Each branch's mean attention over channels in the last run; empty without attention.
  private func branchMeans(_ place: Int) -> [Double] {
    guard let (node, branches) = setting.attention[place] else { return [] }
    let values = runner.value(of: node)
    guard branches > 0, !values.isEmpty else { return [] }
    let width = values.count / branches
    return (0..<branches).map { branch in
      values[branch * width..<(branch + 1) * width].reduce(0) { $0 + Double($1) } / Double(width)
    }
  }

  private static func means(_ rows: [[Double]]) -> [Double] {
    guard let first = rows.first else { return [] }
    return first.indices.map { index in
      rows.reduce(0) { $0 + $1[index] } / Double(rows.count)
    }
  }

  /// `[phase][channel]` by channel; a blank for each phase, or one for all.
  fileprivate static func responses(_ shown: [[Double]], blank: [[Double]]) -> Responses {
    let channels = shown[0].count
    var result = Responses(mean: [], modulation: [])
    for channel in 0..<channels {
      let baseline = blank.reduce(0) { $0 + $1[channel] } / Double(blank.count)
      let (mean, modulation) = TuningMeasure.both(shown.map { $0[channel] }, blank: baseline)
      result.mean.append(mean)
      result.modulation.append(modulation)
    }
    return result
  }
}

extension TuningObserver.Responses {
  /// A channel's, by what it is judged by.
  func value(_ channel: Int, _ measure: TuningMeasure) -> Double {
    measure == .mean ? mean[channel] : modulation[channel]
  }
}

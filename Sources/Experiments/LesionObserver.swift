import Engine
import Files
import Networks
import Pictures
import Recording
import Stimuli

/// Shows one photograph's zooms to the intact network and to every lesioned one.
///
/// Made by each worker for itself: the runner belongs to its thread.
final class LesionObserver {
  private let setting: StimulusObserver.Setting
  private let runner: Runner
  private var input: [Float]

  /// What lesions need beyond the photograph.
  struct Material: Sendable {
    var conditions: [LesionCondition]
    /// The scale whose attention `frozen` keeps.
    var frozenScale: Double
    /// Mean attention of every unit, `[M, C]`; empty if no condition asks for it.
    var mean: [[Float]]
  }

  /// What the intact network did with one zoom.
  private struct Sight {
    let stimulus: Stimulus
    let logits: [Float]
    /// `[unit]` of `[M, C]`.
    let attention: [[Float]]
  }

  init(_ setting: StimulusObserver.Setting) throws {
    self.setting = setting
    runner = try Runner(setting.plan)
    input = [Float](repeating: 0, count: 3 * setting.plan.height * setting.plan.width)
  }

  /// The intact network's attention, summed over a photograph's zooms: `[unit]` of `[M, C]`.
  func attentionSums(_ photograph: ListedPhotograph) throws -> [[Double]] {
    var sums: [[Double]] = []
    for sight in try intact(photograph) {
      let attention = sight.attention.map { $0.map { Double($0) } }
      sums = sums.isEmpty ? attention : zip(sums, attention).map { zip($0, $1).map { $0 + $1 } }
    }
    return sums
  }

  /// Runs every condition at every scale.
  ///
  /// - Parameters:
  ///   - photograph: What to show.
  ///   - donor: The photograph whose attention `shuffled` takes; without one that is left out.
  ///   - material: The conditions and what they need.
  /// - Returns: By scale, the intact network's row, then one for each condition in their order.
  /// - Throws: If a photograph cannot be used, or the engine fails.
  func observe(
    _ photograph: ListedPhotograph, donor: ListedPhotograph?, material: Material
  ) throws -> [StimulusRow] {
    let sights = try intact(photograph)
    let needsDonor = material.conditions.contains { $0.replacement == .shuffled }
    let sources = Sources(
      mean: material.mean,
      frozen: sights.first { $0.stimulus.scale == material.frozenScale }?.attention ?? [],
      shuffled: try needsDonor ? donor.map { try intact($0).map(\.attention) } ?? [] : [])
    var rows: [StimulusRow] = []
    for (place, sight) in sights.enumerated() {
      rows.append(row(sight, control: nil, logits: sight.logits, photograph))
      setting.normalization.fill(&input, with: sight.stimulus.pixels)
      for condition in material.conditions {
        var interventions = [Intervention?](repeating: nil, count: runner.plan.units.count)
        for unit in condition.units {
          interventions[unit] = try sources.intervention(
            condition.replacement, unit: unit, place: place)
        }
        try runner.intervene(interventions)
        try runner.run(
          input, named: "\(photograph.path.text), \(condition.control)", at: sight.stimulus.scale)
        rows.append(row(sight, control: condition.control, logits: runner.logits, photograph))
      }
    }
    return rows
  }

  /// Attentions to put in the attention's place.
  private struct Sources {
    /// `[unit]` of `[M, C]`.
    let mean: [[Float]]
    let frozen: [[Float]]
    /// `[place of the scale][unit]` of `[M, C]`.
    let shuffled: [[[Float]]]

    func intervention(_ replacement: LesionCondition.Replacement, unit: Int, place: Int) throws
      -> Intervention
    {
      func weights(_ attention: [[Float]]) throws -> Intervention {
        guard attention.indices.contains(unit) else {
          throw ExperimentError.failure(
            "no other photograph could be read to take the attention '\(replacement)' from")
        }
        return .weights(attention[unit])
      }
      switch replacement {
      case .branch(let branch): return .branch(branch)
      case .uniform: return .uniform
      case .swapped: return .swapped
      case .mean: return try weights(mean)
      case .frozen: return try weights(frozen)
      case .shuffled:
        return try weights(shuffled.indices.contains(place) ? shuffled[place] : [])
      }
    }
  }

  private func intact(_ photograph: ListedPhotograph) throws -> [Sight] {
    let stimuli = try photograph.stimuli(by: setting.maker, limits: setting.limits)
    try runner.intervene([Intervention?](repeating: nil, count: runner.plan.units.count))
    return try stimuli.map { stimulus in
      setting.normalization.fill(&input, with: stimulus.pixels)
      try runner.run(input, named: photograph.path.text, at: stimulus.scale)
      return Sight(
        stimulus: stimulus, logits: runner.logits,
        attention: runner.plan.units.indices.map { runner.attention(ofUnit: $0) })
    }
  }

  private func row(
    _ sight: Sight, control: String?, logits: [Float], _ photograph: ListedPhotograph
  ) -> StimulusRow {
    StimulusRow(
      scale: sight.stimulus.scale, control: control,
      isUndersampled: sight.stimulus.isUndersampled, visibleShare: sight.stimulus.visibleShare,
      sourceSide: sight.stimulus.sourceSide,
      rank: photograph.classIndex.map { StimulusObserver.rank(of: $0, in: logits) },
      logits: logits, units: [])
  }
}

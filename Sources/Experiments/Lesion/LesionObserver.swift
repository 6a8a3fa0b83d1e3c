import Engine
import Files
import Networks
import Observing
import Pictures
import Recording
import Stimuli

/// Shows one photograph's zooms to the intact network and to every lesioned one.
///
/// Made by each worker for itself: the runner belongs to its thread.
final class LesionObserver {
  private let observer: PictureObserver
  private var runner: Runner { observer.runner }

  /// What lesions need beyond the photograph.
  struct Material: Sendable {
    var conditions: [LesionCondition]
    /// Ascending.
    var scales: [Double]
    /// The scale whose attention `frozen` keeps.
    var frozenScale: Double
    /// The scale whose attention `reverse` keeps.
    var reverseScale: Double
    /// Whether a photograph's attention is left out of the mean that takes its place.
    var excludesOwn: Bool
    /// Number of branches.
    var branches: Int
    /// How the branches are joined.
    var gate: Architecture.Gate
    /// All photographs' attention; empty if no condition asks for it.
    var population: LesionPopulation
  }

  /// What the intact network did with one zoom.
  private struct Sight {
    let stimulus: Stimulus
    let logits: [Float]
    /// `[unit]` of `[M, C]`.
    let attention: [[Float]]
  }

  init(_ setting: PictureObserver.Setting) throws { observer = try PictureObserver(setting) }

  /// The intact network's attention to a photograph's zooms.
  func attention(_ photograph: ListedPhotograph) throws -> LesionPopulation.Attention {
    try intact(photograph).map(\.attention)
  }

  /// Runs every condition at every scale.
  ///
  /// - Parameters:
  ///   - photograph: What to show.
  ///   - index: Its index.
  ///   - donor: The photograph whose attention `shuffled` takes; without one that is left out.
  ///   - material: The conditions and what they need.
  /// - Returns: By scale, the intact network's row, then one for each condition in their order.
  /// - Throws: If a photograph cannot be used, or the engine fails.
  func observe(
    _ photograph: ListedPhotograph, index: Int, donor: ListedPhotograph?, material: Material
  ) throws -> [StimulusRow] {
    let sights = try intact(photograph)
    let needsDonor = material.conditions.contains { $0.replacement == .shuffled }
    let sources: LesionSources
    do {
      sources = try LesionSources(
        own: sights.map(\.attention), of: index,
        shuffled: needsDonor ? donor.map { try attention($0) } ?? [] : [], material: material)
    } catch let error where error is ExperimentError || error is UnusablePicture {
      throw ExperimentError.failure("\(photograph.path.text): \(error)")
    }
    var rows: [StimulusRow] = []
    for (place, sight) in sights.enumerated() {
      rows.append(row(sight, control: nil, logits: sight.logits, photograph))
      observer.take(sight.stimulus)
      for condition in material.conditions {
        let replaced = try sources.replaced(by: condition, at: place)
        var interventions = [Intervention?](repeating: nil, count: runner.plan.units.count)
        for (unit, intervention) in zip(condition.units, replaced.interventions) {
          interventions[unit] = intervention
        }
        try runner.intervene(interventions)
        try observer.run(
          named: "\(photograph.path.text), \(condition.control)", at: sight.stimulus.scale)
        var row = row(sight, control: condition.control, logits: runner.logits, photograph)
        row.dose = replaced.dose
        row.ownMove = replaced.ownMove
        rows.append(row)
      }
    }
    return rows
  }

  private func intact(_ photograph: ListedPhotograph) throws -> [Sight] {
    let stimuli = try observer.stimuli(of: photograph)
    try runner.intervene([Intervention?](repeating: nil, count: runner.plan.units.count))
    return try stimuli.map { stimulus in
      observer.take(stimulus)
      try observer.run(named: photograph.path.text, at: stimulus.scale)
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
      rank: photograph.classIndex.map { Observing.rank(of: $0, in: logits) },
      logits: logits, units: [])
  }
}

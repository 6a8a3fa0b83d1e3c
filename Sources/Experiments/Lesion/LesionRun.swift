import Analysis
import Engine
import Networks
import Pictures
import Recording

/// Performs a lesion experiment: photographs in, a run folder with costs, table and figure out.
///
/// Two passes over the photographs: the first, over all of them, measures the attention of which lesions take
/// and finds the photographs that can be used; the second shows those not yet recorded to the intact
/// and the lesioned networks. In the store a zoom is shown to every network: the row without a
/// control is the intact one's, `lesion.frozen.SK_3_2` names the lesion and its place.
public struct LesionRun: Sendable {
  /// The experiment.
  public let experiment: LesionExperiment

  /// What a run leaves.
  public struct Outcome: Sendable {
    /// The costs.
    public var results: LesionResults
    /// The same as a table to print.
    public var table: String
    /// The run's folder.
    public var folder: String
    /// Files written into it: results, figure, report.
    public var files: [String]
  }

  /// Prepares to perform an experiment; nothing happens yet.
  public init(_ experiment: LesionExperiment) { self.experiment = experiment }

  /// Runs what is not yet recorded, then analyses and draws.
  ///
  /// - Parameter progress: Told about every photograph.
  /// - Returns: The results and where they lie. Photographs that failed are in `results.failed`.
  /// - Throws: One-line errors naming the file or setting; what was recorded stays recorded.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> Outcome {
    let request = try ZoomRequest(experiment.zoom)
    guard request.model.architecture.classes > 0 else {
      throw ExperimentError.failure(
        "\(experiment.zoom.model): has no classifier, so that no lesion shows in its output")
    }
    for note in request.notes { progress.say(note) }
    try request.countPixels(reporting: progress)
    let zoom = try request.description()
    let specification = LesionSpecification(
      lesions: experiment.lesions, zoom: try ZoomSpecification(json: zoom.specification),
      primary: try experiment.checkedPrimary())
    var description = zoom
    description.specification = try JSONText.line(specification)
    // Lesions are about outputs: no unit's attention is recorded.
    description.unitNames = []
    description.unitChannels = []
    let store = try RunStore.resumed(
      in: experiment.zoom.out, description: description, images: request.recordedImages(),
      startsAfresh: experiment.zoom.startsAfresh)
    // Hours later is too late to find somebody else's files in their place.
    try RunFiles(store).claim([RunFiles.lesions, RunFiles.report])
    let recorded = try RecordedLesions(folder: experiment.zoom.out, store: store)
    let pending = try store.pendingImages()
    let total = request.photographs.count
    progress.began(done: total - pending.count, total: total)
    if !pending.isEmpty {
      // A run of before goes on as it was begun.
      try record(pending, of: request, recorded.specification, in: store, reporting: progress)
    }
    return try recorded.report()
  }

  private func record(
    _ pending: [Int], of request: ZoomRequest, _ specification: LesionSpecification,
    in store: RunStore, reporting progress: some RunProgress
  ) throws {
    let setting = try request.setting()
    let photographs = request.photographs
    let architecture = request.model.architecture
    let conditions = LesionCondition.all(
      specification, of: architecture, photographs: photographs.count)
    func firstPass(_ among: [Int]) throws -> FirstPass {
      try FirstPass(
        photographs, among: among, setting: setting, conditions: conditions,
        workers: request.workers, seed: specification.zoom.seed, reporting: progress)
    }
    let retried = try store.images().filter { $0.error != nil }.map(\.index)
    if retried == pending, FirstPass.isNeeded(by: conditions) {
      // Nothing else is to be done if none of those that failed can be used by now.
      let failures = try firstPass(retried).failures
      if failures.count == retried.count {
        return try store.append(
          failures.sorted { $0.key < $1.key }.map {
            ImageOutcome(imageIndex: $0, result: .failed($1))
          })
      }
    }
    let first = try firstPass(Array(photographs.indices))
    let pending = try first.agree(with: store, pending: pending, reporting: progress)
    let material = LesionObserver.Material(
      conditions: LesionCondition.all(
        specification, of: architecture, photographs: first.usableCount ?? photographs.count),
      scales: specification.zoom.stimuli.scales, frozenScale: specification.frozenScale,
      reverseScale: specification.reverseScale, excludesOwn: specification.excludesOwn,
      branches: architecture.branches.count, gate: architecture.gate ?? .softmax,
      population: first.population)
    try store.record(
      pending, total: photographs.count, workers: request.workers,
      makeState: { try LesionObserver(setting) },
      observe: { observer, index in
        try observer.observe(
          photographs[index], index: index, donor: first.donors[index].map { photographs[$0] },
          material: material)
      }, reporting: progress)
  }
}

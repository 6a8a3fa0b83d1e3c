import Analysis
import Engine
import Networks
import Observing
import Pictures
import Recording

/// Performs a lesion experiment: photographs in, a run folder with costs, table and figure out.
public typealias LesionRun = ExperimentRun<LesionExperiment>

extension LesionExperiment: Experiment {
  /// A run of this kind.
  public typealias Recorded = RecordedLesions

  /// Runs what is not yet recorded, then analyses and draws.
  ///
  /// Photographs that failed are in `results.failed`.
  public func perform(reporting progress: some RunProgress) throws -> RunOutcome<LesionResults> {
    try LesionRequest(self).perform(reporting: progress)
  }

  /// Runs what is not yet recorded of the shard.
  ///
  /// Every shard measures for itself what lesions take from all photographs, so that it is the same in all.
  public func performShard(reporting progress: some RunProgress) throws -> RunStatus {
    try LesionRequest(self).performShard(reporting: progress)
  }

  /// Which part of the run is recorded.
  public var shard: Shard? {
    get { zoom.shard }
    set { zoom.shard = newValue }
  }

  /// Threads.
  public var workers: Int? {
    get { zoom.workers }
    set { zoom.workers = newValue }
  }

  /// Asks for an earlier run in the folder to be thrown away.
  public mutating func startAfresh() { zoom.startAfresh() }
}

/// A lesion experiment with everything that it names looked up and checked.
///
/// Two passes over the photographs: the first, over all of them, measures the attention of which lesions take
/// and finds the photographs that can be used; the second shows those not yet recorded to the intact
/// and the lesioned networks. In the store a zoom is shown to every network: the row without a
/// control is the intact one's, `lesion.frozen.SK_3_2` names the lesion and its place.
struct LesionRequest: PhotographRequest {
  typealias Recorded = RecordedLesions

  private let experiment: LesionExperiment
  private var request: ZoomRequest
  private let architecture: Architecture

  init(_ experiment: LesionExperiment) throws {
    self.experiment = experiment
    request = try ZoomRequest(experiment.zoom, needsUnits: true, readsAll: true)
    guard let architecture = request.model.architecture else {
      throw ModelSource.noUnits(experiment.zoom.model)
    }
    self.architecture = architecture
    guard architecture.classes > 0 else {
      throw ExperimentError.failure(
        "\(experiment.zoom.model): has no classifier, so that no lesion shows in its output")
    }
  }

  var out: String { experiment.zoom.out }
  var startsAfresh: Bool { experiment.zoom.startsAfresh }
  var notes: [String] { request.notes }
  var photographs: [ListedPhotograph] {
    get { request.photographs }
    set { request.photographs = newValue }
  }
  func recordedImages() -> [RecordedImage] { request.recordedImages() }

  func check(reporting progress: some RunProgress) throws {
    try request.check(reporting: progress)
  }

  func description() throws -> RunDescription {
    var description = try request.description()
    description.specification = try JSONText.line(
      LesionSpecification(
        lesions: experiment.lesions, zoom: ZoomSpecification(json: description.specification),
        primary: experiment.checkedPrimary()))
    // Lesions are about outputs: no unit's attention is recorded.
    description.unitNames = []
    description.unitChannels = []
    return description
  }

  func record(
    _ pending: [Int], of run: RecordedLesions, reporting progress: some RunProgress
  ) throws {
    // A run of before goes on as it was begun.
    let (store, specification) = (run.store, run.specification)
    let setting = try request.setting().picture
    let photographs = request.photographs
    let network = SelectiveNetwork(architecture)
    let conditions = LesionCondition.all(
      specification, of: network, photographs: photographs.count)
    func firstPass(_ among: [Int]) throws -> FirstPass {
      try FirstPass(
        photographs, among: among, setting: setting, conditions: conditions,
        workers: request.workers, seed: specification.zoom.stimuli.seed, reporting: progress)
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
        specification, of: network, photographs: first.usableCount ?? photographs.count),
      scales: specification.zoom.stimuli.scales, frozenScale: specification.frozenScale,
      reverseScale: specification.reverseScale, excludesOwn: specification.excludesOwn,
      branches: architecture.branches.count, gate: architecture.gate ?? .softmax,
      population: first.population)
    try store.record(
      pending, total: try store.ownCount(), workers: request.workers,
      makeState: { try LesionObserver(setting) },
      observe: { observer, index in
        .stimuli(
          try observer.observe(
            photographs[index], index: index, donor: first.donors[index].map { photographs[$0] },
            material: material))
      }, reporting: progress)
  }
}

import Analysis
import Checkpoints
import Engine
import Foundation
import Networks
import Observing
import Pictures
import Recording
import Stimuli

/// Measures receptive fields: a network and pictures in, a run folder with results, maps and figure out.
public typealias FieldRun = ExperimentRun<FieldExperiment>

extension FieldExperiment: Experiment {
  /// A run of this kind.
  public typealias Recorded = RecordedFields

  /// Measures what is not yet recorded, then analyses and draws.
  ///
  /// Pictures that failed are in `results.failed`.
  public func perform(reporting progress: some RunProgress) throws -> RunOutcome<FieldResults> {
    try FieldRequest(self).perform(reporting: progress)
  }

  /// Measures what is not yet recorded of the shard.
  public func performShard(reporting progress: some RunProgress) throws -> RunStatus {
    try FieldRequest(self).performShard(reporting: progress)
  }

  /// Asks for an earlier run in the folder to be thrown away.
  public mutating func startAfresh() { startsAfresh = true }
}

/// Fields to be measured, with everything that is named looked up and checked.
struct FieldRequest: PhotographRequest, Sendable {
  typealias Recorded = RecordedFields

  private let experiment: FieldExperiment
  private let model: GraphModel
  private let targets: [FieldTarget]
  private let nulls: FieldNullPlan
  private var source: FieldSource
  /// What the model's file does not say of its pictures, where photographs are shown.
  private let preprocessing: Preprocessing?
  private let instructionSet: InstructionSet
  private let workers: Int
  let notes: [String]

  init(_ experiment: FieldExperiment) throws {
    self.experiment = experiment
    workers = try Machine.workers(experiment.workers)
    instructionSet = try EngineChoice.instructionSet(experiment.instructionSet)
    let network = try ModelSource.sized(experiment.model)
    var model = try network.graph(size: experiment.size)
    let untrained = model.nameUntrained()
    guard !experiment.images.isEmpty || !experiment.input.isGiven else {
      throw ExperimentError.usage(
        "noise goes in as it is; --mean, --std, --crop, --channels and --range are for photographs")
    }
    let own = try model.take(experiment.input)
    preprocessing = experiment.images.isEmpty ? nil : own
    self.model = model
    let picture = model.picture
    guard picture.height * picture.width <= RunStore.mostNumbers else {
      throw ExperimentError.failure(
        "\(experiment.model): takes \(picture.height) × \(picture.width) pixels; maps of more than"
          + " \(RunStore.mostNumbers) are not recorded")
    }
    targets = try FieldTarget.targets(
      experiment.nodes, of: model, positions: experiment.positions, channel: experiment.channel,
      seed: experiment.seed)
    source = try FieldSource(experiment, model: model, workers: workers)
    nulls =
      try experiment.nulls.map { [targets, source] asked in
        try FieldNullPlan(
          asked, of: experiment, model: model, sized: network, targets: targets, source: source)
      } ?? FieldNullPlan()
    notes = [
      untrained, preprocessing?.line(side: picture.height, isKnown: model.isPreprocessingKnown),
      source.skipped, nulls.note,
    ].compactMap { $0 }
  }

  var photographs: [ListedPhotograph] {
    get { source.photographs }
    set { source.photographs = newValue }
  }

  var out: String { experiment.out }
  var startsAfresh: Bool { experiment.startsAfresh }

  func description() throws -> RunDescription {
    let specification = FieldSpecification(
      network: model.sha256.isEmpty ? model.name : nil, shown: source.shown,
      stimuli: source.stimuli, boxes: source.boxes, scales: source.scales,
      input: [model.picture.height, model.picture.width], measure: experiment.measure,
      positions: experiment.positions, channel: experiment.channel, seed: experiment.seed,
      analysisSeed: experiment.analysisSeed ?? experiment.seed,
      targets: targets.map {
        .init(name: $0.name, theoretical: $0.theoretical, centres: $0.positions.map(\.centre))
      }, nulls: nulls.entries.map(\.null), others: source.others, preprocessing: preprocessing,
      instructionSet: instructionSet.rawValue)
    // A graph is told by its file; no unit's attention is recorded.
    return RunDescription(
      specification: try JSONText.line(specification), modelName: model.name,
      modelSHA256: model.sha256, architecture: "", unitNames: [], unitChannels: [], branchCount: 1,
      toolVersion: ToolVersion.current, shard: experiment.shard)
  }

  func recordedImages() -> [RecordedImage] { source.recordedImages() }

  /// The only photograph's stimuli, to draw its fields over; of several there is no one picture.
  func keep(for run: RecordedFields) throws {
    guard source.photographs.count == 1, let stimuli = source.stimuli,
      experiment.shard?.holds(0) ?? true, try run.store.images().first?.error == nil
    else { return }
    try ExampleStimuli(runFolder: experiment.out).keep(
      [0], of: source.photographs, by: StimulusMaker(stimuli, limits: source.limits), stimuli,
      limits: source.limits, workers: workers, as: run.files)
  }

  func record(
    _ pending: [Int], of run: RecordedFields, reporting progress: some RunProgress
  ) throws {
    let gates = try model.graph.gates(model.graph.shapes(picture: model.picture)).map(\.node)
    let source = source
    let expectation = try FieldExpectation(
      model.graph, weights: model.weights, picture: model.picture, targets: targets)
    let magnitudes = try expectation.magnitudes(of: pending, from: source)
    let network = try GradientPlan(
      model.graph, weights: model.weights, picture: model.picture, targets: targets.map(\.node),
      gates: gates, instructionSet: instructionSet, workers: workers)
    let setting = FieldObserver.Setting(
      network: network, picture: model.picture, targets: targets, gates: gates,
      measure: experiment.measure,
      expectation: expectation, magnitudes: magnitudes,
      nulls: try nulls.entries.map {
        ($0, try $0.prepared(instructionSet: instructionSet, workers: workers))
      },
      rectified: Set(
        targets.map(\.node).filter { model.graph.nodes[$0].operation == .activation(.relu) }))
    try run.store.record(
      pending, total: try run.store.ownCount(), of: RecordedFields.item, workers: workers,
      makeState: { try FieldObserver(setting) },
      observe: { observer, index in
        let outcome = try observer.observe(index, of: source)
        let observations =
          outcome.observations.joined().flatMap { $0?.numbers ?? FieldObservation.noNumbers }
          + outcome.expected.joined().flatMap { $0?.numbers ?? ExpectedSpread.noNumbers }
        let nulls = outcome.nulls.joined().joined().flatMap { $0?.numbers ?? FieldSizes.noNumbers }
        return .numbers(
          [observations] + (outcome.nulls.isEmpty ? [] : [nulls])
            + outcome.maps.joined().joined().map(\.map.values)
            + outcome.published.joined().map(\.values))
      }, reporting: progress)
  }
}

import Analysis
import Checkpoints
import Engine
import Networks
import Observing
import Recording
import Stimuli
import SystemPackage

/// Measures size tuning: a network in, a run folder with results, a table and a figure out.
public typealias TuningRun = ExperimentRun<TuningExperiment>

extension TuningExperiment: Experiment {
  /// A run of this kind.
  public typealias Recorded = RecordedTuning

  /// Measures what is not yet recorded, then analyses and draws.
  public func perform(reporting progress: some RunProgress) throws -> RunOutcome<TuningResults> {
    try TuningRequest(self).perform(reporting: progress)
  }

  /// Measures a network that is not to be had by a name.
  ///
  /// - Parameters:
  ///   - model: The network, instead of the one that the experiment names.
  ///   - progress: Told about every grating.
  /// - Returns: The results and where they lie.
  /// - Throws: One-line errors naming the file or setting.
  public func perform(
    in model: GraphModel, reporting progress: some RunProgress = NoProgress()
  ) throws -> RunOutcome<TuningResults> {
    try TuningRequest(self, model: model).perform(reporting: progress)
  }

  /// Refuses: which sizes are shown follows from all of the search.
  public func performShard(reporting progress: some RunProgress) throws -> RunStatus {
    throw ExperimentError.usage(
      "--shard: a tuning run is not recorded in shards, as its curves follow from the whole search")
  }

  /// Asks for an earlier run in the folder to be thrown away.
  public mutating func startAfresh() { startsAfresh = true }
}

/// Tuning to be measured, with everything that is named looked up and checked.
///
/// Its rows are gratings: first every wave full-field, then every wave in the sizes and contrasts of the channels
/// that prefer it.
struct TuningRequest: PhotographRequest, Sendable {
  typealias Recorded = RecordedTuning

  private let experiment: TuningExperiment
  private let model: GraphModel
  private let targets: [FieldTarget]
  private let gates: [Int]
  private let attention: [(node: Int, branches: Int)?]
  private let stimuli: TuningStimuli
  /// What the model's file does not say of its pictures.
  private let preprocessing: Preprocessing?
  private let workers: Int
  let notes: [String]
  /// None: gratings are made by formula.
  var photographs: [ListedPhotograph] = []

  init(_ experiment: TuningExperiment, model: GraphModel? = nil) throws {
    try experiment.check()
    self.experiment = experiment
    workers = try Machine.workers(experiment.workers)
    var model = try model ?? ModelSource.graph(experiment.model, size: experiment.size)
    let untrained = model.nameUntrained()
    preprocessing = try model.take(experiment.input)
    notes = [
      untrained,
      preprocessing?.line(side: model.picture.height, isKnown: model.isPreprocessingKnown),
    ].compactMap { $0 }
    self.model = model
    targets = try FieldTarget.targets(experiment.nodes, of: model, positions: 1, seed: 1)
    if let target = targets.first(where: {
      $0.layout.channels > RunStore.mostNumbers / (1 + experiment.phases)
    }) {
      throw ExperimentError.failure(
        "\(experiment.model): \(target.name) has \(target.layout.channels) channels; with"
          + " \(experiment.phases) phases at most \(RunStore.mostNumbers / (1 + experiment.phases))"
          + " are recorded")
    }
    let shapes = try model.graph.shapes(picture: model.picture)
    let gates = model.graph.gates(shapes).map(\.node)
    self.gates = gates
    stimuli = TuningStimuli(experiment, picture: model.picture, preprocessing: model.preprocessing)
    attention = targets.map { target in
      guard let node = model.graph.index(named: "attention.\(target.name)"),
        let shape = shapes[node], shape.count > 1, gates.contains(node)
      else { return nil }
      return (node, shape[1])
    }
  }

  var out: String { experiment.out }
  var startsAfresh: Bool { experiment.startsAfresh }

  private var specification: TuningSpecification {
    TuningSpecification(
      network: model.sha256.isEmpty ? model.name : nil,
      input: [model.picture.height, model.picture.width],
      targets: zip(targets, attention).map { target, attention in
        .init(
          name: target.name, theoretical: target.theoretical.size, channels: target.layout.channels,
          branches: attention?.branches ?? 0)
      }, stimuli: stimuli.described, holdsGates: !gates.isEmpty && stimuli.contrasts.count > 1,
      preprocessing: preprocessing)
  }

  func description() throws -> RunDescription {
    // A graph is told by its file; no unit's attention is recorded.
    RunDescription(
      specification: try JSONText.line(specification), modelName: model.name,
      modelSHA256: model.sha256, architecture: "", unitNames: [], unitChannels: [], branchCount: 1,
      toolVersion: ToolVersion.current, shard: experiment.shard)
  }

  func recordedImages() -> [RecordedImage] {
    (0..<2 * stimuli.waves.count).map { index in
      RecordedImage(index: index, path: FilePath(name(ofGrating: index)), sha256: "")
    }
  }

  private func name(ofGrating index: Int) -> String {
    let count = stimuli.waves.count
    return index < count ? "search \(index + 1)" : "sizes \(index - count + 1)"
  }

  func record(
    _ pending: [Int], of run: RecordedTuning, reporting progress: some RunProgress
  ) throws {
    let setting = TuningObserver.Setting(
      network: try GradientPlan(
        model.graph, weights: model.weights, picture: model.picture, targets: targets.map(\.node),
        gates: gates, workers: workers),
      targets: targets, attention: attention, gates: gates, stimuli: stimuli)
    let waves = stimuli.waves
    let total = 2 * waves.count
    let (search, sizes) = (
      pending.filter { $0 < waves.count }, pending.filter { $0 >= waves.count }
    )
    if !search.isEmpty {
      try run.store.record(
        search, total: total, later: sizes.count, of: RecordedTuning.item, workers: workers,
        makeState: { try TuningObserver(setting) },
        observe: { observer, index in
          .numbers(
            try RecordedGrating.usable(
              RecordedGrating.search(try observer.search(waves[index])),
              ofGrating: name(ofGrating: index)))
        }, reporting: progress)
    }
    guard !sizes.isEmpty else { return }
    let searched = try run.searched()
    guard searched.contains(where: { $0 != nil }) else {
      throw run.noneUsable(
        try run.store.images().compactMap { image in
          image.error.map { .init(path: image.path.text, error: $0) }
        })
    }
    let preferences = Self.preferences(searched, targets: targets.count)
    try run.store.record(
      sizes, total: total, of: RecordedTuning.item, workers: workers,
      makeState: { try TuningObserver(setting) },
      observe: { observer, index in
        let wave = index - waves.count
        let tuned = try preferences.enumerated().map { place, channels -> RecordedGrating.Tuned in
          let own = channels.filter { $0.wave == wave }
          guard !own.isEmpty else { return RecordedGrating.Tuned(channels: [], attention: []) }
          return try observer.curves(waves[wave], ofTarget: place).tuned(own)
        }
        return .numbers(
          try RecordedGrating.usable(
            [RecordedGrating.curves(tuned)], ofGrating: name(ofGrating: index)))
      }, reporting: progress)
  }

  /// What a channel prefers.
  struct Preference: Sendable {
    var channel: Int
    var wave: Int
    var measure: TuningMeasure
  }

  /// Each target's channels that respond, with what they prefer.
  ///
  /// - Parameters:
  ///   - searched: `[wave][target]`; nil of waves that could not be shown.
  ///   - count: How many targets there are.
  /// - Returns: `[target]`, channels ascending.
  static func preferences(
    _ searched: [[TuningObserver.Responses]?], targets count: Int
  ) -> [[Preference]] {
    (0..<count).map { place in
      var best: [(value: Double, preference: Preference)] = []
      for (wave, responses) in searched.enumerated() {
        guard let own = responses?[place] else { continue }
        if best.isEmpty {
          best = own.mean.indices.map {
            (-.infinity, Preference(channel: $0, wave: wave, measure: .mean))
          }
        }
        for channel in own.mean.indices {
          for measure in [TuningMeasure.mean, .modulation] {
            let value = own.value(channel, measure)
            guard value > best[channel].value else { continue }
            best[channel] = (value, Preference(channel: channel, wave: wave, measure: measure))
          }
        }
      }
      let largest = best.map(\.value).max() ?? 0
      return best.filter { $0.value > 0.02 * largest && $0.value > 0 }.map(\.preference)
    }
  }
}

extension TuningObserver.Curves {
  /// What is recorded of the channels that prefer the wave.
  fileprivate func tuned(_ channels: [TuningRequest.Preference]) -> RecordedGrating.Tuned {
    RecordedGrating.Tuned(
      channels: channels.map { own in
        func values(_ rows: [TuningObserver.Responses]) -> [Double] {
          rows.map { $0.value(own.channel, own.measure) }
        }
        return (
          own.channel, own.measure,
          discs.flatMap(values) + (heldDiscs ?? []).flatMap(values) + values(annuli)
        )
      }, attention: attention.joined().joined().map { $0 })
  }
}

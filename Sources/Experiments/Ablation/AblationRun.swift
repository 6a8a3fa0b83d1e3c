import Analysis
import Checkpoints
import Foundation
import Networks
import Recording
import Training
import TrainingData

/// Performs an ablation: variants and seeds in, a folder with one store, table and figure out.
///
/// Every variant is trained from every seed, judged by the validation pictures, and, where it has
/// attention, put through a zoom with its controls and through lesions. Seeds are the outer loop, so
/// that whatever is cut short compares all variants. The same ablation in the same folder goes on where
/// it stopped; variants and seeds may be added.
public struct AblationRun: Sendable {
  /// The ablation.
  public let experiment: AblationExperiment

  /// What an ablation leaves.
  public struct Outcome: Sendable {
    /// The statistics.
    public var results: AblationResults
    /// The same as tables to print.
    public var table: String
    /// The ablation's folder.
    public var folder: String
    /// Files written into it: results, tables, figure.
    public var files: [String]
    /// Pictures that could not be used, a line each.
    public var failed: [String]
  }

  /// Prepares to perform an ablation; nothing happens yet.
  public init(_ experiment: AblationExperiment) { self.experiment = experiment }

  /// Does what is not yet recorded, then analyses and draws.
  ///
  /// - Parameter progress: Told about every job's steps.
  /// - Returns: The results and where they lie.
  /// - Throws: One-line errors naming the file or setting; what was recorded stays recorded.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> Outcome {
    let first = experiment.seeds.first ?? 1
    let sets = try TrainingSets(
      folder: experiment.training.data, validation: experiment.training.validation,
      selection: experiment.training.selection, seed: first)
    guard let judged = sets.validation else {
      throw ExperimentError.failure(
        "\(experiment.training.data): has no validation pictures, and none are held out, so that no "
          + "error can be told")
    }
    let job = try AblationJob(experiment, classes: sets.training.classes, validation: judged)
    let store = try OutcomeStore(folder: experiment.training.out, forWriting: true)
    var failed: [String] = []
    var done = 0
    for seed in experiment.seeds {
      for variant in experiment.variants {
        done += 1
        let count = experiment.seeds.count * experiment.variants.count
        let label = "\(variant.name), seed \(seed) (\(done) of \(count))"
        for line in try job.perform(variant, seed: seed, label, in: store, reporting: progress)
        where !failed.contains(line) {
          failed.append(line)
        }
      }
    }
    let specification = try AblationSpecification(experiment, sets: sets)
    try store.record(
      AblationSpecification.key, specification: "", content: JSONText.line(specification))
    var outcome = try RecordedAblation(folder: experiment.training.out, store: store).report()
    outcome.failed = failed
    return outcome
  }
}

/// Trains and shows one variant at a time.
private struct AblationJob {
  let experiment: AblationExperiment
  let files: AblationFiles
  /// Photographs that networks are shown.
  let images: [String]

  init(
    _ experiment: AblationExperiment, classes: [String], validation: LabelledPictures
  ) throws {
    self.experiment = experiment
    files = AblationFiles(folder: experiment.training.out)
    for variant in experiment.variants {
      var architecture = variant.architecture
      architecture.classes = classes.count
      try architecture.validate()
    }
    guard let zoom = experiment.zoom,
      experiment.variants.contains(where: { $0.architecture.hasAttention })
    else {
      images = []
      return
    }
    if let named = zoom.images {
      images = try ImageList(named).paths
      return
    }
    let pictures = validation.items.filter { $0.kept == nil }.map(\.name)
    guard !pictures.isEmpty else {
      throw ExperimentError.failure(
        "\(experiment.training.data): its validation pictures are no files that a zoom could show;"
          + " name others as 'images' of 'zoom', or say 'zoom: none'")
    }
    let count = min(zoom.pictures ?? pictures.count, pictures.count)
    images = (0..<count).map { pictures[(2 * $0 + 1) * pictures.count / (2 * count)] }
  }

  /// Does what is not in the store.
  ///
  /// - Returns: Pictures that could not be used, a line each.
  func perform(
    _ variant: AblationExperiment.Variant, seed: UInt64, _ label: String, in store: OutcomeStore,
    reporting progress: some RunProgress
  ) throws -> [String] {
    var training = experiment.training
    training.name = variant.name
    training.architecture = variant.architecture
    training.seed = seed
    training.resumes = true
    training.out = files.training(variant.name, seed: seed)
    let sets = try TrainingSets(
      folder: training.data, validation: training.validation, selection: training.selection,
      seed: seed)
    let specification = try TrainingSpecification(training, sets: sets)
    let trained: TrainingResults = try outcome(
      AblationSpecification.key(variant.name, seed: seed, .training), specification, in: store
    ) {
      progress.say("training \(label)")
      do {
        return try TrainingRun(training).perform(reporting: progress).results
      } catch let error as TrainingError {
        throw ExperimentError.failure("\(variant.name), seed \(seed): \(error)")
      }
    }
    guard let zoom = experiment.zoom, variant.architecture.hasAttention else {
      return trained.failed
    }
    var failed = trained.failed
    var shown = AblationZoomSpecification(
      images: images, scales: zoom.scales, protocol: zoom.zoomProtocol.rawValue,
      controls: zoom.controls.map(\.rawValue), lesions: [])
    let results: Results = try outcome(
      AblationSpecification.key(variant.name, seed: seed, .zoom), shown, in: store
    ) {
      progress.say("zoom of \(label)")
      return try ZoomRun(request("zoom", of: training, zoom)).perform(reporting: progress).results
    }
    failed += results.failed.map(\.error)
    guard !zoom.lesions.isEmpty else { return failed }
    shown.controls = []
    shown.lesions = zoom.lesions.map(\.rawValue)
    let lesions: LesionResults = try outcome(
      AblationSpecification.key(variant.name, seed: seed, .lesions), shown, in: store
    ) {
      progress.say("lesions of \(label)")
      return try LesionRun(
        LesionExperiment(request("lesions", of: training, zoom), lesions: zoom.lesions)
      ).perform(reporting: progress).results
    }
    return failed + lesions.failed.map(\.error)
  }

  private func request(
    _ kind: String, of training: TrainingExperiment, _ zoom: AblationExperiment.Zoom
  ) -> ZoomExperiment {
    ZoomExperiment(
      images: images, model: TrainingFiles(folder: training.out).last, scales: zoom.scales,
      zoomProtocol: zoom.zoomProtocol, controls: zoom.controls, workers: training.workers,
      out: training.out + "/" + kind)
  }

  /// What the store has under a key, or what a job brings, which is then recorded.
  private func outcome<Value: Codable, Specification: Codable>(
    _ key: String, _ specification: Specification, in store: OutcomeStore,
    perform: () throws -> Value
  ) throws -> Value {
    let asked = try JSONText.line(specification)
    if let recorded = try store.outcome(key)?.specification {
      // What an earlier version did not write has its default once it is read.
      let read = try? JSONDecoder().decode(Specification.self, from: Data(recorded.utf8))
      let differences = RunStore.differences(try read.map(JSONText.line) ?? recorded, asked)
      guard differences.isEmpty else {
        throw ExperimentError.failure(
          "\(store.folder): another ablation lies here: \(key): "
            + "\(differences.prefix(3).joined(separator: "; ")); ask for what was recorded, or choose"
            + " another --out")
      }
      if let value: Value = try store.decoded(key) { return value }
    }
    let value = try perform()
    try store.record(key, specification: asked, content: JSONText.line(value))
    return value
  }
}

extension OutcomeStore {
  /// A document under a key; nil if there is none.
  ///
  /// - Throws: `RecordingError` if it cannot be read.
  func decoded<Value: Decodable>(_ key: String) throws -> Value? {
    guard let outcome = try outcome(key) else { return nil }
    guard
      let value = try? JSONDecoder().decode(Value.self, from: Data(outcome.content.utf8))
    else {
      throw RecordingError.damaged(
        folder: folder, file: Self.fileName, reason: "'\(key)' cannot be read")
    }
    return value
  }
}

extension AblationSpecification {
  fileprivate init(_ experiment: AblationExperiment, sets: TrainingSets) throws {
    let size = SpatialSize(side: experiment.training.preprocessing.size)
    let classes = sets.training.classes.count
    self.init(
      name: experiment.training.name,
      training: AblationResults.Training(
        classes: classes, pictures: sets.training.count,
        validationPictures: sets.validation?.count ?? 0,
        epochs: experiment.training.recipe.epochs ?? 0, size: size.height,
        seeds: experiment.seeds),
      reference: experiment.reference,
      variants: try experiment.variants.map { variant in
        var architecture = variant.architecture
        architecture.classes = classes
        return Variant(
          name: variant.name, architecture: architecture,
          macs: try architecture.macCount(input: size), paper: variant.paper)
      }, hasZoom: experiment.zoom != nil, hasLesions: experiment.zoom?.lesions.isEmpty == false)
  }
}

import Analysis
import Checkpoints
import Files
import Foundation
import Networks
import Observing
import Pictures
import Recording
import SystemPackage
import Training
import TrainingData
import TrainingRuns

/// Performs an ablation: variants and seeds in, a folder with one store, table and figure out.
///
/// Every variant is trained from every seed, judged by the validation pictures, and, where it has
/// attention, put through a zoom with its controls and through lesions. Seeds are the outer loop, so
/// that whatever is cut short compares all variants. The same ablation in the same folder goes on where
/// it stopped; variants and seeds may be added.
public typealias AblationRun = ExperimentRun<AblationExperiment>

extension AblationExperiment: Experiment {
  /// A run of this kind.
  public typealias Recorded = RecordedAblation

  /// Threads.
  public var workers: Int? {
    get { training.workers }
    set { training.workers = newValue }
  }

  /// Refuses: days of training are never thrown away.
  public mutating func startAfresh() throws {
    throw ExperimentError.usage(
      "--fresh: an ablation's trainings are not thrown away; choose another --out")
  }

  /// Does what is not yet recorded, then analyses and draws.
  public func perform(reporting progress: some RunProgress) throws -> RunOutcome<AblationResults> {
    let (store, failed) = try recorded(reporting: progress)
    var outcome = try RecordedAblation(folder: training.out, store: store).report()
    outcome.failed = failed
    return outcome
  }

  /// Does what is not yet recorded of the shard.
  public func performShard(reporting progress: some RunProgress) throws -> RunStatus {
    for line in try recorded(reporting: progress).failed { progress.say("failed: \(line)") }
    return try RunStatus(folder: training.out)
  }

  private func recorded(
    reporting progress: some RunProgress
  ) throws -> (store: OutcomeStore, failed: [String]) {
    // Before days of training, not after.
    if let zoom { try ZoomExperiment.checkShift(scales: zoom.scales) }
    var training = training
    if let first = seeds.first { training.seed = first }
    var sets = try training.sets()
    guard let judged = sets.validation else {
      throw ExperimentError.failure(
        "\(training.data): has no validation pictures, and none are held out, so that no error can be "
          + "told")
    }
    let specification = try AblationSpecification(self, sets: sets)
    let job = try AblationJob(self, validation: judged)
    try job.countPixels(reporting: progress)
    let store = try OutcomeStore(folder: training.out, forWriting: true)
    try store.begin(shard, of: specification)
    var failed: [String] = []
    var done = 0
    for seed in seeds {
      if seed != training.seed {
        training.seed = seed
        sets = try training.sets()
      }
      let pictures = TrainingSpecification.Pictures(sets, of: training)
      for variant in variants {
        done += 1
        guard shard?.holds(done - 1) ?? true else { continue }
        let count = seeds.count * variants.count
        let label = "\(variant.name), seed \(seed) (\(done) of \(count))"
        let lines: [String]
        do {
          lines = try job.perform(
            variant, seed: seed, pictures, label, in: store, reporting: progress)
        } catch let stopped as JobStopped {
          throw JobStopped(
            state: "\(label): \(stopped.state)", resuming: "the same command goes on")
        }
        for line in lines where !failed.contains(line) { failed.append(line) }
      }
    }
    return (store, failed)
  }
}

/// Trains and shows one variant at a time.
private struct AblationJob {
  let experiment: AblationExperiment
  let files: AblationFolder
  /// Photographs that networks are shown.
  let images: [FilePath]
  /// A digest of their names and contents.
  let digest: String

  init(_ experiment: AblationExperiment, validation: LabelledPictures) throws {
    self.experiment = experiment
    files = AblationFolder(folder: experiment.training.out)
    guard let zoom = experiment.zoom,
      experiment.variants.contains(where: { $0.architecture.hasAttention })
    else {
      images = []
      digest = ""
      return
    }
    if let named = zoom.images {
      images = try ImageList(named).paths
    } else {
      let pictures = validation.items.compactMap(\.file)
      guard !pictures.isEmpty else {
        throw ExperimentError.failure(
          "\(experiment.training.data): its validation pictures are no files that a zoom could show;"
            + " name others as 'images' of 'zoom', or say 'zoom: none'")
      }
      images = pictures.evenlySpaced(zoom.pictures ?? pictures.count)
    }
    let hashes = try ListedPhotograph.hashes(
      of: images, in: nil,
      limits: DecodingLimits(maximumMegapixels: experiment.training.maximumMegapixels),
      workers: Machine.workers(experiment.training.workers))
    digest = AblationZoomSpecification.digest(of: images, hashes)
  }

  /// Says how many of the photographs are undersampled, before anything is trained.
  ///
  /// - Throws: If none would be left.
  func countPixels(reporting progress: some RunProgress) throws {
    guard let zoom = experiment.zoom, !images.isEmpty else { return }
    let input = experiment.training.preprocessing
    let pixels = PixelCount(images, size: input.size, crop: input.crop, scales: zoom.scales)
    guard let words = pixels.words(isCounted: false) else { return }
    guard !pixels.leavesNone else { throw ExperimentError.failure("zoom: \(words)") }
    progress.say("zoom: \(words)")
  }

  /// Does what is not in the store.
  ///
  /// - Returns: Pictures that could not be used, a line each.
  func perform(
    _ variant: AblationExperiment.Variant, seed: UInt64,
    _ pictures: TrainingSpecification.Pictures, _ label: String, in store: OutcomeStore,
    reporting progress: some RunProgress
  ) throws -> [String] {
    var training = experiment.training
    training.name = variant.name
    training.architecture = variant.architecture
    training.seed = seed
    training.resumes = true
    training.out = files.training(variant.name, seed: seed)
    let specification = try TrainingSpecification(training, pictures: pictures)
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
      images: images.map(\.text), photographs: digest, scales: zoom.scales,
      protocol: zoom.zoomProtocol.rawValue,
      controls: zoom.controls.map(\.rawValue), lesions: [],
      primary: zoom.primary == FamilyDeclaration() ? nil : zoom.primary)
    let zoomed = request("zoom", of: training, zoom)
    let results: ZoomResults = try outcome(
      AblationSpecification.key(variant.name, seed: seed, .zoom), shown, in: store,
      retrying: { try !$0.failed.isEmpty && canGoOn(zoomed) }
    ) {
      progress.say("zoom of \(label)")
      return try ZoomRun(zoomed).perform(reporting: progress).results
    }
    failed += results.failed.map(\.error)
    guard !zoom.lesions.isEmpty else { return failed }
    shown.controls = []
    shown.primary = nil
    shown.lesions = zoom.lesions.map(\.rawValue)
    let lesioned = request("lesions", of: training, zoom)
    let lesions: LesionResults = try outcome(
      AblationSpecification.key(variant.name, seed: seed, .lesions), shown, in: store,
      retrying: { try !$0.failed.isEmpty && canGoOn(lesioned) }
    ) {
      progress.say("lesions of \(label)")
      return try LesionRun(LesionExperiment(lesioned, lesions: zoom.lesions))
        .perform(reporting: progress).results
    }
    return failed + lesions.failed.map(\.error)
  }

  /// Whether the run that an outcome came of is still there, so that its failed photographs can be tried
  /// again without all the others.
  private func canGoOn(_ request: ZoomExperiment) throws -> Bool {
    guard FileManager.default.fileExists(atPath: request.model) else { return false }
    return try RunStore.probe(request.out) == .run
  }

  private func request(
    _ kind: String, of training: TrainingExperiment, _ zoom: AblationExperiment.Zoom
  ) -> ZoomExperiment {
    var request = ZoomExperiment(
      images: images, model: TrainingFolder(folder: training.out).last, scales: zoom.scales,
      zoomProtocol: zoom.zoomProtocol, controls: zoom.controls, workers: training.workers,
      primary: zoom.primary, out: training.out + "/" + kind)
    request.maximumMegapixels = training.maximumMegapixels
    return request
  }

  /// What the store has under a key, or what a job brings, which is then recorded.
  ///
  /// `retrying` says whether the job may bring more than what is recorded.
  private func outcome<Value: Codable, Specification: OutcomeSpecification>(
    _ key: String, _ specification: Specification, in store: OutcomeStore,
    retrying: (Value) throws -> Bool = { _ in false }, perform: () throws -> Value
  ) throws -> Value {
    let asked = try JSONText.line(specification)
    if let recorded = try store.outcome(key) {
      // What an earlier version did not write has its default once it is read.
      let read = try? JSONDecoder().decode(
        Specification.self, from: Data(recorded.specification.utf8))
      let known = try read.map { try JSONText.line($0) } ?? recorded.specification
      let given = try read.map { try JSONText.line(specification.known(as: $0)) } ?? asked
      let differences = RunStore.differences(known, given)
      guard differences.isEmpty else {
        throw ExperimentError.failure(
          "\(store.folder): another ablation lies here: \(key): "
            + "\(differences.prefix(3).joined(separator: "; ")); ask for what was recorded, or choose"
            + " another --out")
      }
      let value: Value = try store.decoded(recorded, key)
      guard try retrying(value) else { return value }
    }
    let value = try perform()
    try store.record(key, specification: asked, content: JSONText.line(value))
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
        try architecture.validate()
        return Variant(
          name: variant.name, architecture: architecture,
          macs: try architecture.macCount(input: size), paper: variant.paper)
      }, contrasts: experiment.contrasts, hasZoom: experiment.zoom != nil,
      hasLesions: experiment.zoom?.lesions.isEmpty == false)
  }
}

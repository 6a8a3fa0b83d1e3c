import Checkpoints
import Engine
import Foundation
import Networks
import Observing
import Recording
import Training
import TrainingData
import Wording

/// Performs a training: pictures in, a folder with models, checkpoint, log and curve out.
///
/// Killed at any moment and resumed, a run ends with the weights of an undisturbed one, to the bit.
public struct TrainingRun: Sendable {
  /// The training.
  public let experiment: TrainingExperiment

  /// What a run leaves.
  public struct Outcome: Sendable {
    /// Epochs and accuracies.
    public var results: TrainingResults
    /// The same as lines to print.
    public var text: String
    /// The run's folder.
    public var folder: String
    /// Files written into it.
    public var files: [String]
  }

  /// Prepares to perform a training; nothing happens yet.
  public init(_ experiment: TrainingExperiment) { self.experiment = experiment }

  /// Trains from the start or from the checkpoint on.
  ///
  /// - Parameter progress: Told about every step.
  /// - Returns: The results and where they lie.
  /// - Throws: One-line errors naming the file or setting; the last checkpoint stays.
  public func perform(reporting progress: some RunProgress = NoProgress()) throws -> Outcome {
    let begin = ContinuousClock.now
    let files = TrainingFolder(folder: experiment.out)
    var experiment = experiment
    let checkpoint = try self.checkpoint(files)
    if experiment.recipe.minutes == nil, let minutes = checkpoint?.specification.recipe.minutes {
      (experiment.recipe.minutes, experiment.recipe.epochs) = (minutes, nil)
    }
    let workers = try self.workers(checkpoint)
    // Before pictures are read.
    _ = try InstructionSet.best.kernels(experiment.recipe.precision)
    var sets = try experiment.sets()
    if let line = sets.skipped.line { progress.say(line) }
    let specification = try TrainingSpecification(
      experiment, pictures: TrainingSpecification.Pictures(sets, of: experiment))
    try checkpoint?.checkSame(specification, folder: experiment.out)
    if checkpoint == nil { try files.checkFree() } else { try files.checkOwn() }
    try checkpoint?.checkRun(path: files.checkpoint, pictures: sets.training.count)
    try files.makeFolder()
    let lock = try FolderLock(experiment.out)
    defer { lock.release() }
    if let checkpoint, checkpoint.stepCount >= checkpoint.record.run.steps {
      progress.say("the training is finished already")
      return outcome(specification, checkpoint.record, failed: [], files)
    }

    for phase in experiment.recipe.sizes.phases {
      try TrainingNetwork.requireMemory(
        for: specification.architecture,
        batch: experiment.recipe.picturesAtOnce(of: experiment.recipe.batch), height: phase.size,
        width: phase.size, workers: workers, precision: experiment.recipe.precision,
        includingState: true)
    }
    var loading = DataLoading(megabytes: experiment.memoryInMegabytes, workers: workers)
    if sets.validation != nil, var validation = sets.validation {
      try loading.keep(&validation, "to validate with", reporting: progress)
      sets.validation = validation
    }
    try loading.keep(&sets.training, "to learn from", reporting: progress)
    let batches = BatchRecipe(
      pictures: sets.training, augmentation: experiment.recipe.augmentation,
      preprocessing: experiment.preprocessing, batch: experiment.recipe.batch,
      seed: experiment.seed)
    let validation = sets.validation.map {
      Validation(
        architecture: specification.architecture, preprocessing: experiment.preprocessing,
        pictures: $0, workers: workers)
    }
    let weights = checkpoint == nil ? initialWeights(specification) : Weights()
    let state =
      try checkpoint.map {
        try TrainingState(
          specification.architecture, tensors: $0.tensors, stepCount: $0.stepCount)
      }
      ?? TrainingState(
        specification.architecture, weights: weights,
        keepsAverage: experiment.recipe.keepsAverage)
    let record =
      try checkpoint?.record
      ?? TrainingRecord(
        run: length(
          specification, weights: weights,
          timing: StepTiming(
            specification: specification, batches: batches, validation: validation,
            workers: workers, files: files), begin: begin, reporting: progress), workers: workers)
    if checkpoint == nil {
      // Whose the folder is stands in it before anything else does.
      try TrainingCheckpoint(specification: specification, record: record, state: state)
        .write(toFile: files.checkpoint)
    } else {
      progress.say("resuming after step \(state.stepCount) of \(record.run.steps)")
    }
    let loop = try TrainingLoop(
      specification, batches: batches, validation: validation, state: state, record: record,
      files: files, checkpointMinutes: experiment.checkpointMinutes, failed: loading.failed,
      reporting: progress)
    let end = try loop.run()
    return outcome(specification, end, failed: loop.failed, files)
  }

  /// The checkpoint to go on from, if the experiment is to go on.
  private func checkpoint(_ files: TrainingFolder) throws -> TrainingCheckpoint? {
    guard FileManager.default.fileExists(atPath: files.checkpoint) else { return nil }
    guard experiment.resumes else {
      throw ExperimentError.failure(
        "\(experiment.out): holds a training already; --resume goes on with it,"
          + " another --out keeps it")
    }
    return try TrainingCheckpoint(contentsOfFile: files.checkpoint)
  }

  private func workers(_ checkpoint: TrainingCheckpoint?) throws -> Int {
    guard let recorded = checkpoint?.record.workers else {
      return try Machine.workers(experiment.workers)
    }
    if let given = experiment.workers, given != recorded {
      throw ExperimentError.usage(
        "--workers \(given): the training was begun with \(counted(recorded, "thread")), and another number"
          + " would round its sums differently; leave the flag out")
    }
    return recorded
  }

  private func initialWeights(_ specification: TrainingSpecification) -> Weights {
    let architecture = specification.architecture
    var weights = Weights.initialized(for: architecture, seed: specification.seed)
    guard specification.recipe.zeroesLastNorm else { return weights }
    for unit in architecture.units {
      let name = unit.prefix + "expand.bn.weight"
      weights[name] = weights[name].map {
        Tensor(shape: $0.shape, values: [Float](repeating: 0, count: $0.values.count))
      }
    }
    return weights
  }

  /// The run's length: as asked for in epochs, or fitted to the minutes that are left.
  private func length(
    _ specification: TrainingSpecification, weights: Weights, timing: StepTiming,
    begin: ContinuousClock.Instant, reporting progress: some RunProgress
  ) throws -> RunLength {
    let recipe = specification.recipe
    let perEpoch = timing.batches.stepsPerEpoch
    guard let minutes = recipe.minutes else {
      return RunLength(epochs: recipe.epochs ?? 1, stepsPerEpoch: perEpoch)
    }
    progress.say("measuring how long steps take")
    var budget = try timing.budget(seconds: 0, weights: weights)
    budget.seconds = 60 * minutes - (ContinuousClock.now - begin) / .seconds(1)
    let run = budget.longestRun(stepsPerEpoch: perEpoch, sizes: recipe.sizes)
    let steps = budget.secondsPerStep.sorted { $0.key < $1.key }
      .map { String(format: "%.3f s at %d px", $0.value, $0.key) }
    progress.say(
      String(
        format: "%d steps, %.4g epochs, fit into %.4g minutes: ", run.steps, run.epochs, minutes)
        + "a step takes \(steps.joined(separator: ", "))")
    return run
  }

  private func outcome(
    _ specification: TrainingSpecification, _ record: TrainingRecord, failed: [String],
    _ files: TrainingFolder
  ) -> Outcome {
    let results = TrainingResults(
      model: specification.name, steps: record.run.steps, minutes: record.seconds / 60,
      epochs: record.history, failed: failed)
    let written = [files.best, files.last, files.checkpoint, files.log, files.curve]
      .filter { FileManager.default.fileExists(atPath: $0) }
    return Outcome(
      results: results, text: TrainingReport.summary(results), folder: experiment.out,
      files: written)
  }
}

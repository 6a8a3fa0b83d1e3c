import Analysis
import Checkpoints
import Engine
import Foundation
import Networks
import Observing
import Training
import TrainingData

/// Makes the steps of a run from where its state stands, with all that goes on the disk beside them.
///
/// Batches are made on threads of their own, a few steps ahead; everything else happens on the calling
/// thread.
final class TrainingLoop<Progress: RunProgress> {
  private let specification: TrainingSpecification
  private let batches: BatchRecipe
  private let validation: Validation?
  private let files: TrainingFolder
  private let checkpointPause: Duration
  private let progress: Progress

  private let state: TrainingState
  private var record: TrainingRecord
  private var log: TrainingLog
  private var network: TrainingNetwork?

  private let begin = ContinuousClock.now
  private let secondsBefore: Double
  private var intervalBegin = ContinuousClock.now
  private var imagesInInterval = 0
  private var imagesPerSecond = 0.0
  private var lastCurve: ContinuousClock.Instant?
  private var lastCheckpoint = ContinuousClock.now
  /// Pictures that turned out to be broken, a line each, in the order in which they were met.
  private(set) var failed: [String]

  /// Lines of the log come every so many steps.
  private let stepsPerLine = 50

  init(
    _ specification: TrainingSpecification, batches: BatchRecipe, validation: Validation?,
    state: TrainingState, record: TrainingRecord, files: TrainingFolder, checkpointMinutes: Double,
    failed: [String], reporting progress: Progress
  ) throws {
    self.specification = specification
    self.batches = batches
    self.validation = validation
    self.state = state
    self.record = record
    self.files = files
    self.failed = failed
    self.progress = progress
    checkpointPause = .seconds(60 * checkpointMinutes)
    secondsBefore = record.seconds
    log = try TrainingLog(path: files.log, keeping: record.logBytes)
  }

  /// Makes all steps that are left.
  ///
  /// - Returns: The record at the end.
  /// - Throws: `TrainingError.diverged` naming step and layer; errors of the disk; `JobStopped` if it was
  ///   asked to stop. The last checkpoint stays.
  func run() throws -> TrainingRecord {
    try progress.stoppingByItself { try steps() }
    return record
  }

  private func steps() throws {
    let first = state.stepCount
    let (batches, run, sizes) = (batches, record.run, specification.recipe.sizes)
    try mapInOrder(
      count: run.steps - first, workers: record.workers, makeState: { BatchMaker(batches) },
      transform: { maker, index in
        let step = first + index
        return try maker.batch(step: step, size: sizes.size(step: step, of: run))
      },
      consume: { index, batch in
        try make(step: first + index, with: batch)
        return !progress.isToStop
      })
    if progress.isToStop {
      throw JobStopped(
        state: "step \(state.stepCount) of \(record.run.steps) recorded in \(files.folder)",
        resuming: "the same command with --resume goes on")
    }
  }

  private var seconds: Double { secondsBefore + (ContinuousClock.now - begin) / .seconds(1) }

  private func make(step: Int, with batch: LabelledBatch) throws {
    for error in batch.broken where !failed.contains("\(error)") { failed.append("\(error)") }
    let recipe = specification.recipe
    let rate = recipe.rate.rate(step: step, of: record.run)
    let network = try network(size: batch.size)
    for part in batch.parts(recipe.accumulate ?? 1) {
      let result = try network.forwardBackward(
        pixels: part.pixels, labels: part.labels, labelSmoothing: recipe.labelSmoothing)
      record.epoch.add(count: result.count, loss: result.loss, correct: result.correct)
      record.interval.add(count: result.count, loss: result.loss, correct: result.correct)
      imagesInInterval += result.count
    }
    try recipe.optimizer.step(state, learningRate: rate)

    let made = step + 1
    let isEnd = made == record.run.steps || made % record.run.stepsPerEpoch == 0
    if isEnd || made % stepsPerLine == 0 { try writeLine(made, size: batch.size, rate: rate) }
    report(made, size: batch.size)
    if isEnd {
      try endEpoch(made, size: batch.size, rate: rate)
    } else if progress.isToStop || ContinuousClock.now - lastCheckpoint >= checkpointPause {
      try checkpoint()
    }
  }

  /// The network compiled for pictures of a size; the one before is let go of.
  private func network(size: Int) throws -> TrainingNetwork {
    if let network, network.height == size { return network }
    network = nil
    let compiled = try TrainingNetwork(
      state, batch: specification.recipe.picturesAtOnce(of: batches.batch), height: size,
      width: size, workers: record.workers, precision: specification.recipe.precision)
    network = compiled
    beginInterval()
    return compiled
  }

  private func epoch(_ made: Int) -> Double { Double(made) / Double(record.run.stepsPerEpoch) }

  // MARK: What is told

  private func writeLine(_ made: Int, size: Int, rate: Double) throws {
    measureRate()
    try log.append(
      .init(
        kind: .steps, epoch: epoch(made), step: made, size: size, rate: rate,
        loss: record.interval.meanLoss, top1: record.interval.accuracy,
        imagesPerSecond: imagesPerSecond, seconds: seconds))
    record.interval = .init()
    beginInterval()
  }

  private func beginInterval() {
    imagesInInterval = 0
    intervalBegin = .now
  }

  private func measureRate() {
    let elapsed = (ContinuousClock.now - intervalBegin) / .seconds(1)
    if imagesInInterval > 0, elapsed > 0 { imagesPerSecond = Double(imagesInInterval) / elapsed }
  }

  private func report(_ made: Int, size: Int) {
    measureRate()
    var pixels = 0.0
    var start = 0
    for (phase, steps) in zip(
      specification.recipe.sizes.phases, specification.recipe.sizes.steps(of: record.run))
    {
      let left = max(0, start + steps - max(made, start))
      pixels += Double(left) * Double(phase.size * phase.size)
      start += steps
    }
    let left = pixels / Double(size * size) * Double(batches.batch) / max(imagesPerSecond, 1e-9)
    progress.trained(
      TrainingStatus(
        step: made, steps: record.run.steps, epoch: epoch(made), epochs: record.run.epochs,
        size: size, loss: record.epoch.meanLoss, top1: record.epoch.accuracy,
        imagesPerSecond: imagesPerSecond, secondsLeft: left))
  }

  // MARK: What is kept

  private func endEpoch(_ made: Int, size: Int, rate: Double) throws {
    var ended = TrainingResults.Epoch(
      epoch: epoch(made), size: size, loss: record.epoch.meanLoss, top1: record.epoch.accuracy)
    try log.append(
      .init(
        kind: .epoch, epoch: ended.epoch, step: made, size: size, rate: rate, loss: ended.loss,
        top1: ended.top1, seconds: seconds))
    let number = made / record.run.stepsPerEpoch
    let isTime =
      made == record.run.steps || number % specification.recipe.validateEvery == 0
    if isTime { ended.validation = try judge(made, rate: rate) }
    let best = record.history.compactMap(\.validation?.top1).max()
    record.history.append(ended)
    record.epoch = .init()
    progress.say(TrainingReport.line(ended, of: record.run.epochs))
    if let top1 = ended.validation?.top1, top1 > best ?? -1 { try writeModel(files.best, ended) }
    try writeModel(files.last, ended)
    drawCurve(isLast: made == record.run.steps)
    try checkpoint()
    beginInterval()
  }

  private var weights: Weights { state.averagedWeights ?? state.weights }

  private func judge(_ made: Int, rate: Double) throws -> TrainingResults.Accuracy? {
    guard let validation else { return nil }
    let (accuracy, broken) = try validation.judge(weights)
    for line in broken where !failed.contains(line) { failed.append(line) }
    guard let accuracy else { return nil }
    try log.append(
      .init(
        kind: .validation, epoch: epoch(made), step: made, size: validation.preprocessing.size,
        rate: rate, loss: accuracy.loss, top1: accuracy.top1, top5: accuracy.top5,
        seconds: seconds))
    return accuracy
  }

  private func writeModel(_ path: String, _ epoch: TrainingResults.Epoch) throws {
    let model = Model(
      name: specification.name, architecture: specification.architecture,
      preprocessing: specification.preprocessing, classes: specification.pictures.classes,
      weights: weights)
    try model.write(
      toFile: path,
      notes: [
        "training": TrainingReport.note(epoch, of: specification),
        "recipe": try JSONText.line(specification.recipe),
      ])
  }

  /// Draws the curve, of short epochs not each time.
  private func drawCurve(isLast: Bool) {
    if let lastCurve, !isLast, ContinuousClock.now - lastCurve < .seconds(10) { return }
    lastCurve = .now
    do {
      try TrainingReport.curve(specification, record).write(toFile: files.curve, format: .png)
    } catch {
      // A missing font must not end a training.
      progress.say("the training curve is not drawn: \(error)")
    }
  }

  private func checkpoint() throws {
    try log.synchronize()
    record.logBytes = log.byteCount
    record.seconds = seconds
    try TrainingCheckpoint(specification: specification, record: record, state: state)
      .write(toFile: files.checkpoint)
    lastCheckpoint = .now
  }
}

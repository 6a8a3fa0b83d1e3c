import Engine
import Foundation
import Networks
import Training
import TrainingData

/// Measures what steps and validations take, on weights that are thrown away.
struct StepTiming {
  let specification: TrainingSpecification
  let batches: BatchRecipe
  let validation: Validation?
  let workers: Int
  let files: TrainingFolder

  private static let measuredSteps = 4
  private static let measuredPictures = 256

  /// The budget of some seconds.
  func budget(seconds: Double, weights: Weights) throws -> TimeBudget {
    let recipe = specification.recipe
    let state = try TrainingState(
      specification.architecture, weights: weights, keepsAverage: recipe.keepsAverage)
    var secondsPerStep: [Int: Double] = [:]
    for size in Set(recipe.sizes.phases.map(\.size)).sorted() {
      secondsPerStep[size] = try secondsOfStep(state, size: size)
    }
    return TimeBudget(
      seconds: seconds, secondsPerStep: secondsPerStep,
      secondsPerEpoch: try secondsOfWriting(state),
      secondsPerValidation: try secondsOfValidation(weights),
      epochsPerValidation: recipe.validateEvery)
  }

  /// The median of a few steps after one to warm up; batches are made beside the steps, on the same cores.
  private func secondsOfStep(_ state: TrainingState, size: Int) throws -> Double {
    let recipe = specification.recipe
    let network = try TrainingNetwork(
      state, batch: recipe.picturesAtOnce(of: batches.batch), height: size, width: size,
      workers: workers, precision: recipe.precision)
    let maker = BatchMaker(batches)
    var measured: [Double] = []
    for step in 0...Self.measuredSteps {
      let begin = ContinuousClock.now
      let batch = try maker.batch(step: step, size: size)
      let made = ContinuousClock.now
      for part in batch.parts(recipe.accumulate ?? 1) {
        _ = try network.forwardBackward(
          pixels: part.pixels, labels: part.labels, labelSmoothing: recipe.labelSmoothing)
      }
      // A rate of 0 takes as long, and keeps the weights from running away before the warm-up.
      try recipe.optimizer.step(state, learningRate: 0)
      let end = ContinuousClock.now
      measured.append((made - begin) / .seconds(1) / Double(workers) + (end - made) / .seconds(1))
    }
    return measured.dropFirst().sorted()[Self.measuredSteps / 2]
  }

  /// A checkpoint and two models, which together are about as large.
  private func secondsOfWriting(_ state: TrainingState) throws -> Double {
    let record = TrainingRecord(run: RunLength(steps: 1, stepsPerEpoch: 1), workers: workers)
    let begin = ContinuousClock.now
    try TrainingCheckpoint(specification: specification, record: record, state: state)
      .rehearse(besideFile: files.checkpoint)
    let elapsed = (ContinuousClock.now - begin) / .seconds(1)
    return 2 * elapsed
  }

  private func secondsOfValidation(_ weights: Weights) throws -> Double {
    guard let validation else { return 0 }
    let count = min(Self.measuredPictures, validation.pictures.count)
    let begin = ContinuousClock.now
    _ = try validation.judge(weights, first: count)
    let elapsed = (ContinuousClock.now - begin) / .seconds(1)
    return elapsed * Double(validation.pictures.count) / Double(count)
  }
}

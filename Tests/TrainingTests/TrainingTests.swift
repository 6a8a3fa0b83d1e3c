import Engine
import Foundation
import Networks
import TestSupport
import Testing
import Training

@Suite("Training")
struct TrainingTests {
  private static let architecture = TrainedNetwork.all[0].architecture
  private static let optimizer = Optimizer()

  private static func fresh(keepsAverage: Bool = false) throws -> TrainingState {
    try TrainingState(
      architecture, weights: .formula(for: architecture), keepsAverage: keepsAverage)
  }

  /// Trains on the fixtures' batch.
  private static func train(_ state: TrainingState, steps: Int, workers: Int = 2) throws {
    let network = try TrainingNetwork(state, batch: 8, height: 24, width: 24, workers: workers)
    let pixels = try TrainedNetwork.all[0].pixels()
    for _ in 0..<steps {
      _ = try network.forwardBackward(
        pixels: pixels, labels: TrainedNetwork.labels, labelSmoothing: 0.1)
      try optimizer.step(state, learningRate: 0.05)
    }
  }

  @Test("gives the same bits every time", arguments: [1, 2, 3])
  func repeats(workers: Int) throws {
    let states = try (0..<2).map { _ in try Self.fresh() }
    for state in states { try Self.train(state, steps: 3, workers: workers) }
    #expect(states[0].tensors.tensors == states[1].tensors.tensors)
  }

  @Test("gives the same up to rounding for any number of workers", arguments: [2, 3, 8, 20])
  func workers(count: Int) throws {
    let alone = try Self.fresh()
    let together = try Self.fresh()
    try Self.train(alone, steps: 1, workers: 1)
    try Self.train(together, steps: 1, workers: count)
    for (name, tensor) in alone.tensors.tensors {
      let other = try #require(together.tensors[name])
      #expect(relativeError(other.values, tensor.values) < 1e-4, "\(name)")
    }
  }

  @Test("goes on from saved tensors to the bit", arguments: [false, true])
  func restores(keepsAverage: Bool) throws {
    let state = try Self.fresh(keepsAverage: keepsAverage)
    try Self.train(state, steps: 2)
    let restored = try TrainingState(
      Self.architecture, tensors: state.tensors, stepCount: state.stepCount)
    #expect(restored.hasAverage == keepsAverage)
    try Self.train(state, steps: 1)
    try Self.train(restored, steps: 1)
    #expect(restored.stepCount == 3)
    #expect(restored.tensors.tensors == state.tensors.tensors)
  }

  @Test("takes a smaller last batch as a network compiled for it would", arguments: [2, 5, 7])
  func smallerBatch(count: Int) throws {
    let pixels = Array(try TrainedNetwork.all[0].pixels()[..<(count * 3 * 24 * 24)])
    let labels = Array(TrainedNetwork.labels[..<count])
    var gradients: [Weights] = []
    for capacity in [8, count] {
      let state = try Self.fresh()
      let network = try TrainingNetwork(state, batch: capacity, height: 24, width: 24, workers: 2)
      _ = try network.forwardBackward(pixels: pixels, labels: labels)
      gradients.append(state.gradients)
    }
    for (name, tensor) in gradients[1].tensors {
      let other = try #require(gradients[0][name])
      #expect(relativeError(other.values, tensor.values) < 1e-4, "\(name)")
    }
  }

  @Test("accumulates the mean gradient over all pictures of several batches")
  func accumulates() throws {
    let state = try Self.fresh()
    let network = try TrainingNetwork(state, batch: 8, height: 24, width: 24, workers: 2)
    let size = 3 * 24 * 24
    let pixels = try TrainedNetwork.all[0].pixels()
    var means: [Weights] = []
    for range in [0..<6, 6..<8] {
      state.clearGradients()
      _ = try network.forwardBackward(
        pixels: Array(pixels[range.lowerBound * size..<range.upperBound * size]),
        labels: Array(TrainedNetwork.labels[range]))
      means.append(state.gradients)
    }
    // The second batch's gradient is still there.
    _ = try network.forwardBackward(
      pixels: Array(pixels[..<(6 * size)]), labels: Array(TrainedNetwork.labels[..<6]))
    for (name, tensor) in state.gradients.tensors {
      let first = try #require(means[0][name]).values
      let second = try #require(means[1][name]).values
      let expected = zip(first, second).map { (6 * $0 + 2 * $1) / 8 }
      // The running statistics, which moments are taken around, have moved since: some ReLUs may differ.
      #expect(relativeError(tensor.values, expected) < 0.02, "\(name)")
    }
  }

  @Test("compiles another size on the same state")
  func progressiveResizing() throws {
    let state = try Self.fresh()
    for side in [16, 24, 32] {
      let network = try TrainingNetwork(state, batch: 4, height: side, width: side, workers: 2)
      let pixels = Formula.noise("input", shape: [4, 3, side, side]).values
      let result = try network.forwardBackward(pixels: pixels, labels: [0, 1, 2, 3])
      #expect(result.loss.isFinite)
      try Self.optimizer.step(state, learningRate: 0.01)
    }
    #expect(state.stepCount == 3)
  }

  @Test(
    "learns a toy problem, and the plan of its weights computes the same", arguments: Variant.all)
  func learns(_ variant: Variant) throws {
    let toy = Toy(variant)
    let state = try TrainingState(
      variant.architecture, weights: .initialized(for: variant.architecture, seed: 1))
    let network = try TrainingNetwork(
      state, batch: toy.count, height: variant.size.height, width: variant.size.width, workers: 2)
    var losses: [Double] = []
    var correct = 0
    for step in 0..<50 {
      let (pixels, labels) = toy.batch(step)
      let result = try network.forwardBackward(pixels: pixels, labels: labels)
      try Optimizer().step(state, learningRate: 0.02)
      losses.append(result.loss)
      correct = result.correct
    }
    #expect(losses[49] < 0.6 * losses[0], "\(losses[0]) to \(losses[49])")
    #expect(correct > toy.count / 2)

    let (pixels, _) = toy.batch(100)
    let logits = try network.logits(pixels: pixels)
    let plan = try Plan(
      variant.architecture, weights: state.weights, height: variant.size.height,
      width: variant.size.width)
    let runner = try Runner(plan)
    var expected: [Float] = []
    let size = 3 * variant.size.count
    for picture in 0..<toy.count {
      try runner.run(Array(pixels[picture * size..<(picture + 1) * size]))
      expected += runner.logits
    }
    #expect(relativeError(logits, expected) < 1e-4)
  }
}

import Networks
import Testing
import Training

/// On one step from zero velocity, g + λw is the velocity, and the weights move by the rate times it,
/// 1 + momentum times it with Nesterov.
@Suite("An optimiser's step")
struct OptimizerTests {
  private static let architecture = TrainedNetwork.all[2].architecture
  private static let pixels = Formula.noise("input", shape: [8, 3, 24, 24]).values

  @Test("follows its formula", arguments: [false, true], [false, true])
  func step(isNesterov: Bool, decaysVectors: Bool) throws {
    let (state, gradients) = try Self.accumulated()
    let before = state.weights
    let optimizer = Optimizer(
      momentum: 0.9, isNesterov: isNesterov, weightDecay: 0.01, decaysVectors: decaysVectors)
    let norm = try optimizer.step(state, learningRate: 0.1)
    var squares = 0.0
    let after = state.tensors
    for parameter in Self.architecture.parameters where parameter.isLearnt {
      let old = try #require(before[parameter.name]).values
      let new = try #require(after[parameter.name]).values
      let gradient = try #require(gradients[parameter.name]).values
      let velocity = try #require(after["momentum." + parameter.name]).values
      let decay: Float = decaysVectors || parameter.shape.count > 1 ? 0.01 : 0
      for index in old.indices {
        let pull = gradient[index] + decay * old[index]
        #expect(abs(velocity[index] - pull) <= 1e-6 * (1 + abs(pull)))
        let expected = old[index] - 0.1 * (isNesterov ? 1.9 : 1) * pull
        #expect(abs(new[index] - expected) <= 1e-6 * (1 + abs(expected)))
        squares += Double(gradient[index]) * Double(gradient[index])
      }
    }
    #expect(abs(norm - squares.squareRoot()) < 1e-5 * norm)
    #expect(state.gradients.tensors.values.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
  }

  @Test("moves the average of weights and running statistics")
  func average() throws {
    let weights = Weights.formula(for: Self.architecture)
    let state = try TrainingState(Self.architecture, weights: weights, keepsAverage: true)
    let network = try TrainingNetwork(state, batch: 8, height: 24, width: 24, workers: 2)
    _ = try network.forwardBackward(pixels: Self.pixels, labels: TrainedNetwork.labels)
    try Optimizer(averageDecay: 0.75).step(state, learningRate: 0.1)
    let average = try #require(state.averagedWeights)
    for (name, tensor) in state.weights.tensors {
      let start = try #require(weights[name]).values
      for (index, value) in try #require(average[name]).values.enumerated() {
        let expected = 0.75 * start[index] + 0.25 * tensor.values[index]
        #expect(abs(value - expected) <= 1e-6 * (1 + abs(expected)))
      }
    }
  }

  private static func accumulated() throws -> (TrainingState, Weights) {
    let state = try TrainingState(architecture, weights: .formula(for: architecture))
    let network = try TrainingNetwork(state, batch: 8, height: 24, width: 24, workers: 2)
    _ = try network.forwardBackward(pixels: Self.pixels, labels: TrainedNetwork.labels)
    return (state, state.gradients)
  }
}

import Engine
import Networks
import TestSupport
import Testing
import Training

/// Differences are relative to a tensor's largest magnitude.
///
/// PyTorch's numbers are of double precision;
/// ours are floats that pass a dozen normalizations on the way.
@Suite("A training step, as PyTorch does it")
struct FixtureTests {
  static let tolerance: Float = 1e-3

  @Test(
    "has PyTorch's loss and gradients", arguments: TrainedNetwork.all,
    InstructionSet.allCases.filter { $0 <= .best })
  func gradients(_ network: TrainedNetwork, instructionSet: InstructionSet) throws {
    let fixture = try Fixture(network.fixture)
    let (state, training) = try compile(network, instructionSet)
    let result = try training.forwardBackward(
      pixels: try network.pixels(), labels: TrainedNetwork.labels, labelSmoothing: 0.1,
      computesInputGradient: true)
    let loss = try fixture.tensor("loss").values[0]
    #expect(abs(Float(result.loss) - loss) < Self.tolerance * loss)
    let gradients = state.gradients
    var wrong: [String: Float] = [:]
    for parameter in network.architecture.parameters where parameter.isLearnt {
      let expected = try fixture.tensor("gradient." + parameter.name)
      let error = relativeError(try #require(gradients[parameter.name]).values, expected.values)
      if !(error < Self.tolerance) { wrong[parameter.name] = error }
    }
    #expect(wrong.isEmpty)
    let expected = try fixture.tensor("gradient.input").values
    #expect(relativeError(try #require(result.inputGradient), expected) < Self.tolerance)
  }

  @Test(
    "has PyTorch's losses and weights after three steps", arguments: TrainedNetwork.all,
    InstructionSet.allCases.filter { $0 <= .best })
  func steps(_ network: TrainedNetwork, instructionSet: InstructionSet) throws {
    let fixture = try Fixture(network.fixture)
    let (state, training) = try compile(network, instructionSet)
    let pixels = try network.pixels()
    var losses: [Float] = []
    for _ in 0..<3 {
      let result = try training.forwardBackward(
        pixels: pixels, labels: TrainedNetwork.labels, labelSmoothing: 0.1)
      losses.append(Float(result.loss))
      try Optimizer().step(state, learningRate: 0.05)
    }
    #expect(relativeError(losses, try fixture.tensor("losses").values) < Self.tolerance)
    #expect(state.stepCount == 3)
    let weights = state.weights
    var wrong: [String: Float] = [:]
    for parameter in network.architecture.parameters {
      let expected = try fixture.tensor("after." + parameter.name)
      let error = relativeError(try #require(weights[parameter.name]).values, expected.values)
      if !(error < Self.tolerance) { wrong[parameter.name] = error }
    }
    #expect(wrong.isEmpty)
  }

  private func compile(
    _ network: TrainedNetwork, _ instructionSet: InstructionSet
  ) throws -> (TrainingState, TrainingNetwork) {
    let state = try TrainingState(
      network.architecture, weights: .formula(for: network.architecture))
    let side = TrainedNetwork.side
    let training = try TrainingNetwork(
      state, batch: 8, height: side, width: side, workers: 2, instructionSet: instructionSet)
    return (state, training)
  }
}

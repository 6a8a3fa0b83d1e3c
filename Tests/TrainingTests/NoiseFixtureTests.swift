import Engine
import Networks
import TestSupport
import Testing
import Training

/// The same networks on larger pictures of noise that nobody chose.
///
/// In each some input of a ReLU lies within 3e-6 of 0, where float32's rounding may decide whether it
/// opens. In the plain network it lies 2.7e-8 from 0, less than the last digit of what it is made from:
/// PyTorch in float32 is 4.3% off its own float64 there in single gradients, and so are some of the
/// instruction sets. The losses do not feel it.
@Suite("A training step on any noise")
struct NoiseFixtureTests {
  /// Of the plain network, and of the length of a tensor, not of its largest magnitude: a ReLU on the
  /// wrong side moves few values.
  static let plainTolerance = 0.1

  @Test(
    "has PyTorch's losses, gradients and weights but for a ReLU that rounding decides",
    arguments: TrainedNetwork.all, InstructionSet.allCases.filter { $0 <= .best })
  func steps(_ network: TrainedNetwork, instructionSet: InstructionSet) throws {
    let fixture = try Fixture(network.fixture.replacing("train-step-", with: "train-step-32-"))
    let state = try TrainingState(
      network.architecture, weights: .formula(for: network.architecture))
    let training = try TrainingNetwork(
      state, batch: 8, height: 32, width: 32, workers: 2, instructionSet: instructionSet)
    let pixels = Formula.noise("input", shape: [8, 3, 32, 32]).values
    var losses: [Float] = []
    var wrong: [String: Double] = [:]
    func compare(_ found: [Float], _ name: String) throws {
      let expected = try fixture.tensor(name).values
      let isPlain = network.fixture == "train-step-plain"
      let error =
        isPlain ? Self.distance(found, expected) : Double(relativeError(found, expected))
      if !(error < (isPlain ? Self.plainTolerance : Double(FixtureTests.tolerance))) {
        wrong[name] = error
      }
    }
    for step in 0..<3 {
      let result = try training.forwardBackward(
        pixels: pixels, labels: TrainedNetwork.labels, labelSmoothing: 0.1,
        computesInputGradient: step == 0)
      losses.append(Float(result.loss))
      if step == 0 {
        try compare(try #require(result.inputGradient), "gradient.input")
        for (name, gradient) in state.gradients.tensors {
          try compare(gradient.values, "gradient." + name)
        }
      }
      try Optimizer().step(state, learningRate: 0.05)
    }
    #expect(relativeError(losses, try fixture.tensor("losses").values) < 1e-5)
    let weights = state.weights
    for parameter in network.architecture.parameters {
      try compare(
        try #require(weights[parameter.name]).values, "after." + parameter.name)
    }
    #expect(wrong.isEmpty)
  }

  /// The length of the difference, of the expected values' length.
  private static func distance(_ found: [Float], _ expected: [Float]) -> Double {
    guard found.count == expected.count else { return .infinity }
    let squares = zip(found, expected).reduce(into: (0.0, 0.0)) { sums, pair in
      let (a, b) = (Double(pair.0), Double(pair.1))
      sums.0 += (a - b) * (a - b)
      sums.1 += b * b
    }
    return (squares.0 / squares.1).squareRoot()
  }
}

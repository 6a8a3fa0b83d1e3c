import Networks
import Testing
import Training

@Suite("What cannot be trained")
struct TrainingErrorTests {
  private static let architecture = TrainedNetwork.all[0].architecture
  private static let pixels = Formula.noise("input", shape: [8, 3, 24, 24]).values

  private static func network() throws -> TrainingNetwork {
    try TrainingNetwork(
      try TrainingState(architecture, weights: .formula(for: architecture)), batch: 8, height: 24,
      width: 24, workers: 2)
  }

  @Test("is a divergence that names the first layer with a value that is not finite")
  func divergesInTheMiddle() throws {
    var weights = Weights.formula(for: Self.architecture)
    // Finite, but its products are not.
    weights["stages.0.1.reduce.conv.weight"]?.values[5] = 3e38
    weights["stages.0.1.reduce.conv.weight"]?.values[6] = 3e38
    let network = try TrainingNetwork(
      try TrainingState(Self.architecture, weights: weights), batch: 8, height: 24, width: 24,
      workers: 2)
    #expect(
      throws: TrainingError.diverged(
        step: 1, place: "the output of 'stages.0.1.reduce.conv'")
    ) {
      try network.forwardBackward(pixels: Self.pixels, labels: TrainedNetwork.labels)
    }
  }

  @Test("is a divergence at the stem where a pixel is not a number")
  func divergesAtTheStem() throws {
    var pixels = Self.pixels
    pixels[3 * 24 * 24 * 7 + 500] = .nan
    let network = try Self.network()
    #expect(throws: TrainingError.diverged(step: 1, place: "the output of 'stem.conv'")) {
      try network.forwardBackward(pixels: pixels, labels: TrainedNetwork.labels)
    }
    // The network itself is none the worse for it.
    network.state.clearGradients()
    let clean = try TrainingState(
      Self.architecture, weights: .formula(for: Self.architecture))
    let other = try TrainingNetwork(clean, batch: 8, height: 24, width: 24, workers: 2)
    let expected = try other.forwardBackward(
      pixels: Self.pixels, labels: TrainedNetwork.labels)
    let result = try network.forwardBackward(
      pixels: Self.pixels, labels: TrainedNetwork.labels)
    #expect(result == expected)
  }

  @Test("is a divergence where the learning rate is far too high")
  func divergesByRate() throws {
    let network = try Self.network()
    #expect {
      for _ in 0..<20 {
        _ = try network.forwardBackward(
          pixels: Self.pixels, labels: TrainedNetwork.labels)
        try Optimizer().step(network.state, learningRate: 1e30)
      }
    } throws: { error in
      guard case .diverged(let step, _) = error as? TrainingError else { return false }
      return step > 1
    }
  }

  private static let badBatches: [(pixels: Int, labels: [Int])] = [
    (3457, [0, 1]), (15552, [0, 1, 2, 3, 4, 5, 6, 7, 8]), (0, []), (3456, [0]), (3456, [0, 10]),
    (3456, [0, -1]), (1728, [0]),
  ]

  @Test("is a batch whose pixels or labels do not fit", arguments: badBatches)
  func batch(pixels: Int, labels: [Int]) throws {
    let network = try Self.network()
    #expect {
      try network.forwardBackward(pixels: [Float](repeating: 0, count: pixels), labels: labels)
    } throws: { error in
      if case .batch = error as? TrainingError { true } else { false }
    }
  }

  @Test("is a single picture where batch norm would see one value")
  func singlePicture() throws {
    let state = try TrainingState(
      Self.architecture, weights: .formula(for: Self.architecture))
    #expect {
      try TrainingNetwork(state, batch: 1, height: 24, width: 24, workers: 1)
    } throws: { error in
      if case .network = error as? TrainingError { true } else { false }
    }
  }

  @Test("is a step without gradients")
  func emptyStep() throws {
    let state = try TrainingState(
      Self.architecture, weights: .formula(for: Self.architecture))
    #expect(throws: TrainingError.self) { try Optimizer().step(state, learningRate: 0.1) }
  }

  @Test("is a state whose tensors do not fit, each named")
  func tensors() throws {
    var weights = Weights.formula(for: Self.architecture)
    weights["stem.conv.weight"] = nil
    weights["classifier.bias"]?.values[3] = .infinity
    weights["extra"] = Tensor(shape: [1], values: [0])
    #expect {
      try TrainingState(Self.architecture, weights: weights)
    } throws: { error in
      let text = "\(error)"
      return ["stem.conv.weight", "classifier.bias", "extra"].allSatisfy { text.contains($0) }
    }
    #expect(throws: TrainingError.self) {
      // Weights alone are no saved state: their velocities are missing.
      try TrainingState(
        Self.architecture, tensors: .formula(for: Self.architecture), stepCount: 1)
    }
  }
}

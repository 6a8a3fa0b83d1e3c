import Engine
import Kernels
import Networks
import TestSupport
import Testing
import Training

@Suite(
  "Training in bfloat16",
  .enabled(if: isThere(Precision.bf16.isSupported, else: "bfloat16 for want of AVX512-BF16")))
struct BF16Tests {
  /// The fixtures' gradients are PyTorch's in float64.
  ///
  /// Its own bfloat16 autocast (2.15) is off them by 25% of a tensor's length in the median, on pictures that
  /// nobody chose by 29%: ReLUs open on one side only, and each statistic is of eight pictures. Such errors
  /// point anywhere, so that along the whole gradient little is left of them.
  @Test(
    "has PyTorch's losses, and its gradients as nearly as its own bfloat16 has them",
    arguments: TrainedNetwork.all)
  func fixtures(_ network: TrainedNetwork) throws {
    let fixture = try Fixture(network.fixture)
    let result = try Self.step(
      network.architecture, .formula(for: network.architecture), try network.pixels(),
      TrainedNetwork.labels, SpatialSize(side: TrainedNetwork.side), .bf16)
    let loss = Double(try fixture.tensor("loss").values[0])
    #expect(abs(result.loss - loss) < 1e-3 * loss)
    var comparison = Comparison()
    for (name, gradient) in result.gradients.tensors {
      comparison.add(gradient.values, try fixture.tensor("gradient." + name).values, name)
    }
    #expect(comparison.median < 0.25)
    #expect(abs(comparison.share - 1) < 0.05, "\(comparison.share)")
  }

  /// Where there is something to learn, most of a gradient is common to all pictures and stays.
  ///
  /// Along the whole of it 0.2% are lost at most, though a ReLU more or less moves a small tensor by half of
  /// its length. float32's gradients are the derivatives of the loss, which other tests see to.
  @Test("has float32's gradients of a toy problem", arguments: Variant.all)
  func gradients(_ variant: Variant) throws {
    let toy = Toy(variant)
    let weights = Weights.initialized(for: variant.architecture, seed: 1)
    let (pixels, labels) = toy.batch(0)
    let results = try [Precision.f32, .bf16].map {
      try Self.step(variant.architecture, weights, pixels, labels, variant.size, $0)
    }
    var comparison = Comparison()
    for (name, gradient) in results[0].gradients.tensors {
      comparison.add(try #require(results[1].gradients[name]).values, gradient.values, name)
    }
    comparison.add(results[1].inputGradient, results[0].inputGradient, "pixels")
    #expect(comparison.distances.filter { $0.value > 0.6 }.isEmpty)
    #expect(comparison.median < 0.25)
    #expect(abs(comparison.share - 1) < 0.005, "\(comparison.share)")
  }

  private static func step(
    _ architecture: Architecture, _ weights: Weights, _ pixels: [Float], _ labels: [Int],
    _ size: SpatialSize, _ precision: Precision
  ) throws -> (loss: Double, gradients: Weights, inputGradient: [Float]) {
    let state = try TrainingState(architecture, weights: weights)
    let network = try TrainingNetwork(
      state, batch: labels.count, height: size.height, width: size.width, workers: 2,
      precision: precision)
    let result = try network.forwardBackward(
      pixels: pixels, labels: labels, labelSmoothing: 0.1, computesInputGradient: true)
    return (result.loss, state.gradients, try #require(result.inputGradient))
  }

  /// How far a gradient is from another.
  private struct Comparison {
    /// Lengths of the differences, of the expected tensors' lengths; of those that are more than nothing.
    private(set) var distances: [String: Double] = [:]
    private var product = 0.0, square = 0.0
    var median: Double { distances.values.sorted()[distances.count / 2] }
    /// The gradient's part along the expected one, of that one's length.
    var share: Double { product / square }

    mutating func add(_ found: [Float], _ expected: [Float], _ name: String) {
      var (difference, length) = (0.0, 0.0)
      for (a, b) in zip(found.map { Double($0) }, expected.map { Double($0) }) {
        difference += (a - b) * (a - b)
        length += b * b
        product += a * b
      }
      square += length
      if length > 1e-12 { distances[name] = (difference / length).squareRoot() }
    }
  }

  @Test("gives the same bits every time, and goes on from saved tensors to the bit")
  func repeats() throws {
    let architecture = TrainedNetwork.all[0].architecture
    let pixels = try TrainedNetwork.all[0].pixels()
    func train(_ state: TrainingState, steps: Int) throws {
      let network = try TrainingNetwork(
        state, batch: 8, height: 24, width: 24, workers: 2, precision: .bf16)
      for _ in 0..<steps {
        _ = try network.forwardBackward(pixels: pixels, labels: TrainedNetwork.labels)
        try Optimizer().step(state, learningRate: 0.05)
      }
    }
    let states = try (0..<2).map { _ in
      try TrainingState(architecture, weights: .formula(for: architecture))
    }
    try train(states[0], steps: 3)
    try train(states[1], steps: 2)
    let restored = try TrainingState(
      architecture, tensors: states[1].tensors, stepCount: states[1].stepCount)
    try train(restored, steps: 1)
    #expect(restored.tensors.tensors == states[0].tensors.tensors)
  }

  /// Both see the same batches; rounding parts their ways by far less than a hundredth of the first loss.
  @Test("learns a toy problem as well as float32", arguments: Variant.all)
  func learns(_ variant: Variant) throws {
    let toy = Toy(variant)
    func losses(_ precision: Precision) throws -> (first: Double, last: Double) {
      let state = try TrainingState(
        variant.architecture, weights: .initialized(for: variant.architecture, seed: 1))
      let network = try TrainingNetwork(
        state, batch: toy.count, height: variant.size.height, width: variant.size.width,
        workers: 2, precision: precision)
      var losses: [Double] = []
      for step in 0..<50 {
        let (pixels, labels) = toy.batch(step)
        losses.append(try network.forwardBackward(pixels: pixels, labels: labels).loss)
        try Optimizer().step(state, learningRate: 0.02)
      }
      return (losses[0], losses.suffix(10).reduce(0, +) / 10)
    }
    let (float, half) = (try losses(.f32), try losses(.bf16))
    #expect(half.last < 0.7 * half.first)
    #expect(abs(half.last - float.last) < 0.01 * float.first, "\(half), \(float)")
  }

  @Test("is refused with the set that is missing", arguments: [InstructionSet.portable, .avx2])
  func refusal(_ instructionSet: InstructionSet) throws {
    let architecture = TrainedNetwork.all[0].architecture
    let state = try TrainingState(architecture, weights: .formula(for: architecture))
    #expect {
      try TrainingNetwork(
        state, batch: 8, height: 24, width: 24, workers: 1, precision: .bf16,
        instructionSet: instructionSet)
    } throws: { error in
      guard case .processor(let text) = error as? EngineError else { return false }
      return text.contains("AVX512-BF16") && text.contains(instructionSet.rawValue)
    }
  }
}

import Engine
import Networks
import TestSupport
import Testing
import Training

/// The loss is computed again with each tensor moved along its gradient, which must change it by the
/// gradient's length.
///
/// If the gradient is wrong by e, the change is by |g|² / (|g|² + |e|²) of its length: of 2% when e is a
/// seventh of g. What float32 and the ReLUs' kinks leave is below 1% here.
@Suite("Gradients against differences of the loss")
struct GradientTests {
  static let tolerance = 0.02

  @Test("of every learnt tensor and of the pixels", arguments: Variant.all)
  func differences(_ variant: Variant) throws {
    let weights = Weights.formula(for: variant.architecture)
    let pixels = variant.pixels(count: 6)
    let result = try run(variant, weights, pixels)
    for parameter in variant.architecture.parameters where parameter.isLearnt {
      let gradient = try #require(result.gradients[parameter.name]).values
      let start = try #require(weights[parameter.name])
      try compare(gradient, at: start.values, parameter.name) { moved in
        var weights = weights
        weights[parameter.name] = Tensor(shape: start.shape, values: moved)
        return try run(variant, weights, pixels).loss
      }
    }
    try compare(result.inputGradient, at: pixels, "pixels") { try run(variant, weights, $0).loss }
  }

  private func compare(
    _ gradient: [Float], at start: [Float], _ name: String, loss: ([Float]) throws -> Double
  ) throws {
    let length = norm(gradient)
    // A bias before a batch norm, or a dead layer.
    guard length > 1e-6 else { return }
    // Far enough for the loss to change by more than its rounding, near enough for it to be straight.
    let distance = min(0.005 / length, 0.02 * max(norm(start), 0.1))
    func moved(_ sign: Double) -> [Float] {
      zip(start, gradient).map { $0 + Float(sign * distance * Double($1) / length) }
    }
    let slope = (try loss(moved(1)) - loss(moved(-1))) / (2 * distance)
    #expect(abs(slope / length - 1) < Self.tolerance, "\(name): \(slope), gradient \(length)")
  }

  private func norm(_ values: [Float]) -> Double {
    values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
  }

  private func run(
    _ variant: Variant, _ weights: Weights, _ pixels: [Float]
  ) throws -> (loss: Double, gradients: Weights, inputGradient: [Float]) {
    let state = try TrainingState(variant.architecture, weights: weights)
    let network = try TrainingNetwork(
      state, batch: 6, height: variant.size.height, width: variant.size.width, workers: 1)
    let result = try network.forwardBackward(
      pixels: pixels, labels: [0, 1, 2, 3, 4, 0], labelSmoothing: 0.1, computesInputGradient: true)
    return (result.loss, state.gradients, try #require(result.inputGradient))
  }
}

import Engine
import Networks
import TestSupport
import Testing
import Training

/// The loss is computed again with each tensor moved along its gradient, which must change it by the
/// gradient's length.
///
/// If the gradient is wrong by e, the change is |g|² / (|g|² + |e|²) of that, so that the tolerance is
/// passed when e is a third of g. Rounding of the loss (most with small steps) and the ReLUs' kinks (most
/// with large ones) leave up to 7% here.
@Suite("Gradients against differences of the loss")
struct GradientTests {
  static let tolerance = 0.1

  @Test("of every learnt tensor and of the pixels", arguments: Variant.all)
  func differences(_ variant: Variant) throws {
    let weights = Weights.formula(for: variant.architecture)
    let pixels = variant.pixels(count: 6)
    let result = try run(variant, weights, pixels)
    var wrong: [String: Double] = [:]
    for parameter in variant.architecture.parameters where parameter.isLearnt {
      let gradient = try #require(result.gradients[parameter.name]).values
      let start = try #require(weights[parameter.name])
      wrong[parameter.name] = try ratio(gradient, at: start.values) { moved in
        var weights = weights
        weights[parameter.name] = Tensor(shape: start.shape, values: moved)
        return try run(variant, weights, pixels).loss
      }
    }
    wrong["pixels"] = try ratio(result.inputGradient, at: pixels) {
      try run(variant, weights, $0).loss
    }
    #expect(wrong.isEmpty)
  }

  /// The change of the loss over the one that the gradient predicts; nil if they agree.
  private func ratio(
    _ gradient: [Float], at start: [Float], loss: ([Float]) throws -> Double
  ) throws -> Double? {
    let length = norm(gradient)
    // A bias before a batch norm, or a dead layer.
    guard length > 1e-6 else { return nil }
    var slopes: [Double] = []
    for change in [0.00003, 0.00006] {
      let distance = min(change / length, 0.02 * max(norm(start), 0.1))
      func moved(_ sign: Double) -> [Float] {
        zip(start, gradient).map { $0 + Float(sign * distance * Double($1) / length) }
      }
      slopes.append((try loss(moved(1)) - loss(moved(-1))) / (2 * distance))
    }
    let slope = slopes.reduce(0, +) / Double(slopes.count)
    return abs(slope / length - 1) < Self.tolerance ? nil : slope / length
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

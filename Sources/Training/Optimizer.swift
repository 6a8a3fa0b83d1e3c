import Engine
import Kernels

/// Stochastic gradient descent with momentum, as PyTorch's `SGD` does it.
///
/// g ← gradient + weightDecay · w; v ← momentum · v + g; w ← w − rate · (Nesterov: g + momentum · v,
/// else v).
public struct Optimizer: Codable, Hashable, Sendable {
  /// What remains of the last step's velocity; 0 is plain descent.
  public var momentum: Double
  /// Whether to step by where the velocity leads next.
  public var isNesterov: Bool
  /// Pull towards zero, added to the gradient.
  public var weightDecay: Double
  /// Whether biases and batch norms' γ and β are pulled towards zero too.
  public var decaysVectors: Bool
  /// What the moving average of the weights keeps at each step; only where the state has an average.
  public var averageDecay: Double

  /// Describes an optimiser; defaults are the paper's where it names them.
  public init(
    momentum: Double = 0.9, isNesterov: Bool = true, weightDecay: Double = 1e-4,
    decaysVectors: Bool = true, averageDecay: Double = 0.999
  ) {
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
    self.decaysVectors = decaysVectors
    self.averageDecay = averageDecay
  }
}

extension Optimizer {
  /// Steps by the mean of the accumulated gradients, moves the average, and clears the gradients.
  ///
  /// - Parameters:
  ///   - state: What to change; at least one batch must have been accumulated.
  ///   - learningRate: Of this step.
  /// - Returns: The Euclidean norm of the mean gradient, weight decay not included.
  /// - Throws: `TrainingError.batch` if nothing was accumulated, `TrainingError.diverged` if a gradient
  ///   is not finite, and then parameters, velocities and averages are as before; also if a parameter
  ///   becomes infinite.
  @discardableResult
  public func step(_ state: TrainingState, learningRate: Double) throws(TrainingError) -> Double {
    guard state.accumulatedCount > 0 else {
      throw .batch("no gradients were accumulated before a step")
    }
    let share = 1 / Float(state.accumulatedCount)
    for index in 0..<state.gradient.count { state.gradient.floats[index] *= share }
    var squares = 0.0
    // From the last layer on, so that the first gradient on the way back that is not finite is named.
    for parameter in state.learntParameters.reversed() {
      let sum = sumOfSquares(state.gradient.floats, state.range(of: parameter))
      guard sum.isFinite else {
        throw .diverged(step: state.stepCount + 1, place: "the gradient of '\(parameter.name)'")
      }
      squares += sum
    }
    sk_expect_finite()
    for parameter in state.learntParameters {
      let decays = decaysVectors || parameter.shape.count > 1
      let range = state.range(of: parameter)
      sk_descend(
        variant, range.count, Float(learningRate), Float(momentum),
        decays ? Float(weightDecay) : 0, isNesterov ? 1 : 0,
        state.gradient.floats + range.lowerBound, state.velocity.floats + range.lowerBound,
        state.learnt.floats + range.lowerBound)
      // Everything was finite before.
      guard sk_was_not_finite() == 0 else {
        throw .diverged(step: state.stepCount + 1, place: "'\(parameter.name)'")
      }
    }
    if let average = state.average {
      let keep = Float(averageDecay)
      sk_average(
        variant, state.learnt.count, keep, state.learnt.floats, average.learnt.floats)
      sk_average(
        variant, state.running.count, keep, state.running.floats, average.running.floats)
    }
    state.stepCount += 1
    state.clearGradients()
    return squares.squareRoot()
  }

  /// The best that the processor has; whatever it has runs the portable ones.
  private var variant: sk_variant { (try? InstructionSet.best.kernels(.f32)) ?? sk_portable }

  /// Added up in double precision every few thousand values.
  private func sumOfSquares(_ values: UnsafePointer<Float>, _ range: Range<Int>) -> Double {
    let variant = variant
    let lanes = variant.lanes
    let stride = 256 * lanes
    var result = 0.0
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * lanes) { sums in
      guard let base = sums.baseAddress else { return }
      sums.update(repeating: 0)
      var start = range.lowerBound
      while start + lanes <= range.upperBound {
        let positions = min(stride, range.upperBound - start) / lanes
        sk_moments(variant, 1, positions, nil, values + start, base, base + lanes)
        start += positions * lanes
      }
      for lane in 0..<lanes { result += base[lanes + lane] }
      for index in start..<range.upperBound { result += Double(values[index] * values[index]) }
    }
    return result
  }
}

import Engine

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
  ///   is not finite; nothing is changed then.
  @discardableResult
  public func step(_ state: TrainingState, learningRate: Double) throws(TrainingError) -> Double {
    guard state.accumulatedCount > 0 else {
      throw .batch("no gradients were accumulated before a step")
    }
    let gradient = state.gradient.floats
    let share = 1 / Float(state.accumulatedCount)
    var squares = 0.0
    for parameter in state.learntParameters {
      var sum = 0.0
      for index in state.range(of: parameter) {
        gradient[index] *= share
        sum += Double(gradient[index]) * Double(gradient[index])
      }
      guard sum.isFinite else {
        throw .diverged(step: state.stepCount + 1, place: "the gradient of '\(parameter.name)'")
      }
      squares += sum
    }
    for parameter in state.learntParameters {
      let decays = decaysVectors || parameter.shape.count > 1
      descend(
        state, state.range(of: parameter), rate: Float(learningRate),
        decay: decays ? Float(weightDecay) : 0)
    }
    if let average = state.average {
      move(average.learnt, towards: state.learnt)
      move(average.running, towards: state.running)
    }
    state.stepCount += 1
    state.clearGradients()
    return squares.squareRoot()
  }

  private func descend(_ state: TrainingState, _ range: Range<Int>, rate: Float, decay: Float) {
    let momentum = Float(momentum)
    let weights = state.learnt.floats
    let velocity = state.velocity.floats
    let gradient = state.gradient.floats
    for index in range {
      let pull = gradient[index] + decay * weights[index]
      let speed = momentum * velocity[index] + pull
      velocity[index] = speed
      weights[index] -= rate * (isNesterov ? pull + momentum * speed : speed)
    }
  }

  private func move(_ average: Buffer, towards values: Buffer) {
    let keep = Float(averageDecay)
    for index in 0..<values.count {
      average.floats[index] = keep * average.floats[index] + (1 - keep) * values.floats[index]
    }
  }
}

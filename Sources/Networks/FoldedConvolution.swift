/// A convolution with its batch norm folded in: weights `[O, C/G, K, K]` and biases `[O]`.
package struct FoldedConvolution: Sendable {
  /// Why a batch norm cannot be folded.
  package struct Fault: Error {
    /// The tensor, what was expected and what was found.
    package var problem: String
  }

  package var weights: [Float]
  package var bias: [Float]
  package let shape: [Int]

  /// Joins the parts of a convolution that has no batch norm.
  package init(weights: [Float], bias: [Float], shape: [Int]) {
    self.weights = weights
    self.bias = bias
    self.shape = shape
  }

  /// Folds the batch norm `name.bn` into `name.conv`.
  package init(folding name: String, in source: Weights, epsilon: Double) throws(Fault) {
    let bn = name + ".bn."
    try self.init(
      weights: name + ".conv.weight", bias: nil,
      norm: .init(
        scale: bn + "weight", shift: bn + "bias", mean: bn + "running_mean",
        variance: bn + "running_var", epsilon: epsilon), in: source)
  }

  /// Folds a batch norm, if there is one, into a convolution or a linear layer.
  ///
  /// weight · γ/√(σ² + ε) and β + (bias − μ) · γ/√(σ² + ε), the factors in double precision.
  ///
  /// - Parameters:
  ///   - weights: Name of `[O, C/G, K, K]`, or of `[O, I]`, to which two axes of 1 are added.
  ///   - isTransposed: Whether a linear layer's are `[I, O]`.
  ///   - bias: Name of `[O]`.
  ///   - norm: Names of the batch norm's tensors.
  ///   - source: The tensors.
  /// - Throws: `Fault` naming a tensor that is missing, or that is no such layer's.
  package init(
    weights: String, isTransposed: Bool = false, bias: String?, norm: Graph.Operation.BatchNorm?,
    in source: Weights
  ) throws(Fault) {
    func tensor(_ name: String) throws(Fault) -> Tensor {
      guard let tensor = source[name] else { throw Fault(problem: "'\(name)' is missing") }
      return tensor
    }
    let kernel = try tensor(weights)
    var shape = kernel.shape
    self.weights = kernel.values
    if isTransposed, shape.count == 2 {
      shape = [shape[1], shape[0]]
      for row in 0..<shape[0] {
        for column in 0..<shape[1] {
          self.weights[row * shape[1] + column] = kernel.values[column * shape[0] + row]
        }
      }
    }
    guard (2...4).contains(shape.count), shape[0] > 0 else {
      throw Fault(problem: "'\(weights)' is \(kernel.shape), no convolution's weights")
    }
    while shape.count < 4 { shape.append(1) }
    self.shape = shape
    self.bias =
      try bias.map { (name) throws(Fault) in try tensor(name).values }
      ?? [Float](repeating: 0, count: shape[0])
    guard let norm else { return }
    let gamma = try tensor(norm.scale).values
    let beta = try tensor(norm.shift).values
    let mean = try tensor(norm.mean).values
    let variance = try tensor(norm.variance).values
    let inner = self.weights.count / shape[0]
    for channel in 0..<shape[0] {
      let spread = Double(variance[channel]) + norm.epsilon
      guard spread > 0 else {
        throw Fault(
          problem: "'\(norm.variance)' is \(variance[channel]) at channel \(channel),"
            + " expected a variance")
      }
      let factor = Double(gamma[channel]) / spread.squareRoot()
      let offset = Double(self.bias[channel]) - Double(mean[channel])
      self.bias[channel] = Float(Double(beta[channel]) + offset * factor)
      let scale = Float(factor)
      for index in channel * inner..<(channel + 1) * inner { self.weights[index] *= scale }
    }
  }
}

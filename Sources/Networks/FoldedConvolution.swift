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
  ///
  /// weight · γ/√(σ² + ε) and β − μ · γ/√(σ² + ε), the factors in double precision.
  package init(folding name: String, in source: Weights, epsilon: Double) throws(Fault) {
    func values(_ suffix: String) throws(Fault) -> Tensor {
      guard let tensor = source[name + suffix] else {
        throw Fault(problem: "'\(name + suffix)' is missing")
      }
      return tensor
    }
    let kernel = try values(".conv.weight")
    let gamma = try values(".bn.weight").values
    let beta = try values(".bn.bias").values
    let mean = try values(".bn.running_mean").values
    let variance = try values(".bn.running_var").values
    shape = kernel.shape
    weights = kernel.values
    bias = [Float](repeating: 0, count: shape[0])
    let inner = weights.count / shape[0]
    for channel in 0..<shape[0] {
      let spread = Double(variance[channel]) + epsilon
      guard spread > 0 else {
        throw Fault(
          problem: "'\(name).bn.running_var' is \(variance[channel]) at channel \(channel),"
            + " expected a variance")
      }
      let factor = Double(gamma[channel]) / spread.squareRoot()
      bias[channel] = Float(Double(beta[channel]) - Double(mean[channel]) * factor)
      let scale = Float(factor)
      for index in channel * inner..<(channel + 1) * inner { weights[index] *= scale }
    }
  }
}

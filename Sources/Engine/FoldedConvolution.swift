import Networks

/// A convolution with its batch norm folded in: weights `[O, C/G, K, K]` and biases `[O]`.
struct FoldedConvolution {
  var weights: [Float]
  var bias: [Float]
  let shape: [Int]

  /// Folds `name.conv` and `name.bn`.
  ///
  /// weight · γ/√(σ² + ε) and β − μ · γ/√(σ² + ε), the factors in double precision.
  init(_ name: String, in source: Weights, epsilon: Double) throws {
    func values(_ suffix: String) throws -> Tensor {
      guard let tensor = source[name + suffix] else {
        throw EngineError.weights(["'\(name + suffix)' is missing"])
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
        throw EngineError.weights([
          "'\(name).bn.running_var' is \(variance[channel]) at channel \(channel), expected a variance"
        ])
      }
      let factor = Double(gamma[channel]) / spread.squareRoot()
      bias[channel] = Float(Double(beta[channel]) - Double(mean[channel]) * factor)
      let scale = Float(factor)
      for index in channel * inner..<(channel + 1) * inner { weights[index] *= scale }
    }
  }

  /// A 1×1 convolution without a batch norm: `name.weight` and, if there is one, `name.bias`.
  init(linear name: String, in source: Weights) throws {
    guard let kernel = source[name + ".weight"] else {
      throw EngineError.weights(["'\(name).weight' is missing"])
    }
    shape = kernel.shape
    weights = kernel.values
    bias = source[name + ".bias"]?.values ?? [Float](repeating: 0, count: shape[0])
  }

  /// Fills input and output channels up with zeros; for dense convolutions.
  func padded(input: Int, output: Int) -> FoldedConvolution {
    guard shape[0] != output || shape[1] != input else { return self }
    let taps = shape[2] * shape[3]
    var result = [Float](repeating: 0, count: output * input * taps)
    for o in 0..<shape[0] {
      let from = o * shape[1] * taps
      result.replaceSubrange(
        o * input * taps..<o * input * taps + shape[1] * taps,
        with: weights[from..<from + shape[1] * taps])
    }
    return FoldedConvolution(
      weights: result, bias: bias + [Float](repeating: 0, count: output - shape[0]),
      shape: [output, input, shape[2], shape[3]])
  }

  private init(weights: [Float], bias: [Float], shape: [Int]) {
    self.weights = weights
    self.bias = bias
    self.shape = shape
  }
}

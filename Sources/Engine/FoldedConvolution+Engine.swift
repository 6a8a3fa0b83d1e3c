import Kernels
import Networks

extension FoldedConvolution {
  /// Folds `name.conv` and `name.bn` of a network to compile.
  init(_ name: String, in source: Weights, epsilon: Double) throws(EngineError) {
    do throws(Fault) {
      try self.init(folding: name, in: source, epsilon: epsilon)
    } catch {
      throw .weights([error.problem])
    }
    guard sk_are_finite(weights.count, weights) != 0, sk_are_finite(bias.count, bias) != 0 else {
      throw .weights(["'\(name).conv' overflows when its batch norm is folded in"])
    }
  }

  /// A 1×1 convolution without a batch norm: `name.weight` and, if there is one, `name.bias`.
  init(linear name: String, in source: Weights) throws {
    guard let kernel = source[name + ".weight"] else {
      throw EngineError.weights(["'\(name).weight' is missing"])
    }
    self.init(
      weights: kernel.values,
      bias: source[name + ".bias"]?.values ?? [Float](repeating: 0, count: kernel.shape[0]),
      shape: kernel.shape)
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
}

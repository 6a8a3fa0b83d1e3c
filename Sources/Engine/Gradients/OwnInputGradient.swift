import Kernels
import Memory
import Networks

/// The gradient of convolutions of one input with respect to it by our own kernels, weights packed.
final class OwnInputGradient: Sendable {
  let shape: sk_shape
  let scratchBytes: Int
  private let branches: [Branch]

  private struct Branch: Sendable {
    var square: LoweredConvolution.Square
    var weights: Buffer

    func call(_ gradient: UnsafePointer<Float>?) -> sk_branch_gradient {
      sk_branch_gradient(
        kernel: Int32(square.kernel), dilation: Int32(square.dilation),
        padding: Int32(square.padding), weights: weights.raw, gradient: gradient,
        weight_gradient: nil)
    }
  }

  /// Packs the weights; nil if the kernels do not have the windows.
  init?(
    _ convolutions: [LoweredConvolution], in source: Weights, variant: sk_variant
  ) throws {
    guard let first = convolutions.first, var shape = first.shape(variant) else { return nil }
    branches = try convolutions.compactMap { convolution in
      guard let square = convolution.square,
        square.padding <= square.dilation * (square.kernel - 1)
      else { return nil }
      let folded = try FoldedConvolution(squaring: convolution, square, in: source, variant)
      let packed = try Buffer(bytes: sk_transposed_bytes(variant, &shape, Int32(square.kernel)))
      var branch = Branch(square: square, weights: packed).call(nil)
      sk_pack_transposed(variant, &shape, &branch, folded.weights, packed.raw)
      return Branch(square: square, weights: packed)
    }
    guard branches.count == convolutions.count else { return nil }
    let calls = branches.map { $0.call(nil) }
    scratchBytes = sk_input_gradient_scratch_bytes(variant, &shape, calls, Int32(calls.count))
    self.shape = shape
  }

  /// The call for the branches whose gradients there are; those without have nil.
  func run(
    _ variant: sk_variant, gradients: [UnsafeMutablePointer<Float>?], accumulates: Bool,
    into input: UnsafeMutablePointer<Float>, scratch: UnsafeMutableRawPointer
  ) -> Runner.Operation {
    let calls = zip(branches, gradients).compactMap { branch, gradient in
      gradient.map { branch.call($0) }
    }
    return { [self] () throws(EngineError) in
      withUnsafePointer(to: shape) { shape in
        sk_input_gradient(
          variant, shape, calls, Int32(calls.count), scratch, accumulates ? 1 : 0, input)
      }
    }
  }
}

import Kernels
import Networks

extension FoldedConvolution {
  /// A convolution's weights, its batch norm folded in.
  init(_ convolution: LoweredConvolution, in source: Weights) throws(EngineError) {
    let operation = convolution.operation
    try self.init(
      checking: operation.weights, bias: operation.bias, norm: convolution.norm, in: source)
  }

  /// A layer's on vectors, `[O, I]`, its batch norm folded in.
  init(_ layer: LoweredLinear, in source: Weights) throws(EngineError) {
    try self.init(
      checking: layer.weights, bias: layer.bias, norm: layer.norm, in: source,
      isTransposed: layer.isTransposed)
  }

  /// A convolution's weights as our own kernels take them: square, and whole blocks of channels if it is dense.
  init(
    squaring convolution: LoweredConvolution, _ square: LoweredConvolution.Square,
    in source: Weights, _ variant: sk_variant
  ) throws(EngineError) {
    var folded = try FoldedConvolution(convolution, in: source)
    if convolution.operation.groups == 1 {
      folded = folded.padded(
        input: variant.padded(convolution.input),
        output: variant.padded(convolution.operation.channels))
    }
    self = folded.squared(square)
  }

  private init(
    checking name: String, bias: String?, norm: Graph.Operation.BatchNorm?, in source: Weights,
    isTransposed: Bool = false
  ) throws(EngineError) {
    do throws(Fault) {
      try self.init(
        weights: name, isTransposed: isTransposed, bias: bias, norm: norm, in: source)
    } catch {
      throw .weights([error.problem])
    }
    guard sk_are_finite(weights.count, weights) != 0, sk_are_finite(self.bias.count, self.bias) != 0
    else {
      throw .weights(["'\(name)' overflows when its batch norm is folded in"])
    }
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

  /// The same kernel amid zeros, where our own kernels need a square.
  func squared(_ square: LoweredConvolution.Square) -> FoldedConvolution {
    let (rows, columns, side) = (shape[2], shape[3], square.kernel)
    guard rows != side || columns != side else { return self }
    var result = [Float](repeating: 0, count: shape[0] * shape[1] * side * side)
    for plane in 0..<shape[0] * shape[1] {
      for row in 0..<rows {
        for column in 0..<columns {
          let (y, x) = (row + square.rowShift, column + square.columnShift)
          result[(plane * side + y) * side + x] = weights[(plane * rows + row) * columns + column]
        }
      }
    }
    return FoldedConvolution(
      weights: result, bias: bias, shape: [shape[0], shape[1], side, side])
  }
}

extension LoweredConvolution {
  /// What our own kernels are told of it; nil if its windows cannot be made square.
  func shape(_ variant: sk_variant) -> sk_shape? {
    guard let stride = square?.stride else { return nil }
    let isDense = operation.groups == 1
    func channels(_ count: Int) -> Int32 { Int32(isDense ? variant.padded(count) : count) }
    return sk_shape(
      input_channels: channels(input), output_channels: channels(operation.channels),
      groups: Int32(operation.groups), height: Int32(from.height), width: Int32(from.width),
      output_height: Int32(to.height), output_width: Int32(to.width), stride: Int32(stride),
      relu: activation == .relu ? 1 : 0, accumulate: accumulates ? 1 : 0)
  }
}

import Networks

extension Graph.Operation {
  /// Floats that a step needs beside its inputs and its output.
  func scratchCount(input: [Int], output: [Int]) -> Int {
    switch self {
    case .convolution(let convolution) where input.count == 4:
      let kernel = convolution.window.kernel
      return input[1] / convolution.groups * kernel.rows * kernel.columns * output[2] * output[3]
    // Sums in double precision.
    case .reduction: return 2 * output.reduce(1, *)
    default: return 0
    }
  }
}

/// A convolution as matrix products over unfolded windows, a group at a time.
extension GraphStep {
  func convolve(_ convolution: Graph.Operation.Convolution) throws(EngineError) {
    let plane = shape[2] * shape[3]
    let weights = program.tensor(convolution.weights)
    for channel in 0..<shape[1] {
      let bias = convolution.bias.map { program.tensor($0)[channel] } ?? 0
      (output + channel * plane).update(repeating: bias, count: plane)
    }
    for group in 0..<convolution.groups {
      let part = UnfoldedWindows(convolution, group: group, input: inputs[0].shape, output: shape)
      let source = inputs[0].values + part.inputOffset
      let target = output + part.outputOffset
      if part.isPointwise {
        try sgemm(
          "N", "N", part.outputs, plane, part.taps, weights + part.weightOffset, source, 1, target)
      } else {
        part.unfold(source, into: scratch)
        try sgemm(
          "N", "N", part.outputs, plane, part.taps, weights + part.weightOffset, scratch, 1, target)
      }
    }
  }

  func convolveBackward(
    _ convolution: Graph.Operation.Convolution, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) throws(EngineError) {
    let plane = shape[2] * shape[3]
    let weights = program.tensor(convolution.weights)
    for group in 0..<convolution.groups {
      let part = UnfoldedWindows(convolution, group: group, input: inputs[0].shape, output: shape)
      let source = gradient + part.outputOffset
      let result = target + part.inputOffset
      if part.isPointwise {
        try sgemm(
          "T", "N", part.taps, plane, part.outputs, weights + part.weightOffset, source, 1, result)
      } else {
        try sgemm(
          "T", "N", part.taps, plane, part.outputs, weights + part.weightOffset, source, 0, scratch)
        part.fold(scratch, into: result)
      }
    }
  }
}

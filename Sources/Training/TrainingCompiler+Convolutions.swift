import Engine
import Kernels
import Networks

extension TrainingCompiler {
  /// Size of a convolution's output.
  func convolved(_ input: SpatialSize, stride: Int) -> SpatialSize {
    SpatialSize(height: (input.height - 1) / stride + 1, width: (input.width - 1) / stride + 1)
  }

  /// A dense convolution with its norm: runs it and adds up its moments.
  mutating func addDense(
    _ name: String, _ inputs: Int, _ outputs: Int, from input: Field, kernel: Int = 1,
    stride: Int = 1
  ) throws -> Convolved {
    let output = newField(outputs, convolved(input.extent, stride: stride))
    let convolution = try makeDense(
      name, inputs, outputs, from: input.extent, to: output.extent, kernel: kernel, stride: stride)
    addForward(convolution, input, [output])
    let norm = try addNorm(name + ".bn", output)
    addMoments(norm, output)
    return Convolved(convolution: convolution, norm: norm, output: output)
  }

  /// By oneDNN where it has generated code for all three passes, else by our own kernels.
  mutating func makeDense(
    _ name: String, _ inputs: Int, _ outputs: Int, from input: SpatialSize, to output: SpatialSize,
    kernel: Int, stride: Int, dilation: Int = 1, parameter: String? = nil
  ) throws -> any Convolution {
    let parameter = parameter ?? name + ".conv.weight"
    let padding = dilation * (kernel - 1) / 2
    let shape = BlockedShape(
      inputChannels: variant.padded(inputs), outputChannels: variant.padded(outputs),
      height: input.height, width: input.width, outputHeight: output.height,
      outputWidth: output.width, kernel: kernel, stride: stride, dilation: dilation,
      padding: padding, isPlainInput: false)
    if let dense = try DenseConvolution(
      shape, parameter: parameter, inputs: inputs, outputs: outputs, state: state,
      count: planned(max(input.count, output.count)), variant: variant,
      workers: batch.workers.count)
    {
      register(
        dense, name, cost: inputs * outputs * kernel * kernel, scratchBytes: dense.scratchBytes,
        implementations: dense.implementations)
      return dense
    }
    return try makeOwn(
      name, groups: 1, inputs, outputs, from: input, to: output, stride: stride,
      branches: [
        .init(parameter: parameter, kernel: kernel, dilation: dilation, padding: padding)
      ])
  }

  /// Grouped convolutions of one input.
  mutating func makeOwn(
    _ name: String, groups: Int, _ inputs: Int, _ outputs: Int, from input: SpatialSize,
    to output: SpatialSize, stride: Int, branches: [GroupedConvolution.Branch]
  ) throws -> GroupedConvolution {
    let convolution = try GroupedConvolution(
      sk_shape(
        input_channels: Int32(inputs), output_channels: Int32(outputs), groups: Int32(groups),
        height: Int32(input.height), width: Int32(input.width),
        output_height: Int32(output.height), output_width: Int32(output.width),
        stride: Int32(stride), relu: 0, accumulate: 0),
      branches: branches, state: state, variant: variant, workers: batch.workers.count)
    register(
      convolution, name,
      cost: branches.reduce(0) { $0 + inputs / groups * outputs * $1.kernel * $1.kernel },
      scratchBytes: convolution.scratchBytes, implementations: [])
    return convolution
  }

  // MARK: Steps

  mutating func addForward(_ convolution: any Convolution, _ input: Field, _ outputs: [Field]) {
    forward.add(
      convolution.part(.forward), positions: max(input.positions, outputs[0].positions),
      pass: convolution.pass(.forward)
    ) { worker, chunk in
      try convolution.forward(worker, chunk, input: input, outputs: outputs)
    }
  }

  func addWeightGradient(
    _ convolution: any Convolution, _ input: Field, _ gradients: [Field],
    _ sequence: inout Sequence
  ) {
    sequence.add(
      convolution.part(.weightGradient), positions: max(input.positions, gradients[0].positions),
      pass: convolution.pass(.weightGradient)
    ) { worker, chunk in
      try convolution.weightGradient(worker, chunk, input: input, outputGradients: gradients)
    }
  }

  func addInputGradient(
    _ convolution: any Convolution, _ gradients: [Field], to input: Field, adds: Bool,
    _ sequence: inout Sequence
  ) {
    let room = adds && !convolution.isGrouped ? newRoom(input, in: &sequence) : nil
    sequence.add(
      convolution.part(.inputGradient), positions: max(input.positions, gradients[0].positions),
      pass: convolution.pass(.inputGradient)
    ) { worker, chunk in
      try convolution.inputGradient(
        worker, chunk, outputGradients: gradients, input: input, adds: adds, room: room)
    }
  }

  /// The gradient of a convolution with its norm, of its weights and of its input.
  func addGradient(
    _ layer: Convolved, of gradient: Field, rectifies: Bool, input: Field, to target: Field,
    adds: Bool, _ sequence: inout Sequence
  ) {
    let room = newRoom(layer.output, in: &sequence)
    addNormGradient(
      layer.norm, layer.output, gradient, rectifies: rectifies, to: room, &sequence)
    addWeightGradient(layer.convolution, input, [room], &sequence)
    addInputGradient(layer.convolution, [room], to: target, adds: adds, &sequence)
  }
}

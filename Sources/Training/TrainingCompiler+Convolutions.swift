import Engine
import Kernels
import Networks

extension TrainingCompiler {
  /// Size of a convolution's output.
  func convolved(_ input: SpatialSize, stride: Int) -> SpatialSize {
    SpatialSize(height: (input.height - 1) / stride + 1, width: (input.width - 1) / stride + 1)
  }

  /// A dense convolution with its norm: runs it and adds up its moments.
  mutating func addDense(_ layer: NetworkParts.Layer, from input: Field) throws -> Convolved {
    let output = newField(layer.outputs, convolved(input.extent, stride: layer.stride))
    let convolution = try makeDense(layer, from: input.extent, to: output.extent)
    addForward(convolution, input, [output])
    let norm = try addNorm(layer.norm, output)
    addMoments(norm, output)
    return Convolved(convolution: convolution, norm: norm, output: output)
  }

  /// By oneDNN where it has generated code for all three passes, else by our own kernels.
  mutating func makeDense(
    _ layer: NetworkParts.Layer, from input: SpatialSize, to output: SpatialSize
  ) throws -> any Convolution {
    let shape = BlockedShape(
      inputChannels: variant.padded(layer.inputs), outputChannels: variant.padded(layer.outputs),
      height: input.height, width: input.width, outputHeight: output.height,
      outputWidth: output.width, kernel: layer.kernel, stride: layer.stride,
      dilation: layer.dilation, padding: layer.padding, isPlainInput: false)
    if let dense = try DenseConvolution(
      shape, parameter: layer.weights, inputs: layer.inputs, outputs: layer.outputs, state: state,
      count: planned(max(input.count, output.count)), variant: variant,
      workers: batch.workers.count)
    {
      register(
        dense, layer.name, cost: layer.inputs * layer.outputs * layer.kernel * layer.kernel,
        scratchBytes: dense.scratchBytes, implementations: dense.implementations)
      return dense
    }
    return try makeOwn([layer], from: input, to: output, named: layer.name)
  }

  /// Convolutions of one input, alike but for their windows.
  mutating func makeOwn(
    _ layers: [NetworkParts.Layer], from input: SpatialSize, to output: SpatialSize,
    named name: String
  ) throws -> GroupedConvolution {
    let first = layers[0]
    let convolution = try GroupedConvolution(
      sk_shape(
        input_channels: Int32(first.inputs), output_channels: Int32(first.outputs),
        groups: Int32(first.groups), height: Int32(input.height), width: Int32(input.width),
        output_height: Int32(output.height), output_width: Int32(output.width),
        stride: Int32(first.stride), relu: 0, accumulate: 0),
      branches: layers.map { .init($0) }, state: state, variant: variant,
      workers: batch.workers.count)
    register(
      convolution, name,
      cost: layers.reduce(0) { $0 + $1.inputs / $1.groups * $1.outputs * $1.kernel * $1.kernel },
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

extension GroupedConvolution.Branch {
  /// A layer's weights and windows.
  init(_ layer: NetworkParts.Layer) {
    self.init(
      parameter: layer.weights, kernel: layer.kernel, dilation: layer.dilation,
      padding: layer.padding)
  }
}

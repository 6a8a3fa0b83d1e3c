import Kernels
import Networks

extension Compiler {
  /// A dense convolution with batch norm, and its place in the network.
  struct Dense {
    var layer: String
    var kind: PlannedLayer.Kind
    var tensor: String
    var input: Int
    var output: Int
    var from: Extent
    var to: Extent
    var kernel = 1
    var stride = 1
    var dilation = 1
    var accumulates = false
    var rectifies = false

    var padding: Int { dilation * (kernel - 1) / 2 }
  }

  /// By oneDNN where it has generated code for the shape, else by our own kernels.
  mutating func addDense(_ dense: Dense, source: Place, destination: Place) throws {
    try addDense(dense, folding(dense.tensor), source: source, destination: destination)
  }

  mutating func addDense(
    _ dense: Dense, _ folding: () throws -> FoldedConvolution, source: Place, destination: Place
  ) throws {
    let isStem = source.slot == .input
    let padded = variant.padded(dense.output)
    reserve(destination.slot, padded * dense.to.positions)
    guard !measures else {
      let input = isStem ? dense.input : variant.padded(dense.input)
      weightBytes += variant.size * dense.kernel * dense.kernel * input * padded
      return
    }
    let folded = try folding().padded(
      input: isStem ? dense.input : variant.padded(dense.input), output: padded)
    var layer = PlannedLayer(
      name: dense.layer, kind: dense.kind,
      input: [dense.input, dense.from.height, dense.from.width],
      output: [dense.output, dense.to.height, dense.to.width],
      macs: dense.kernel * dense.kernel * dense.input * dense.output * dense.to.positions,
      implementation: ownImplementation)
    let shape = DenseShape(
      inputChannels: folded.shape[1], outputChannels: padded, height: dense.from.height,
      width: dense.from.width, outputHeight: dense.to.height, outputWidth: dense.to.width,
      kernel: dense.kernel, stride: dense.stride, dilation: dense.dilation, padding: dense.padding,
      isPlainInput: isStem, accumulates: dense.accumulates, rectifies: dense.rectifies)
    if let convolution = try LibraryConvolution(
      shape, weights: folded, variant: variant)
    {
      layer.implementation = convolution.implementation
      weightBytes += convolution.weightBytes + padded * 4
      scratchBytes = max(scratchBytes, convolution.scratchpadBytes)
      add(.library(convolution, from: source, to: destination), layer)
      return
    }
    if isStem {
      blocksInput = true
      reserve(.input, variant.padded(dense.input) * dense.from.positions)
    }
    let convolution = try own(
      sk_shape(
        input_channels: Int32(folded.shape[1]), output_channels: Int32(padded), groups: 1,
        height: Int32(dense.from.height), width: Int32(dense.from.width),
        output_height: Int32(dense.to.height), output_width: Int32(dense.to.width),
        stride: Int32(dense.stride), relu: dense.rectifies ? 1 : 0,
        accumulate: dense.accumulates ? 1 : 0),
      branches: [
        OwnBranch(
          kernel: dense.kernel, dilation: dense.dilation, padding: dense.padding,
          folded: { folded })
      ])
    guard let convolution else { return }
    add(.own(convolution, from: source, to: [destination], sums: false), layer)
  }
}

import Networks

/// One of the stem's convolutions behind the one over pixels, with its norm and ReLU.
struct StemLayer {
  var layer: Convolved
  var input: Field
  var output: Field
}

extension TrainingCompiler {
  /// The stem's convolutions from the second on; none where there is but one.
  mutating func addStemLayers(after first: Field) throws -> [StemLayer] {
    var layers: [StemLayer] = []
    for convolution in network.stem.dropFirst() {
      let input = layers.last?.output ?? first
      let layer = try addDense(convolution, from: input)
      forward.meet()
      addFinish([layer.norm])
      let output = newField(convolution.outputs, layer.output.extent)
      addNormalize(layer.norm, layer.output, to: output)
      layers.append(StemLayer(layer: layer, input: input, output: output))
    }
    return layers
  }

  /// From the gradient of the last of them to that of what the first one sees.
  mutating func addStemGradient(
    _ layers: [StemLayer], of gradient: Field, _ back: inout Sequence
  ) -> Field {
    var gradient = gradient
    for stem in layers.reversed() {
      addGradientSums(stem.layer.norm, stem.layer.output, gradient, to: &back)
      back.meet()
      addFinishGradient([stem.layer.norm], to: &back)
      let target = newField(stem.input.channels, stem.input.extent)
      addGradient(
        stem.layer, of: gradient, rectifies: true, input: stem.input, to: target, adds: false,
        &back)
      gradient = target
    }
    return gradient
  }
}

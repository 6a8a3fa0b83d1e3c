import Kernels
import Networks

extension Compiler {
  /// A unit on half of the channels, whose other half passes.
  ///
  /// The trunk holds all channels for a unit that begins a stage, else two halves, each filled up to
  /// whole blocks, so that both can be read where they lie.
  ///
  /// - Parameters:
  ///   - unit: The unit.
  ///   - index: Its place in the network.
  ///   - splits: Whether the next unit works on half of the channels too.
  /// - Throws: `EngineError` if oneDNN fails or a batch norm has no variance.
  mutating func addShuffleUnit(_ unit: Unit, index: Int, splits: Bool) throws {
    let input = extent
    var left = Place(slot: .trunk(trunk))
    var right = left
    if unit.hasProjection {
      left = try addLeftHalf(unit, input)
    } else {
      right.offset = variant.padded(unit.input / 2) * input.positions
    }
    try addDense(
      .init(
        layer: unit.name + " reduce", kind: .reduce, tensor: unit.prefix + "reduce",
        input: unit.pathInput, output: unit.width, from: input, to: input, rectifies: true),
      source: right, destination: Place(slot: .reduced))
    let output = try addBranches(
      unit, source: Place(slot: .reduced), channels: unit.width, input: input)
    let selected = try addSelection(unit, index: index, output: output)
    right = Place(slot: .half(1))
    try addDense(
      .init(
        layer: unit.name + " expand", kind: .expand, tensor: unit.prefix + "expand",
        input: unit.width, output: unit.pathOutput, from: output, to: output, rectifies: true),
      source: selected, destination: right)
    if let excitation = try excitation(unit.prefix, channels: unit.pathOutput, extent: output) {
      add(.scale(excitation, at: right), excitationLayer(unit.name + " excite", excitation, output))
    }
    addShuffle(unit, index: index, left, right, output, splits: splits)
  }

  /// The half that a stage's first unit makes by a depthwise 3×3 and a 1×1.
  private mutating func addLeftHalf(_ unit: Unit, _ input: Extent) throws -> Place {
    let output = try extent(of: input, kernel: 3, dilation: 1, stride: unit.stride, padding: 1)
    let name = unit.prefix + "shortcut.depthwise"
    let convolution = try own(
      sk_shape(
        input_channels: Int32(unit.input), output_channels: Int32(unit.input),
        groups: Int32(unit.input), height: Int32(input.height), width: Int32(input.width),
        output_height: Int32(output.height), output_width: Int32(output.width),
        stride: Int32(unit.stride), relu: 0, accumulate: 0),
      branches: [OwnBranch(kernel: 3, dilation: 1, padding: 1, folded: folding(name))])
    let thinned = Place(slot: .branch(0))
    reserve(thinned.slot, variant.padded(unit.input) * output.positions)
    if let convolution {
      add(
        .own(convolution, from: Place(slot: .trunk(trunk)), to: [thinned], sums: false),
        PlannedLayer(
          name: unit.name + " shortcut depthwise", kind: .shortcut,
          input: [unit.input, input.height, input.width],
          output: [unit.input, output.height, output.width],
          macs: 9 * unit.input * output.positions, implementation: ownImplementation))
    }
    let left = Place(slot: .half(0))
    try addDense(
      .init(
        layer: unit.name + " shortcut pointwise", kind: .shortcut,
        tensor: unit.prefix + "shortcut.pointwise", input: unit.input, output: unit.pathOutput,
        from: output, to: output, rectifies: true),
      source: thinned, destination: left)
    return left
  }

  private mutating func addShuffle(
    _ unit: Unit, index: Int, _ left: Place, _ right: Place, _ output: Extent, splits: Bool
  ) {
    let first = Place(slot: .trunk(1 - trunk))
    let half = unit.pathOutput
    var parts = [first]
    if splits {
      let size = variant.padded(half) * output.positions
      parts.append(Place(slot: first.slot, offset: size))
      reserve(first.slot, 2 * size)
    } else {
      reserve(first.slot, variant.padded(unit.output) * output.positions)
    }
    add(
      .shuffle(half: half, positions: output.positions, left: left, right: right, to: parts),
      PlannedLayer(
        name: unit.name + " shuffle", kind: .shuffle, input: [half, output.height, output.width],
        output: [unit.output, output.height, output.width], macs: 0,
        implementation: ownImplementation))
    trunk = 1 - trunk
    extent = output
    add(
      .probe(
        unit: index, channels: splits ? half : unit.output, positions: output.positions,
        parts: parts), nil)
  }
}

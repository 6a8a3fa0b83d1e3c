import Kernels
import Memory
import Networks

/// Makes a lowered network's steps ready to run: weights folded and packed.
struct Compiler {
  /// oneDNN has no code for a convolution of the picture as it is.
  struct NeedsBlockedPicture: Error {}

  let lowered: Lowered
  let weights: Weights
  let variant: sk_variant
  /// Whether it only adds up what the plan will take: no weights are looked at, and no step is made.
  let measures: Bool

  private(set) var steps: [Step] = []
  /// The layer that each step belongs to.
  private(set) var layerOfStep: [Int] = []
  private(set) var layers: [PlannedLayer]
  private(set) var scratchBytes = 0
  private(set) var weightBytes = 0

  init(_ lowered: Lowered, weights: Weights, variant: sk_variant, measures: Bool = false) {
    self.lowered = lowered
    self.weights = weights
    self.variant = variant
    self.measures = measures
    let own = Self.ownImplementation(variant)
    layers = lowered.layers.map { layer in
      PlannedLayer(
        name: layer.title, kind: layer.kind, input: layer.input, output: layer.output,
        macs: layer.macs, implementation: layer.kind == .plain ? "plain" : own)
    }
  }

  /// - Throws: `EngineError` if oneDNN fails or a batch norm has no variance, `MemoryError`,
  ///   `NeedsBlockedPicture`.
  mutating func compile() throws {
    for (index, step) in lowered.steps.enumerated() {
      let layer = lowered.layerOfStep[index]
      for step in try compiled(step, layer) {
        steps.append(step)
        layerOfStep.append(layer)
      }
    }
  }

  private mutating func compiled(_ step: LoweredStep, _ layer: Int) throws -> [Step] {
    switch step {
    case .dense(let convolution, let from, let to, let isPicture):
      return try dense(convolution, from, to, isPicture, layer)
    case .grouped(let convolutions, let from, let to, false) where convolutions.count == 1:
      return try apart(convolutions[0], from, to[0], layer)
    case .grouped(let convolutions, let from, let to, let sums):
      return try own(convolutions).map { [.own($0, from: from, to: to, sums: sums)] } ?? []
    case .gate(let gate, let index):
      return try self.gate(gate).map { [.gate($0, index: index)] } ?? []
    case .classify(let linear, let positions, let from, let gate):
      weightBytes += 4 * (linear.inputs + 1) * linear.outputs
      guard !measures else { return [] }
      let folded = try FoldedConvolution(linear, in: weights)
      return [
        .classify(
          try Classifier(
            channels: linear.inputs, paddedChannels: variant.padded(linear.inputs),
            positions: positions, classes: linear.outputs, weights: folded.weights,
            bias: folded.bias), from: from, gate: gate)
      ]
    case .pool(let pool, let channels, let from, let input, let to, let output):
      guard !measures else { return [] }
      let made = try LibraryPrimitive(
        pool, channels: channels, input: input, output: output, variant: variant)
      return [primitive(made, from, to, layer)]
    case .activate(let function, let channels, let extent, let from, let to):
      guard !measures else { return [] }
      let made = try LibraryPrimitive(
        function, channels: channels, extent: extent, variant: variant)
      return [primitive(made, from, to, layer)]
    case .normalize(let norm, let extent, let from, let to):
      weightBytes += 16 * variant.padded(norm.channels)
      guard !measures else { return [] }
      let made = try LibraryPrimitive(norm, extent: extent, in: weights, variant: variant)
      return [primitive(made, from, to, layer)]
    case .gather(let from, let positions, let to):
      return measures
        ? [] : [.gather(Gather(from, positions: positions, lanes: variant.lanes), to: to)]
    default: return measures ? [] : [.simple(step)]
    }
  }

  private mutating func primitive(
    _ made: LibraryPrimitive, _ from: Place, _ to: Place, _ layer: Int
  ) -> Step {
    layers[layer].implementation = made.implementation
    scratchBytes = max(scratchBytes, made.scratchpadBytes)
    return .primitive(made, from: from, to: to)
  }

  // MARK: Convolutions

  /// By oneDNN where it has generated code for the shape, else by our own kernels.
  private mutating func dense(
    _ convolution: LoweredConvolution, _ from: Place, _ to: Place, _ isPicture: Bool, _ layer: Int
  ) throws -> [Step] {
    let padded = variant.padded(convolution.operation.channels)
    let input = isPicture ? convolution.input : variant.padded(convolution.input)
    let kernel = convolution.window.kernel
    guard !measures else {
      weightBytes += variant.size * kernel.rows * kernel.columns * input * padded
      return []
    }
    let folded = try FoldedConvolution(convolution, in: weights).padded(
      input: input, output: padded)
    let shape = DenseShape(
      inputChannels: input, outputChannels: padded, from: convolution.from, to: convolution.to,
      window: convolution.window, isPlainInput: isPicture, accumulates: convolution.accumulates,
      activation: convolution.activation)
    if let step = try library(shape, folded, from, to, layer) { return [step] }
    guard !isPicture else { throw NeedsBlockedPicture() }
    return try ownAndFunction(convolution, from, to, layer)
  }

  /// A grouped convolution: where each channel is for itself by oneDNN if it has generated code, else by our own
  /// kernels.
  private mutating func apart(
    _ convolution: LoweredConvolution, _ from: Place, _ to: Place, _ layer: Int
  ) throws -> [Step] {
    guard convolution.isDepthwise, !measures else {
      return try ownAndFunction(convolution, from, to, layer)
    }
    let channels = variant.padded(convolution.input)
    let folded = try FoldedConvolution(convolution, in: weights).padded(input: 1, output: channels)
    let shape = DenseShape(
      inputChannels: channels, outputChannels: channels, from: convolution.from,
      to: convolution.to, window: convolution.window, isPlainInput: false,
      accumulates: convolution.accumulates, activation: convolution.activation, isDepthwise: true)
    return try library(shape, folded, from, to, layer).map { [$0] }
      ?? ownAndFunction(convolution, from, to, layer)
  }

  /// By oneDNN; nil if it has no generated code.
  private mutating func library(
    _ shape: DenseShape, _ folded: FoldedConvolution, _ from: Place, _ to: Place, _ layer: Int
  ) throws -> Step? {
    guard let made = try LibraryConvolution(shape, weights: folded, variant: variant) else {
      return nil
    }
    layers[layer].implementation = made.implementation
    weightBytes += made.weightBytes + shape.outputChannels * 4
    scratchBytes = max(scratchBytes, made.scratchpadBytes)
    return .library(made, from: from, to: to)
  }

  /// By our own kernels, which know no other function than ReLU: any other follows, in place.
  private mutating func ownAndFunction(
    _ convolution: LoweredConvolution, _ from: Place, _ to: Place, _ layer: Int
  ) throws -> [Step] {
    var plain = convolution
    if !convolution.isRectifiedAtMost { plain.activation = nil }
    guard let own = try own([plain]) else {
      guard measures else {
        throw EngineError.architecture(
          "layer '\(layers[layer].name)': there is no code for its convolution")
      }
      return []
    }
    let step = Step.own(own, from: from, to: [to], sums: false)
    guard let function = convolution.activation, !convolution.isRectifiedAtMost else {
      return [step]
    }
    let made = try LibraryPrimitive(
      function, channels: variant.padded(convolution.operation.channels), extent: convolution.to,
      variant: variant)
    scratchBytes = max(scratchBytes, made.scratchpadBytes)
    return [step, .primitive(made, from: to, to: to)]
  }

  /// Convolutions of one input by our own kernels, their memory counted; nil if that is all that is
  /// wanted.
  private mutating func own(_ convolutions: [LoweredConvolution]) throws -> OwnConvolution? {
    guard let first = convolutions.first, var shape = first.shape(variant) else { return nil }
    let squares = convolutions.compactMap(\.square)
    guard !measures else {
      let calls = squares.map {
        sk_branch(
          kernel: Int32($0.kernel), dilation: Int32($0.dilation), padding: Int32($0.padding),
          weights: nil, bias: nil, output: nil)
      }
      for square in squares {
        weightBytes += sk_packed_bytes(variant, &shape, Int32(square.kernel))
      }
      scratchBytes = max(
        scratchBytes, sk_scratch_bytes(variant, &shape, calls, Int32(calls.count)))
      return nil
    }
    let made = try OwnConvolution(
      shape,
      branches: zip(convolutions, squares).map { convolution, square in
        let folded = try FoldedConvolution(squaring: convolution, square, in: weights, variant)
        return (folded, square.dilation, square.padding)
      }, variant: variant)
    weightBytes += made.weightBytes
    scratchBytes = max(scratchBytes, made.scratchBytes)
    return made
  }

  // MARK: Gates

  private mutating func gate(_ gate: LoweredGate) throws -> Gate? {
    let padded = variant.padded(gate.channels)
    guard !measures else {
      weightBytes += 4 * (gate.hidden + 1) * (gate.width + gate.branches * padded)
      return nil
    }
    let layers = try gate.layers.map { try FoldedConvolution($0, in: weights) }
    let hasBias = gate.layers.contains { $0.bias != nil }
    func rows(_ branch: [LoweredGate.LogitRow]) -> [Float] {
      var values: [Float] = []
      values.reserveCapacity(branch.count * gate.hidden)
      for logit in branch {
        values +=
          layers[logit.layer].weights[
            logit.row * gate.hidden..<(logit.row + 1) * gate.hidden]
      }
      return values
    }
    let made = try Gate(
      width: gate.width, paddedWidth: padded, positions: gate.positions,
      isSigmoid: gate.isSigmoid, fuse: try FoldedConvolution(gate.fuse, in: weights),
      select: gate.logits.map(rows),
      selectBias: gate.logits.map { branch in
        hasBias ? branch.map { layers[$0.layer].bias[$0.row] } : nil
      })
    weightBytes += made.weightBytes
    return made
  }

  private static func ownImplementation(_ variant: sk_variant) -> String {
    switch variant {
    case sk_avx2: "sk:avx2"
    case sk_avx512: "sk:avx512"
    case sk_avx512_bf16: "sk:avx512_bf16"
    default: "sk:portable"
    }
  }
}

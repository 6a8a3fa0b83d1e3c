import Kernels
import Networks

/// Packs the weights of convolutions for the way back.
struct GradientCompiler {
  private let lowered: Lowered
  private let weights: Weights
  private let variant: sk_variant
  /// How many steps read each value.
  private var readers: [Int]

  init(_ lowered: Lowered, weights: Weights, variant: sk_variant) {
    self.lowered = lowered
    self.weights = weights
    self.variant = variant
    readers = lowered.values.map { _ in 0 }
    for step in lowered.steps {
      for value in Set(step.read) { readers[value] += 1 }
    }
  }

  /// What is made of a network's steps.
  struct Result {
    /// The way back of each step's convolutions.
    var layers: [GradientPlan.Layer?] = []
    /// The scratch that the largest takes.
    var scratchBytes = 0
    /// The convolutions whose way back no kernel has.
    var refused: Set<Graph.Operation.Convolution> = []
  }

  /// Finds each convolution's way back.
  func compile() throws -> Result {
    var result = Result()
    for step in lowered.steps {
      var layer: GradientPlan.Layer?
      switch step {
      case .dense(let convolution, let from, _, let isPicture):
        layer =
          try isPicture
          ? .picture(PictureGradient(convolution, in: weights))
          : dense(convolution, isShared: readers[from.value] > 1)
        if layer == nil { result.refused.insert(convolution.operation) }
      case .grouped(let convolutions, _, _, _):
        layer = try OwnInputGradient(convolutions, in: weights, variant: variant).map { .own($0) }
        if layer == nil { result.refused.formUnion(convolutions.map(\.operation)) }
      case .normalize(let norm, _, _, _): layer = .factors(try factors(norm))
      default: break
      }
      result.layers.append(layer)
      result.scratchBytes = max(result.scratchBytes, layer?.scratchBytes ?? 0)
    }
    return result
  }

  private func factors(_ norm: LoweredNorm) throws -> Buffer {
    let tensors = norm.tensors
    guard let scale = weights[tensors.scale]?.values,
      let variance = weights[tensors.variance]?.values,
      min(scale.count, variance.count) >= norm.first + norm.channels
    else { throw EngineError.weights(["\(tensors.scale) is missing"]) }
    let values = (norm.first..<norm.first + norm.channels).map {
      Float(Double(scale[$0]) / (Double(variance[$0]) + tensors.epsilon).squareRoot())
    }
    return try Buffer(values, count: variant.padded(norm.channels))
  }

  /// nil if no kernel has it.
  private func dense(
    _ convolution: LoweredConvolution, isShared: Bool
  ) throws -> GradientPlan.Layer? {
    let (input, output) = (
      variant.padded(convolution.input), variant.padded(convolution.operation.channels)
    )
    let folded = try FoldedConvolution(convolution, in: weights)
      .padded(input: input, output: output)
    let forward = DenseShape(
      inputChannels: input, outputChannels: output, from: convolution.from, to: convolution.to,
      window: convolution.window, isPlainInput: false)
    if let window = convolution.transposedWindow,
      let made = try LibraryConvolution(
        DenseShape(
          inputChannels: output, outputChannels: input, from: convolution.to,
          to: convolution.from, window: window, isPlainInput: false, accumulates: isShared),
        weights: folded.transposed(), variant: variant)
    {
      return .transposed(made)
    }
    if let made = try LibraryInputGradient(forward, weights: folded.weights, variant: variant) {
      return .strided(made)
    }
    return try OwnInputGradient([convolution], in: weights, variant: variant).map { .own($0) }
  }
}

extension GradientPlan.Layer {
  fileprivate var scratchBytes: Int {
    switch self {
    case .transposed(let layer): layer.scratchpadBytes
    case .strided(let layer): layer.scratchpadBytes
    case .own(let layer): layer.scratchBytes
    case .picture(let layer): 4 * layer.scratchCount
    case .factors: 0
    }
  }
}

extension LoweredConvolution {
  /// The windows by which each input's gradient is a convolution of the output's; nil at other strides than 1.
  fileprivate var transposedWindow: Graph.Operation.Window? {
    guard window.stride == .init(1, 1) else { return nil }
    var result = window
    result.before = .init(
      window.span.rows - 1 - window.before.rows, window.span.columns - 1 - window.before.columns)
    result.after = .init(
      window.span.rows - 1 - window.after.rows, window.span.columns - 1 - window.after.columns)
    return [result.before.rows, result.before.columns, result.after.rows, result.after.columns]
      .allSatisfy { $0 >= 0 } ? result : nil
  }
}

extension FoldedConvolution {
  /// Inputs and outputs exchanged, kernels turned by half a turn; no bias.
  fileprivate func transposed() -> FoldedConvolution {
    let (outputs, inputs, taps) = (shape[0], shape[1], shape[2] * shape[3])
    var result = [Float](repeating: 0, count: weights.count)
    for o in 0..<outputs {
      for c in 0..<inputs {
        for tap in 0..<taps {
          result[(c * outputs + o) * taps + taps - 1 - tap] = weights[(o * inputs + c) * taps + tap]
        }
      }
    }
    return FoldedConvolution(
      weights: result, bias: [Float](repeating: 0, count: inputs),
      shape: [inputs, outputs, shape[2], shape[3]])
  }
}

import CDNNL
import Engine
import Kernels
import Memory

/// A convolution without groups by oneDNN.
final class DenseConvolution: Convolution {
  let shape: BlockedShape
  let isGrouped = false
  /// Channels that the state's weights have; the rest of `shape`'s are zeros.
  private let inputs: Int, outputs: Int
  private let state: TrainingState
  private let range: Range<Int>
  private let variant: sk_variant
  private let forward: ConvolutionPass, backward: ConvolutionPass, weights: ConvolutionPass
  private let forwardWeights: Buffer, backwardWeights: Buffer
  private let packForward: Reorder, packBackward: Reorder, unpack: Reorder
  /// The state's weights where channels are filled up, and then their gradient.
  private let plain: Buffer
  /// The state's weights in the maps' format, where that is bfloat16.
  private let rounded: Buffer
  /// Each worker's gradient of the weights, in the pass's layout.
  private let sums: [WeightSum]

  /// Makes the three passes; nil if oneDNN has only reference code for one of them.
  init?(
    _ shape: BlockedShape, parameter: String, inputs: Int, outputs: Int, state: TrainingState,
    count: Int, variant: sk_variant, workers: Int
  ) throws {
    func pass(_ kind: ConvolutionPass.Kind) throws -> ConvolutionPass? {
      try ConvolutionPass(kind, shape, count: count, variant: variant, workers: workers)
    }
    guard let forward = try pass(.forward), let weights = try pass(.weightGradient) else {
      return nil
    }
    // Of the pixels' gradient there is no generated code, and it is seldom wanted.
    guard let backward = shape.isPlainInput ? forward : try pass(.inputGradient) else {
      return nil
    }
    self.shape = shape
    self.inputs = inputs
    self.outputs = outputs
    self.state = state
    self.variant = variant
    range = state.places[parameter] ?? 0..<0
    self.forward = forward
    self.backward = backward
    self.weights = weights
    let plainDescription = try describe(
      [shape.outputChannels, shape.inputChannels, shape.kernel, shape.kernel], dnnl_oihw, dnnl_f32)
    packForward = try Reorder(from: plainDescription, to: forward.weightsDescription)
    packBackward = try Reorder(from: plainDescription, to: backward.weightsDescription)
    unpack = try Reorder(from: weights.weightsDescription, to: plainDescription)
    forwardWeights = try Buffer(bytes: forward.weightBytes)
    backwardWeights = try Buffer(bytes: backward.weightBytes)
    plain = try Buffer(
      bytes: 4 * shape.outputChannels * shape.inputChannels * shape.kernel * shape.kernel)
    rounded = try Buffer(bytes: variant.size < 4 ? plain.bytes / 2 : 0)
    sums = try (0..<workers).map { _ in try WeightSum(bytes: weights.weightBytes) }
  }

  private var outputSize: Int { shape.outputChannels * shape.outputHeight * shape.outputWidth }

  /// Scratch that packing needs.
  var scratchBytes: Int {
    [packForward, packBackward, unpack].reduce(0) { max($0, $1.scratchpadBytes) }
  }

  /// What oneDNN calls the three passes' code.
  var implementations: [String] {
    [forward, backward, weights].map(\.implementation)
  }

  func pass(_ kind: ConvolutionPass.Kind) -> ConvolutionPass? {
    switch kind {
    case .forward: forward
    case .inputGradient: backward
    case .weightGradient: weights
    }
  }

  func pack(_ worker: Worker) throws {
    let learnt = state.learnt.floats + range.lowerBound
    var source = UnsafeMutableRawPointer(learnt)
    if inputs != shape.inputChannels || outputs != shape.outputChannels || variant.size < 4 {
      eachRow { row, padded, count in
        (plain.floats + padded).update(from: learnt + row, count: count)
      }
      source = plain.raw
    }
    if variant.size < 4 {
      // There and back is rounding; the pixels' convolution is as the others.
      sk_convert(variant, plain.count, plain.floats, rounded.raw)
      sk_widen(variant, plain.count, rounded.raw, plain.floats)
    }
    try packForward.run(worker, from: source, to: forwardWeights.raw)
    if !shape.isPlainInput { try packBackward.run(worker, from: source, to: backwardWeights.raw) }
    for sum in sums { sum.isEmpty = true }
  }

  func gather(_ worker: Worker) throws {
    var all: Buffer?
    for sum in sums where !sum.isEmpty {
      if let all {
        sk_add(variant, all.count, sum.total.floats, all.floats)
      } else {
        all = sum.total
      }
    }
    guard let all else { return }
    try unpack.run(worker, from: all.raw, to: plain.raw)
    eachRow { row, padded, count in
      sk_add(
        variant, count, plain.floats + padded, state.gradient.floats + range.lowerBound + row)
    }
  }

  func forward(_ worker: Worker, _ chunk: Chunk, input: Field, outputs: [Field]) throws {
    try eachRun(chunk, of: input) { picture, count in
      try narrowing(
        worker, values: count * outputSize, outputs[0].pointer(picture, worker, chunk)
      ) { output in
        try forward.run(
          worker, count: count,
          input: widened(worker, count: count, input.pointer(picture, worker, chunk)),
          output: output, weights: forwardWeights.raw)
      }
    }
  }

  /// The stem's forward pass over pixels.
  func forward(
    _ worker: Worker, _ chunk: Chunk, pixels: UnsafeMutablePointer<Float>, output: Field
  ) throws {
    let count = chunk.pictures.count
    try narrowing(worker, values: count * outputSize, output.pointer(worker, chunk)) { output in
      try forward.run(
        worker, count: count, input: pixels, output: output, weights: forwardWeights.raw)
    }
  }

  func weightGradient(
    _ worker: Worker, _ chunk: Chunk, input: Field, outputGradients: [Field]
  ) throws {
    try eachRun(chunk, of: input) { picture, count in
      try addWeightGradient(
        worker, count: count,
        input: widened(worker, count: count, input.pointer(picture, worker, chunk)),
        outputGradient: outputGradients[0].floats(picture, worker, chunk))
    }
  }

  /// The stem's gradient of the weights.
  func weightGradient(
    _ worker: Worker, _ chunk: Chunk, pixels: UnsafeMutablePointer<Float>, outputGradient: Field
  ) throws {
    try addWeightGradient(
      worker, count: chunk.pictures.count, input: pixels,
      outputGradient: outputGradient.floats(chunk.pictures.lowerBound, worker, chunk))
  }

  private func addWeightGradient(
    _ worker: Worker, count: Int, input: UnsafeMutableRawPointer,
    outputGradient: UnsafeMutablePointer<Float>
  ) throws {
    let sum = sums[worker.index]
    // The first chunk's gradient is the sum so far.
    let target = sum.isEmpty ? sum.total : sum.chunk
    try weights.run(
      worker, count: count, input: input, output: outputGradient, weights: target.raw)
    if !sum.isEmpty { sk_add(variant, target.count, target.floats, sum.total.floats) }
    sum.isEmpty = false
  }

  func inputGradient(
    _ worker: Worker, _ chunk: Chunk, outputGradients: [Field], input: Field, adds: Bool,
    room: Field?
  ) throws {
    try eachRun(chunk, of: input) { picture, count in
      let gradient = input.pointer(picture, worker, chunk)
      let output = outputGradients[0].floats(picture, worker, chunk)
      let values = count * input.channels * input.positions
      guard adds else {
        return try narrowing(worker, values: values, gradient) { target in
          try backward.run(
            worker, count: count, input: target, output: output, weights: backwardWeights.raw)
        }
      }
      let room = (room ?? input).floats(picture, worker, chunk)
      try backward.run(
        worker, count: count, input: room, output: output, weights: backwardWeights.raw)
      sk_add_converted(variant, values, room, gradient)
    }
  }

  // MARK: Number formats

  /// The input as floats: itself, or widened.
  private func widened(
    _ worker: Worker, count: Int, _ input: UnsafeMutableRawPointer
  ) -> UnsafeMutableRawPointer {
    guard variant.size < 4 else { return input }
    let target = worker.widened.input
    sk_widen(
      variant, count * shape.inputChannels * shape.height * shape.width, input, target.floats)
    return target.raw
  }

  /// Lets a body write floats, and brings them into the maps' format.
  private func narrowing(
    _ worker: Worker, values: Int, _ output: UnsafeMutableRawPointer,
    _ body: (UnsafeMutableRawPointer) throws -> Void
  ) rethrows {
    guard variant.size < 4 else { return try body(output) }
    let source = worker.widened.output
    try body(source.raw)
    sk_convert(variant, values, source.floats, output)
  }

  /// Runs of weights that are neighbours both in the state and with channels filled up.
  private func eachRow(_ body: (_ row: Int, _ padded: Int, _ count: Int) -> Void) {
    let taps = shape.kernel * shape.kernel
    if inputs == shape.inputChannels { return body(0, 0, outputs * inputs * taps) }
    for output in 0..<outputs {
      body(output * inputs * taps, output * shape.inputChannels * taps, inputs * taps)
    }
  }
}

/// A worker's gradient of a convolution's weights, and room for a chunk's.
private final class WeightSum {
  let total: Buffer, chunk: Buffer
  /// Whether no chunk has been added in this batch.
  var isEmpty = true

  init(bytes: Int) throws(MemoryError) {
    total = try Buffer(bytes: bytes)
    chunk = try Buffer(bytes: bytes)
  }
}

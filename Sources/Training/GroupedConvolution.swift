import Engine
import Kernels
import Memory

/// Convolutions of one input by our own kernels: grouped ones, and whatever oneDNN has no code for.
final class GroupedConvolution: Convolution {
  /// One of the convolutions.
  struct Branch {
    var parameter: String
    var kernel: Int
    var dilation: Int
    var padding: Int
  }

  let isGrouped = true
  /// Scratch that any of the passes needs.
  let scratchBytes: Int
  private let shape: sk_shape
  private let branches: [Branch]
  private let state: TrainingState
  private let ranges: [Range<Int>]
  private let variant: sk_variant
  private let packed: [Buffer], transposed: [Buffer]
  private let bias: Buffer
  /// Each worker's gradients of the weights, as the kernels pack them.
  private let sums: [[Buffer]]

  /// `shape` is what the branches have in common; neither rectified nor accumulated.
  init(
    _ shape: sk_shape, branches: [Branch], state: TrainingState, variant: sk_variant, workers: Int
  ) throws(MemoryError) {
    self.shape = shape
    self.branches = branches
    self.state = state
    self.variant = variant
    ranges = branches.map { state.places[$0.parameter] ?? 0..<0 }
    var shape = shape
    packed = try branches.map { branch throws(MemoryError) in
      try Buffer(bytes: sk_packed_bytes(variant, &shape, Int32(branch.kernel)))
    }
    transposed = try branches.map { branch throws(MemoryError) in
      try Buffer(bytes: sk_transposed_bytes(variant, &shape, Int32(branch.kernel)))
    }
    bias = try Buffer(bytes: 4 * variant.padded(Int(shape.output_channels)))
    let sizes = packed.map(\.bytes)
    sums = try (0..<workers).map { _ throws(MemoryError) in
      try sizes.map { size throws(MemoryError) in try Buffer(bytes: size) }
    }
    let forward = branches.map {
      sk_branch(
        kernel: Int32($0.kernel), dilation: Int32($0.dilation), padding: Int32($0.padding),
        weights: nil, bias: nil, output: nil)
    }
    let backward = branches.map { Self.gradient($0) }
    let count = Int32(branches.count)
    scratchBytes = max(
      sk_scratch_bytes(variant, &shape, forward, count),
      sk_input_gradient_scratch_bytes(variant, &shape, backward, count),
      sk_weight_gradient_scratch_bytes(variant, &shape, backward, count))
  }

  func pass(_ kind: ConvolutionPass.Kind) -> ConvolutionPass? { nil }

  func pack(_ worker: Worker) {
    var shape = shape
    for (m, branch) in branches.enumerated() {
      let weights = state.learnt.floats + ranges[m].lowerBound
      sk_pack_weights(variant, &shape, Int32(branch.kernel), weights, packed[m].raw)
      var gradient = Self.gradient(branch)
      sk_pack_transposed(variant, &shape, &gradient, weights, transposed[m].raw)
      for sum in sums { sum[m].floats.update(repeating: 0, count: sum[m].count) }
    }
  }

  func gather(_ worker: Worker) {
    var shape = shape
    for (m, branch) in branches.enumerated() {
      for sum in sums {
        sk_add_weight_gradient(
          variant, &shape, Int32(branch.kernel), sum[m].floats,
          state.gradient.floats + ranges[m].lowerBound)
      }
    }
  }

  func forward(_ worker: Worker, _ chunk: Chunk, input: Field, outputs: [Field]) {
    var shape = shape
    for picture in chunk.pictures {
      let calls = branches.indices.map { m in
        sk_branch(
          kernel: Int32(branches[m].kernel), dilation: Int32(branches[m].dilation),
          padding: Int32(branches[m].padding), weights: packed[m].raw, bias: bias.floats,
          output: outputs[m].pointer(picture, worker, chunk))
      }
      sk_convolve(
        variant, &shape, calls, Int32(calls.count), input.pointer(picture, worker, chunk),
        worker.scratch.raw, nil)
    }
  }

  func weightGradient(
    _ worker: Worker, _ chunk: Chunk, input: Field, outputGradients: [Field]
  ) {
    var shape = shape
    eachRun(chunk, of: input) { picture, count in
      let calls = branches.indices.map { m in
        var call = Self.gradient(branches[m])
        call.gradient = UnsafePointer(outputGradients[m].floats(picture, worker, chunk))
        call.weight_gradient = sums[worker.index][m].floats
        return call
      }
      sk_weight_gradient(
        variant, &shape, calls, Int32(calls.count), Int32(count),
        input.pointer(picture, worker, chunk), worker.scratch.raw)
    }
  }

  func inputGradient(
    _ worker: Worker, _ chunk: Chunk, outputGradients: [Field], input: Field, adds: Bool,
    room: Field?
  ) {
    var shape = shape
    for picture in chunk.pictures {
      let calls = branches.indices.map { m in
        var call = Self.gradient(branches[m])
        call.weights = UnsafeRawPointer(transposed[m].raw)
        call.gradient = UnsafePointer(outputGradients[m].floats(picture, worker, chunk))
        return call
      }
      sk_input_gradient(
        variant, &shape, calls, Int32(calls.count), worker.scratch.raw, adds ? 1 : 0,
        input.pointer(picture, worker, chunk))
    }
  }

  private static func gradient(_ branch: Branch) -> sk_branch_gradient {
    sk_branch_gradient(
      kernel: Int32(branch.kernel), dilation: Int32(branch.dilation),
      padding: Int32(branch.padding), weights: nil, gradient: nil, weight_gradient: nil)
  }
}

import Kernels
import Memory
import Networks

/// Grouped convolutions over one input by our own kernels, weights packed.
final class OwnConvolution: Sendable {
  let shape: sk_shape
  let kernels: [Int]
  let dilations: [Int]
  let paddings: [Int]
  let weights: [Buffer]
  let biases: [Buffer]
  let scratchBytes: Int
  /// Of each branch in bfloat16.
  let growths: [Growth?]
  /// Numbers of the input, and of an output.
  let inputCount: Int
  let outputCount: Int

  init(
    _ shape: sk_shape, branches: [(weights: FoldedConvolution, dilation: Int, padding: Int)],
    variant: sk_variant
  ) throws(MemoryError) {
    self.shape = shape
    kernels = branches.map { $0.weights.shape[2] }
    dilations = branches.map(\.dilation)
    paddings = branches.map(\.padding)
    growths = branches.map { Growth($0.weights, variant) }
    inputCount =
      variant.padded(Int(shape.input_channels)) * Int(shape.height) * Int(shape.width)
    outputCount =
      variant.padded(Int(shape.output_channels)) * Int(shape.output_height)
      * Int(shape.output_width)
    var shape = shape
    weights = try branches.map { branch throws(MemoryError) in
      let side = Int32(branch.weights.shape[2])
      let buffer = try Buffer(bytes: sk_packed_bytes(variant, &shape, side))
      sk_pack_weights(variant, &shape, side, branch.weights.weights, buffer.raw)
      return buffer
    }
    let outputs = variant.padded(Int(shape.output_channels))
    biases = try branches.map { branch throws(MemoryError) in
      try Buffer(branch.weights.bias, count: outputs)
    }
    var calls = OwnConvolution.calls(kernels, dilations, paddings, weights, biases)
    scratchBytes = sk_scratch_bytes(variant, &shape, &calls, Int32(calls.count))
  }

  var weightBytes: Int { (weights + biases).reduce(0) { $0 + $1.bytes } }

  /// The branches as the kernels take them, outputs still unset.
  var calls: [sk_branch] { Self.calls(kernels, dilations, paddings, weights, biases) }

  private static func calls(
    _ kernels: [Int], _ dilations: [Int], _ paddings: [Int], _ weights: [Buffer],
    _ biases: [Buffer]
  ) -> [sk_branch] {
    kernels.indices.map { m in
      sk_branch(
        kernel: Int32(kernels[m]), dilation: Int32(dilations[m]), padding: Int32(paddings[m]),
        weights: weights[m].raw, bias: biases[m].floats, output: nil)
    }
  }
}

/// A gate: fuse, select and softmax (equations 3 to 6), or a sigmoid in the last one's place; with one
/// branch, squeeze-and-excitation.
final class Gate: Sendable {
  /// Channels of the mean that it sees.
  let width: Int
  /// Channels that it weighs, filled up to whole blocks.
  let paddedWidth: Int
  let hidden: Int
  let branches: Int
  let positions: Int
  let isSigmoid: Bool
  /// `[hidden, width]` and `[hidden]`, batch norm folded.
  let fuse: Buffer, fuseBias: Buffer
  /// `[hidden, padded width]` and `[padded width]` for each branch.
  let select: [Buffer]
  let selectBias: [Buffer?]

  init(
    width: Int, paddedWidth: Int, positions: Int, isSigmoid: Bool, fuse: FoldedConvolution,
    select: [[Float]],
    selectBias: [[Float]?]
  ) throws(MemoryError) {
    self.width = width
    self.paddedWidth = paddedWidth
    self.positions = positions
    self.isSigmoid = isSigmoid
    hidden = fuse.shape[0]
    branches = select.count
    self.fuse = try Buffer(fuse.weights)
    fuseBias = try Buffer(fuse.bias)
    self.select = try select.map { [hidden] matrix throws(MemoryError) in
      try transposed(
        matrix, rows: matrix.count / max(hidden, 1), columns: hidden, padded: paddedWidth)
    }
    self.selectBias = try selectBias.map { bias throws(MemoryError) in
      guard let bias else { return nil }
      return try Buffer(bias, count: paddedWidth)
    }
  }

  var weightBytes: Int {
    ([fuse, fuseBias] + select + selectBias.compactMap { $0 }).reduce(0) { $0 + $1.bytes }
  }
}

/// `[columns, padded]` of a matrix `[rows, columns]`, filled up with zeros.
private func transposed(
  _ matrix: [Float], rows: Int, columns: Int, padded: Int
) throws(MemoryError) -> Buffer {
  let result = try Buffer(bytes: 4 * columns * padded)
  for row in 0..<rows {
    for column in 0..<columns {
      result.floats[column * padded + row] = matrix[row * columns + column]
    }
  }
  return result
}

/// Global average pool and classifier.
final class Classifier: Sendable {
  let channels: Int
  let paddedChannels: Int
  let positions: Int
  let classes: Int
  let weights: Buffer, bias: Buffer

  init(
    channels: Int, paddedChannels: Int, positions: Int, classes: Int, weights: [Float],
    bias: [Float]
  ) throws(MemoryError) {
    self.channels = channels
    self.paddedChannels = paddedChannels
    self.positions = positions
    self.classes = classes
    self.weights = try Buffer(weights)
    self.bias = try Buffer(bias)
  }
}

/// Copies channels together, whole blocks at once where they lie together.
struct Gather: Sendable {
  /// What a block of the result is made of.
  enum Block: Sendable {
    /// A block as it is.
    case whole(Place)
    /// Lanes of their own; what is not given is 0.
    case lanes([Place])
  }

  var blocks: [Block]
  var positions: Int
  var lanes: Int

  init(_ places: [Place], positions: Int, lanes: Int) {
    self.positions = positions
    self.lanes = lanes
    blocks = stride(from: 0, to: places.count, by: lanes).map { start in
      let part = Array(places[start..<min(start + lanes, places.count)])
      let isWhole =
        part.count == lanes && part[0].offset % lanes == 0
        && part.enumerated().allSatisfy { lane, place in
          place.value == part[0].value && place.offset == part[0].offset + lane
        }
      return isWhole ? .whole(part[0]) : .lanes(part)
    }
  }
}

/// One thing that a run does.
enum Step: Sendable {
  case library(LibraryConvolution, from: Place, to: Place)
  case own(OwnConvolution, from: Place, to: [Place], sums: Bool)
  /// A pool or a function.
  case primitive(LibraryPrimitive, from: Place, to: Place)
  case gate(Gate, index: Int)
  case gather(Gather, to: Place)
  case classify(Classifier, from: Place, gate: Int?)
  /// What has no weights of its own.
  case simple(LoweredStep)
}

import Kernels
import Memory
import Networks

/// A runner's activation buffers.
///
/// A unit reads the trunk, writes its reduced input to `reduced`, the branches to `branch(m)`, their
/// selection over `reduced`, and adds the expanded result to the trunk in place; where the shortcut is a
/// convolution, that goes to the other trunk first. A shuffle unit makes up to two halves and puts them
/// together in the other trunk.
enum Slot: Hashable, Sendable {
  case input, reduced
  case trunk(Int)
  case branch(Int)
  case half(Int)
  /// What fuse makes of the map where attention is by position, and each branch's logits.
  case fused
  case logits(Int)
}

/// A slot, from some channel block on.
struct Place: Hashable, Sendable {
  var slot: Slot
  /// Numbers from the slot's start.
  var offset = 0
}

/// Grouped convolutions over one input by our own kernels, weights packed.
final class OwnConvolution: Sendable {
  let shape: sk_shape
  let kernels: [Int]
  let dilations: [Int]
  let paddings: [Int]
  let weights: [Buffer]
  let biases: [Buffer]
  let scratchBytes: Int

  init(
    _ shape: sk_shape, branches: [(weights: FoldedConvolution, dilation: Int, padding: Int)],
    variant: sk_variant
  ) throws(MemoryError) {
    self.shape = shape
    kernels = branches.map { $0.weights.shape[2] }
    dilations = branches.map(\.dilation)
    paddings = branches.map(\.padding)
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

/// A unit's gate: fuse, select and softmax (equations 3 to 6), or a sigmoid in the last one's place.
final class Gate: Sendable {
  let width: Int
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
      try transposed(matrix, rows: width, columns: hidden, padded: paddedWidth)
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

/// Squeeze-and-excitation on a unit's output or the head's.
final class Excitation: Sendable {
  let channels: Int
  let paddedChannels: Int
  let hidden: Int
  let positions: Int
  let squeeze: Buffer, squeezeBias: Buffer, excite: Buffer, exciteBias: Buffer

  init(
    channels: Int, paddedChannels: Int, hidden: Int, positions: Int, squeeze: [Float],
    squeezeBias: [Float], excite: [Float], exciteBias: [Float]
  ) throws(MemoryError) {
    self.channels = channels
    self.paddedChannels = paddedChannels
    self.hidden = hidden
    self.positions = positions
    self.squeeze = try Buffer(squeeze)
    self.squeezeBias = try Buffer(squeezeBias)
    self.excite = try transposed(excite, rows: channels, columns: hidden, padded: paddedChannels)
    self.exciteBias = try Buffer(exciteBias, count: paddedChannels)
  }

  var weightBytes: Int {
    [squeeze, squeezeBias, excite, exciteBias].reduce(0) { $0 + $1.bytes }
  }
}

/// Global average pool and classifier.
final class Classifier: Sendable {
  let channels: Int
  let paddedChannels: Int
  let positions: Int
  let classes: Int
  let weights: Buffer, bias: Buffer
  /// What weighs the means of the head's channels.
  let excitation: Excitation?

  init(
    channels: Int, paddedChannels: Int, positions: Int, classes: Int, weights: [Float],
    bias: [Float], excitation: Excitation?
  ) throws(MemoryError) {
    self.excitation = excitation
    self.channels = channels
    self.paddedChannels = paddedChannels
    self.positions = positions
    self.classes = classes
    self.weights = try Buffer(weights)
    self.bias = try Buffer(bias)
  }
}

/// Height and width in pixels.
struct Extent: Hashable, Sendable {
  var height: Int
  var width: Int

  var positions: Int { height * width }
}

/// A join of branches by attention at every position.
struct Selection: Sendable {
  var branches: Int
  var channels: Int
  var positions: Int
  var isSigmoid: Bool
}

/// One thing that a run does.
enum Step: Sendable {
  case library(LibraryConvolution, from: Place, to: Place)
  case own(OwnConvolution, from: Place, to: [Place], sums: Bool)
  case maxPool(channels: Int, from: Place, input: Extent, to: Place, output: Extent, padding: Int)
  /// The mean over windows of side × side, clipped at the far borders.
  case averagePool(channels: Int, from: Place, input: Extent, to: Place, side: Int)
  /// Adds the sums over positions to the gate's.
  case sum(channels: Int, positions: Int, from: Place)
  /// The unit's attention from the sums, which are then 0 again.
  case gate(Gate, unit: Int)
  /// Weighs the branches; `unit` nil is the plain sum.
  case select(branches: Int, channels: Int, positions: Int, unit: Int?, to: Place)
  /// Weighs the branches at every position, by the logits of that place in `.logits(m)`.
  case selectPositions(Selection, unit: Int, to: Place)
  /// Scales `from` by the excitation, adds it to `to`, rectifies.
  case excite(Excitation, from: Place, to: Place)
  /// Scales by the excitation, in place.
  case scale(Excitation, at: Place)
  /// Puts the halves' channels in turn into one place, or into two halves again.
  case shuffle(half: Int, positions: Int, left: Place, right: Place, to: [Place])
  /// The mean over positions of a unit's output, if the runner was asked for it; `channels` a part.
  case probe(unit: Int, channels: Int, positions: Int, parts: [Place])
  case classify(Classifier, from: Place)
}

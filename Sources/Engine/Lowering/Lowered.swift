import Kernels
import Networks

/// A buffer's worth of numbers that steps write and read, from some number on.
struct Place: Hashable, Sendable {
  /// Which of the plan's values.
  var value: Int
  /// Numbers from the value's start.
  var offset = 0
}

/// Height and width in pixels.
struct Extent: Hashable, Sendable {
  var height: Int
  var width: Int

  var positions: Int { height * width }
}

/// A convolution with what is folded into it: its batch norm, and the function that follows.
struct LoweredConvolution: Hashable, Sendable {
  var operation: Graph.Operation.Convolution
  var norm: Graph.Operation.BatchNorm?
  var activation: Activation?
  /// Channels that come in.
  var input: Int
  var from: Extent
  var to: Extent
  /// Whether the result is added to what the output holds, before the function.
  var accumulates = false

  var window: Graph.Operation.Window { operation.window }

  /// Whether nothing but ReLU follows: what our own kernels can take in.
  var isRectifiedAtMost: Bool { activation == nil || activation == .relu }

  /// Whether each channel is convolved for itself.
  var isDepthwise: Bool { operation.groups == input && operation.channels == input && input > 1 }

  var macs: Int {
    window.kernel.rows * window.kernel.columns * (input / operation.groups) * operation.channels
      * to.positions
  }

  /// Windows as our own kernels have them: square, and zeros on all sides alike.
  struct Square: Hashable, Sendable {
    var kernel: Int
    var stride: Int
    var dilation: Int
    var padding: Int
    /// Rows and columns of zeros before the kernel's own.
    var rowShift = 0
    var columnShift = 0
  }

  /// The windows made square by zeros in the kernel; nil where strides or dilations differ.
  var square: Square? {
    let (kernel, before, after) = (window.kernel, window.before, window.after)
    guard window.stride.rows == window.stride.columns else { return nil }
    let dilation = kernel.rows > 1 ? window.dilation.rows : window.dilation.columns
    guard kernel.columns == 1 || window.dilation.columns == dilation else { return nil }
    let least = max(before.rows, before.columns, after.rows, after.columns)
    for padding in least..<least + dilation
    where (padding - before.rows) % dilation == 0 && (padding - before.columns) % dilation == 0 {
      let rowShift = (padding - before.rows) / dilation
      let columnShift = (padding - before.columns) / dilation
      let side = max(kernel.rows + rowShift, kernel.columns + columnShift)
      guard side <= 64 else { return nil }
      return Square(
        kernel: side, stride: window.stride.rows, dilation: dilation, padding: padding,
        rowShift: rowShift, columnShift: columnShift)
    }
    return nil
  }
}

/// A layer on vectors: a 1×1 convolution or a linear layer, with its batch norm.
struct LoweredLinear: Hashable, Sendable {
  /// `[outputs, inputs]`, or with further axes of 1.
  var weights: String
  var bias: String?
  var isTransposed = false
  var norm: Graph.Operation.BatchNorm?
  var inputs: Int
  var outputs: Int
}

/// A batch norm that no convolution takes in, of some of its channels.
struct LoweredNorm: Hashable, Sendable {
  var tensors: Graph.Operation.BatchNorm
  /// The first of the channels.
  var first: Int
  /// How many there are.
  var channels: Int
  /// Whether ReLU follows.
  var isRectified: Bool
}

/// What makes weights of channels from means over positions: dense, norm, ReLU, dense, softmax or sigmoid.
struct LoweredGate: Hashable, Sendable {
  /// A row of a layer that makes logits.
  struct LogitRow: Hashable, Sendable {
    var layer: Int
    var row: Int
  }

  /// Channels of the mean.
  var width: Int
  var positions: Int
  var isSigmoid: Bool
  var fuse: LoweredLinear
  var layers: [LoweredLinear]
  /// For each branch the row of each channel.
  var logits: [[LogitRow]]

  var hidden: Int { fuse.outputs }
  var branches: Int { logits.count }
  /// Channels that are weighed.
  var channels: Int { logits.first?.count ?? 0 }

  var macs: Int { hidden * (width + Set(logits.joined()).count) }
}

/// One thing that a run does, over values that have no memory yet and weights that go by name.
enum LoweredStep: Hashable, Sendable {
  case dense(LoweredConvolution, from: Place, to: Place, isPicture: Bool)
  /// Grouped convolutions of one input; `sums` adds their sums over positions to the gate's.
  case grouped([LoweredConvolution], from: Place, to: [Place], sums: Bool)
  /// The 3 × 3 windows at stride 2 that our own kernel has.
  case maxPool(channels: Int, from: Place, input: Extent, to: Place, output: Extent, padding: Int)
  /// The mean over windows of side × side, clipped at the far borders.
  case averagePool(channels: Int, from: Place, input: Extent, to: Place, side: Int)
  /// Any other pool.
  case pool(
    Graph.Operation.Pool, channels: Int, from: Place, input: Extent, to: Place, output: Extent)
  /// Adds the sums over positions to the gate's.
  case sum(channels: Int, positions: Int, from: Place)
  /// A gate's weights from the sums, which are then 0 again.
  case gate(LoweredGate, index: Int)
  /// Weighs maps; without a gate it adds them.
  case select(from: [Place], channels: Int, positions: Int, gate: Int?, to: Place)
  /// Weighs maps at every position by what becomes of logits there.
  case selectPositions(LoweredSelection, from: [Place], logits: [Place], to: Place)
  /// Scales `from` by a gate's weights, adds it to `to`, rectifies.
  case excite(gate: Int, channels: Int, positions: Int, from: Place, to: Place)
  /// Puts two halves' channels in turn into one place, or into two halves again.
  case shuffle(half: Int, positions: Int, left: Place, right: Place, to: [Place])
  /// Copies channels, each from a place of its own.
  case gather(from: [Place], positions: Int, to: Place)
  /// A batch norm, and ReLU.
  case normalize(LoweredNorm, extent: Extent, from: Place, to: Place)
  /// A function of each value, which oneDNN has.
  case activate(Activation, channels: Int, extent: Extent, from: Place, to: Place)
  /// Another layout and number format: `[C, H, W]` floats to blocks, and back.
  case block(channels: Int, positions: Int, from: Place, to: Place)
  case unblock(channels: Int, positions: Int, from: Place, to: Place)
  /// A node by its plain step, on floats; a constant has no place.
  case plain(node: Int, from: [Place?], to: Place)
  /// The mean over positions of a unit's output, if the runner is asked for it; `channels` a part.
  case probe(unit: Int, channels: Int, positions: Int, parts: [Place])
  /// Global mean, weighed by a gate if there is one, and the classifier.
  case classify(LoweredLinear, positions: Int, from: Place, gate: Int?)
  /// The answer as it is.
  case answer(count: Int, from: Place)
  /// A node's value that is asked for, as it is.
  case record(Int, count: Int, from: Place)
}

/// A join of branches by attention at every position.
struct LoweredSelection: Hashable, Sendable {
  var gate: Int
  var branches: Int
  var channels: Int
  var positions: Int
  var isSigmoid: Bool
}

extension LoweredStep {
  /// The values that it reads and writes.
  var values: [Int] {
    switch self {
    case .dense(_, let from, let to, _), .maxPool(_, let from, _, let to, _, _),
      .averagePool(_, let from, _, let to, _), .pool(_, _, let from, _, let to, _),
      .excite(_, _, _, let from, let to), .activate(_, _, _, let from, let to),
      .block(_, _, let from, let to), .unblock(_, _, let from, let to),
      .normalize(_, _, let from, let to):
      [from.value, to.value]
    case .grouped(_, let from, let to, _): [from.value] + to.map(\.value)
    case .sum(_, _, let from), .classify(_, _, let from, _), .answer(_, let from),
      .record(_, _, let from):
      [from.value]
    case .gate: []
    case .select(let from, _, _, _, let to), .gather(let from, _, let to):
      from.map(\.value) + [to.value]
    case .selectPositions(_, let from, let logits, let to):
      (from + logits).map(\.value) + [to.value]
    case .shuffle(_, _, let left, let right, let to):
      [left.value, right.value] + to.map(\.value)
    case .plain(_, let from, let to): from.compactMap { $0?.value } + [to.value]
    case .probe(_, _, _, let parts): parts.map(\.value)
    }
  }
}

/// A layer of a lowered network, for people.
struct LoweredLayer: Hashable, Sendable {
  /// The node after which it is called.
  var name: String
  var kind: PlannedLayer.Kind
  /// `[C, H, W]`.
  var input: [Int]
  var output: [Int]
  var macs: Int

  /// The name for people: words in the place of a path of this project's.
  var title: String {
    guard !name.hasPrefix("/"), name.hasPrefix("SK_") || !name.contains(":") else { return name }
    let words = name.split(separator: "/").map { word -> String in
      guard let point = word.lastIndex(of: "."), point != word.startIndex,
        !word[word.index(after: point)...].isEmpty,
        word[word.index(after: point)...].allSatisfy(\.isNumber)
      else { return String(word) }
      return word[..<point] + " " + word[word.index(after: point)...]
    }
    return words.joined(separator: " ")
  }
}

/// A network as a list of steps.
struct Lowered: Sendable {
  /// Numbers of a value: the plan's own, or floats.
  struct Value: Hashable, Sendable {
    var count: Int
    var isFloat: Bool
  }

  /// Where the picture goes in.
  struct Picture: Hashable, Sendable {
    /// `[C, H, W]` in the plan's number format.
    var plain: Int?
    /// The same in blocks.
    var blocked: Int?
    /// The same as floats.
    var floats: Int?
  }

  var steps: [LoweredStep] = []
  var layers: [LoweredLayer] = []
  /// The layer that each step belongs to.
  var layerOfStep: [Int] = []
  var values: [Value] = []
  var picture = Picture()
  /// Branches and channels of each gate.
  var gates: [(branches: Int, channels: Int)] = []
  /// For each gate the node of its weights.
  var gateNodes: [Int] = []
  /// For each gate, branch and channel the place of the weight in the node's value; none of a gate at every
  /// position.
  var gateRows: [[[Int]]] = []
  /// Floats of the gates' sums.
  var sumCount = 0
  /// Numbers that go out.
  var answerCount = 0
  /// Numbers of each node that is recorded.
  var recordCounts: [Int] = []
  /// Whether no step writes over what another wrote, and all values stay.
  var keepsValues = false

  /// Calls a body with the place of each of a gate's weights in `[M, padded C]` and in its node's value.
  func forEachWeight(
    of gate: Int, _ variant: sk_variant, _ body: (_ place: Int, _ row: Int) -> Void
  ) {
    let padded = variant.padded(gates[gate].channels)
    for (branch, rows) in gateRows[gate].enumerated() {
      for (channel, row) in rows.enumerated() { body(branch * padded + channel, row) }
    }
  }
}

extension LoweredStep {
  /// The values that it writes.
  var written: [Int] {
    switch self {
    case .dense(_, _, let to, _), .maxPool(_, _, _, let to, _, _), .averagePool(_, _, _, let to, _),
      .pool(_, _, _, _, let to, _), .excite(_, _, _, _, let to), .activate(_, _, _, _, let to),
      .block(_, _, _, let to), .unblock(_, _, _, let to), .select(_, _, _, _, let to),
      .gather(_, _, let to), .selectPositions(_, _, _, let to), .plain(_, _, let to),
      .normalize(_, _, _, let to):
      [to.value]
    case .grouped(_, _, let to, _), .shuffle(_, _, _, _, let to): to.map(\.value)
    case .sum, .gate, .probe, .classify, .answer, .record: []
    }
  }

  /// The values that it reads; those that it adds to among them.
  var read: [Int] {
    switch self {
    case .dense(let convolution, _, _, _) where convolution.accumulates: values
    case .excite: values
    default: values.filter { !written.contains($0) || isInPlace($0) }
    }
  }

  private func isInPlace(_ value: Int) -> Bool {
    if case .select(let from, _, _, _, _) = self {
      from.contains { $0.value == value }
    } else {
      false
    }
  }
}

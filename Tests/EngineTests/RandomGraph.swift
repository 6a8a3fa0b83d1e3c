import Networks

/// A small random network: branches that add up or join, gates, strides, dilation, uneven padding,
/// odd and even sizes, pools rounded up.
struct RandomGraph {
  /// What the layers between the maps are.
  enum Kind {
    /// Convolutions with positive weights and mean pools alone: every path shows in a gradient.
    case positive
    /// Smooth functions, norms and gates too.
    case smooth
    /// All that, with kinks, and what the engine has patterns for: residuals, selection, excitation,
    /// shuffles, shared inputs, channels that fill blocks and that do not.
    case patterned
  }

  var graph = Graph()
  var weights = Weights()
  /// The maps, from the picture on.
  var maps: [Int] = []

  private let kind: Kind
  private let picture: SpatialSize
  private var shapes: [[Int]] = []
  private var draw: Draws

  init(seed: UInt64, kind: Kind, picture: SpatialSize, layers: Int) throws {
    self.kind = kind
    self.picture = picture
    draw = Draws(seed: seed)
    maps = [try add(.picture(channels: 3), [])]
    for _ in 0..<layers { try addLayer() }
    graph.output = maps.last ?? 0
  }

  private mutating func add(_ operation: Graph.Operation, _ inputs: [Int]) throws -> Int {
    let index = try graph.add("\(graph.nodes.count)", operation, inputs)
    let all = try graph.shapes(picture: picture)
    shapes = all.map { $0 ?? [] }
    for tensor in graph.tensors(
      of: graph.nodes[index], input: inputs.first.map { shapes[$0] })
    {
      let noise = Formula.tensor(tensor.name + "\(draw.below(1 << 20))", shape: tensor.shape)
      let isPositive = kind == .positive || tensor.name.hasSuffix("variance")
      weights[tensor.name] = Tensor(
        shape: tensor.shape,
        values: noise.values.map { isPositive ? 0.2 + abs($0) : $0 })
    }
    return index
  }

  private mutating func addLayer() throws {
    let source = maps[maps.count - 1 - draw.below(min(2, maps.count))]
    let shape = shapes[source]
    if kind == .patterned, draw.below(3) > 0 { return try addPattern(source, shape) }
    switch draw.below(kind == .positive ? 4 : 8) {
    case 0:
      let window = drawnWindow(shape)
      maps.append(try add(.pool(.init(.mean, window: window)), [source]))
    case 1: maps.append(try addConvolution(source, window: drawnWindow(shape)))
    case 2:
      // Two branches of one stride meet.
      let stride = Graph.Operation.Pair(1 + draw.below(2), 1 + draw.below(2))
      func branch(_ reach: Int) -> Graph.Operation.Window {
        .init(
          kernel: .init(2 * reach + 1, 2 * reach + 1), stride: stride,
          before: .init(reach, reach))
      }
      let parts = [
        try addConvolution(source, window: branch(draw.below(2)), channels: 2),
        try addConvolution(source, window: branch(1), channels: 2),
      ]
      maps.append(
        draw.below(2) == 0
          ? try add(.concatenation(axis: 1), parts) : try add(.combination(.add), parts))
    case 3:
      maps.append(
        try add(
          .padding(.init(before: [0, 0, 1, 0], after: [0, 0, 0, 1])), [source]))
    case 4: maps.append(try add(.activation(draw.below(2) == 0 ? .swish : .gelu), [source]))
    case 5:
      let name = "\(graph.nodes.count)/"
      maps.append(
        try add(
          .batchNorm(
            .init(
              scale: name + "scale", shift: name + "shift", mean: name + "mean",
              variance: name + "variance", epsilon: 1e-5)), [source]))
    case 6:
      maps.append(
        try add(
          .normalization(.init(scope: .groups(1), scale: nil, shift: nil, epsilon: 1e-3)), [source])
      )
    default:
      // Squeeze-and-excitation, or softmax over channels.
      let mean = try add(.reduction(.mean, axes: [2, 3], keepsAxes: true), [source])
      let logits = try addConvolution(
        mean, window: .init(kernel: .init(1, 1)), channels: shape[1])
      let gate = try add(
        draw.below(2) == 0 ? .softmax(axis: 1) : .activation(.sigmoid), [logits])
      maps.append(try add(.combination(.multiply), [source, gate]))
    }
  }

  /// Something that the engine may do in fewer steps, in one of its spellings.
  private mutating func addPattern(_ source: Int, _ shape: [Int]) throws {
    let channels = [3, 8, 16, 20, 32][draw.below(5)]
    switch draw.below(8) {
    case 0: maps.append(try addUnit(source, channels: channels, kernel: 1 + 2 * draw.below(2)))
    case 1:
      // A residual sum, whose shortcut is a convolution where channels change; perhaps excited.
      var value = try addUnit(source, channels: shape[1], kernel: 3, activation: nil)
      if draw.below(2) == 0 { value = try addExcitation(value) }
      let shortcut =
        draw.below(2) == 0
        ? source : try addUnit(source, channels: shape[1], kernel: 1, activation: nil)
      let sum = try add(
        .combination(.add), draw.below(2) == 0 ? [value, shortcut] : [shortcut, value])
      maps.append(draw.below(4) == 0 ? sum : try add(.activation(.relu), [sum]))
    case 2: maps.append(try addSelection(source, channels: channels))
    case 3: maps.append(try addExcitation(source))
    case 4:
      // Two halves, one of them changed, and their channels in turn.
      guard shape[1] % 2 == 0 else { return }
      let half = shape[1] / 2
      let parts = try (0..<2).map {
        try add(.slice(axis: 1, start: $0 * half, count: half, step: 1), [source])
      }
      let changed = try addUnit(parts[1], channels: half, kernel: 1)
      let joined = try add(.concatenation(axis: 1), [parts[0], changed])
      guard draw.below(2) == 0 else {
        maps.append(
          try add(
            .selection(
              axis: 1, indices: (0..<2 * half).map { $0 / 2 + $0 % 2 * half }, dropsAxis: false),
            [joined]))
        return
      }
      let positions = shape[2] * shape[3]
      let apart = try add(.reshape([1, 2, half, positions]), [joined])
      let turned = try add(.transpose([0, 2, 1, 3]), [apart])
      maps.append(try add(.reshape(shape), [turned]))
    case 5:
      let window = Graph.Operation.Window(
        kernel: .init(3, 3), stride: .init(2, 2), before: .init(1, 1), roundsUp: draw.below(2) == 0)
      let kinds = [Graph.Operation.Pool.Kind.maximum, .mean, .meanWithPadding]
      maps.append(try add(.pool(.init(kinds[draw.below(3)], window: window)), [source]))
    case 6:
      // Grouped branches of one input, joined.
      let parts = try (1...2).map { dilation in
        try addUnit(source, channels: shape[1], kernel: 3, groups: shape[1], dilation: dilation)
      }
      maps.append(try add(.concatenation(axis: 1), parts))
    default:
      let functions: [Activation] = [
        .relu, .clip(lower: 0, upper: 0.7), .leakyReLU(slope: 0.2), .hardSwish,
      ]
      let function = functions[draw.below(4)]
      // Each channel for itself where as many go out.
      maps.append(
        try addUnit(
          source, channels: channels, kernel: 3, groups: channels == shape[1] ? channels : 1,
          activation: function))
    }
  }

  /// A convolution that keeps the size, perhaps a batch norm, and a function.
  private mutating func addUnit(
    _ source: Int, channels: Int, kernel: Int, groups: Int = 1, dilation: Int = 1,
    activation: Activation? = .relu
  ) throws -> Int {
    let reach = dilation * (kernel - 1) / 2
    let name = "\(graph.nodes.count)/"
    var value = try add(
      .convolution(
        .init(
          weights: name + "weights", bias: draw.below(2) == 0 ? name + "bias" : nil,
          channels: channels, groups: groups,
          window: .init(
            kernel: .init(kernel, kernel), dilation: .init(dilation, dilation),
            before: .init(reach, reach)))), [source])
    if draw.below(2) == 0 { value = try addNorm(value) }
    return try activation.map { try add(.activation($0), [value]) } ?? value
  }

  private mutating func addNorm(_ source: Int) throws -> Int {
    let name = "\(graph.nodes.count)/"
    return try add(
      .batchNorm(
        .init(
          scale: name + "scale", shift: name + "shift", mean: name + "mean",
          variance: name + "variance", epsilon: 1e-3)), [source])
  }

  private mutating func addExcitation(_ source: Int) throws -> Int {
    let mean = try add(.reduction(.mean, axes: [2, 3], keepsAxes: true), [source])
    let hidden = try addUnit(mean, channels: 4, kernel: 1)
    let logits = try addUnit(
      hidden, channels: shapes[source][1], kernel: 1, activation: .sigmoid)
    return try add(
      .combination(.multiply), draw.below(2) == 0 ? [source, logits] : [logits, source])
  }

  /// Branches weighed by a softmax over them: apart, or stacked along an axis of their own.
  private mutating func addSelection(_ source: Int, channels: Int) throws -> Int {
    let count = 2 + draw.below(2)
    let branches = try (0..<count).map {
      try addUnit(source, channels: channels, kernel: 1 + 2 * ($0 % 2))
    }
    let map = shapes[branches[0]]
    guard draw.below(2) == 0 else {
      let stacked = try add(
        .concatenation(axis: 1),
        try branches.map { try add(.reshape([1, 1, channels, map[2], map[3]]), [$0]) })
      let sum = try add(.reduction(.sum, axes: [1], keepsAxes: false), [stacked])
      let hidden = try addUnit(try addMean(sum), channels: 5, kernel: 1)
      let logits = try addUnit(
        hidden, channels: count * channels, kernel: 1, activation: nil)
      let apart = try add(.reshape([1, count, channels, 1, 1]), [logits])
      let gate = try add(.softmax(axis: 1), [apart])
      let weighed = try add(.combination(.multiply), [stacked, gate])
      return try add(.reduction(.sum, axes: [1], keepsAxes: false), [weighed])
    }
    let hidden = try addUnit(try addMean(try addSum(branches)), channels: 5, kernel: 1)
    let rows = try branches.map { _ in
      try add(
        .reshape([1, 1, channels]),
        [addUnit(hidden, channels: channels, kernel: 1, activation: nil)])
    }
    let gate = try add(.softmax(axis: 1), [try add(.concatenation(axis: 1), rows)])
    return try addSum(
      try branches.enumerated().map { m, branch in
        let part = try add(.slice(axis: 1, start: m, count: 1, step: 1), [gate])
        let weight = try add(.reshape([1, channels, 1, 1]), [part])
        return try add(.combination(.multiply), [branch, weight])
      })
  }

  private mutating func addMean(_ source: Int) throws -> Int {
    try add(.reduction(.mean, axes: [2, 3], keepsAxes: true), [source])
  }

  private mutating func addSum(_ values: [Int]) throws -> Int {
    var sum = values[0]
    for value in values.dropFirst() { sum = try add(.combination(.add), [sum, value]) }
    return sum
  }

  private mutating func addConvolution(
    _ source: Int, window: Graph.Operation.Window, channels: Int? = nil
  ) throws -> Int {
    let input = shapes[source][1]
    let groups = channels == nil && draw.below(3) == 0 ? input : 1
    let name = "\(graph.nodes.count)/weights"
    return try add(
      .convolution(
        .init(
          weights: name, channels: channels ?? (groups > 1 ? input : 2 + draw.below(3)),
          groups: groups, window: window)), [source])
  }

  private mutating func drawnWindow(_ shape: [Int]) -> Graph.Operation.Window {
    func side(_ extent: Int) -> (kernel: Int, stride: Int, dilation: Int, before: Int, after: Int) {
      let kernel = min(1 + draw.below(4), extent)
      let dilation = (kernel - 1) * 2 < extent ? 1 + draw.below(2) : 1
      let before = draw.below(min(2, kernel))
      return (
        kernel, 1 + draw.below(extent > 6 ? 2 : 1), dilation, before, draw.below(min(2, kernel))
      )
    }
    let (rows, columns) = (side(shape[2]), side(shape[3]))
    return .init(
      kernel: .init(rows.kernel, columns.kernel), stride: .init(rows.stride, columns.stride),
      dilation: .init(rows.dilation, columns.dilation), before: .init(rows.before, columns.before),
      after: .init(rows.after, columns.after))
  }
}

/// Numbers that follow from a seed: the formula's noise, one value after the other.
private struct Draws {
  private let values: [Double]
  private var next = 0

  init(seed: UInt64) { values = Formula.noise("graph \(seed)", count: 4096) }

  mutating func below(_ bound: Int) -> Int {
    defer { next += 1 }
    return min(bound - 1, Int((values[next % values.count] + 1) / 2 * Double(bound)))
  }
}

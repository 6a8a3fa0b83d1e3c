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

import Networks

/// A network with every operation of graphs in it, each in every way that has code of its own.
struct EveryOperation {
  static let picture = SpatialSize(height: 11, width: 9)

  private(set) var graph = Graph()
  private(set) var weights = Weights()
  /// The newest node.
  private var value = 0
  private var shape: [Int] = []

  init() throws {
    try add(.picture(channels: 4))
    try addLayers()
    try addFunctions()
    try addPlaces()
    try addProducts()
    graph.output = value
  }

  @discardableResult
  private mutating func add(_ operation: Graph.Operation, _ inputs: [Int]? = nil) throws -> Int {
    let input = shape
    let inputs = inputs ?? (graph.nodes.isEmpty ? [] : [value])
    value = try graph.add("\(graph.nodes.count) \(operation.name)", operation, inputs)
    shape = try graph.shapes(picture: Self.picture)[value] ?? []
    for tensor in graph.tensors(of: graph.nodes[value], input: input) {
      weights[tensor.name] = Formula.tensor(tensor.name, shape: tensor.shape)
    }
    return value
  }

  /// Convolutions, norms and pools.
  private mutating func addLayers() throws {
    func convolution(
      _ name: String, groups: Int = 1, kernel: Int = 3, reach: Int = 1
    ) -> Graph.Operation {
      .convolution(
        .init(
          weights: name, bias: name + ".bias", channels: 6, groups: groups,
          window: .init(kernel: .init(kernel, kernel), before: .init(reach, reach))))
    }
    try add(convolution("dense"))
    try add(convolution("pointwise", kernel: 1, reach: 0))
    try add(convolution("grouped", groups: 3))
    try add(
      .batchNorm(
        .init(
          scale: "scale", shift: "bias", mean: "running_mean", variance: "running_var",
          epsilon: 1e-5)))
    for scope in [Graph.Operation.Normalization.Scope.axes(from: 1), .groups(2)] {
      let name = "\(scope)."
      try add(
        .normalization(
          .init(scope: scope, scale: name + "scale", shift: name + "bias", epsilon: 1e-3)))
    }
    for kind in [Graph.Operation.Pool.Kind.maximum, .mean, .meanWithPadding] {
      try add(.pool(.init(kind, window: .init(kernel: .init(2, 3), before: .init(1, 1)))))
    }
  }

  /// What treats each value for itself, and two values together.
  private mutating func addFunctions() throws {
    try add(.activation(.parametricReLU(slopes: "slopes", count: 6)))
    for function: Activation in [.leakyReLU(slope: 0.1), .gelu, .tanh, .relu, .sigmoid, .softplus] {
      try add(.activation(function))
    }
    let map = value
    let total = try add(.reduction(.sum, axes: [1], keepsAxes: true))
    let largest = try add(.reduction(.maximum, axes: [2], keepsAxes: true), [map])
    value = map
    for (place, kind) in [
      Graph.Operation.Combination.power, .divide, .maximum, .minimum, .add, .subtract, .multiply,
    ].enumerated() {
      try add(.combination(kind), [value, place % 2 == 0 ? total : largest])
    }
    try add(.combination(.add), [value, map])
    try add(.softmax(axis: 1))
    try add(.concatenation(axis: 1), [value, map])
  }

  /// What moves values about.
  private mutating func addPlaces() throws {
    for mode in [Graph.Operation.Padding.Mode.constant, .reflect, .edge] {
      try add(.padding(.init(before: [0, 0, 1, 2], after: [0, 0, 2, 0], mode: mode)))
    }
    try add(.slice(axis: 2, start: 1, count: 5, step: 2))
    try add(.selection(axis: 3, indices: [3, 0, 7, 7, 2], dropsAxis: false))
    for mode in [Graph.Operation.Resizing.Mode.nearest, .bilinear] {
      try add(.resizing(.init(size: .init(7, 6), mode: mode, coordinates: .halfPixel)))
    }
    try add(.transpose([0, 1, 3, 2]))
  }

  /// Products of matrices, and what stands around them.
  private mutating func addProducts() throws {
    try add(.reshape([1, shape[1], shape[2] * shape[3]]))
    let rows = value
    let columns = try add(.transpose([0, 2, 1]))
    try add(.matrixProduct, [rows, columns])
    for (name, isTransposed) in [("linear", false), ("transposed", true)] {
      try add(
        .linear(
          .init(weights: name, bias: name + ".bias", features: 5, isTransposed: isTransposed)))
    }
    try add(.reduction(.mean, axes: [1], keepsAxes: true))
    try add(.expansion([1, 3, 5]))
  }
}

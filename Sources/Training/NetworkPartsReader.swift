import Networks
import Wording

/// Finds the parts of a network in its graph by what they compute, whatever the nodes are called.
struct NetworkPartsReader {
  let graph: Graph
  private let shapes: [[Int]?]
  /// For each node the nodes that take it, of those that the output depends on.
  private var readers: [[Int]]

  /// Takes a graph at a size of pictures.
  ///
  /// - Throws: `TrainingError.network` if a node's shape cannot be told.
  init(_ graph: Graph, picture: SpatialSize) throws(TrainingError) {
    self.graph = graph
    do throws(GraphError) {
      shapes = try graph.shapes(picture: picture)
    } catch {
      throw .network(error.description)
    }
    readers = [[Int]](repeating: [], count: graph.nodes.count)
    for node in graph.ancestors(of: [graph.output]) {
      for input in graph.nodes[node].inputs { readers[input].append(node) }
    }
  }

  /// The network's parts.
  ///
  /// - Throws: `TrainingError.network` naming a node that belongs to none that can be trained.
  func read() throws(TrainingError) -> NetworkParts {
    var network = NetworkParts()
    guard var value = graph.nodes.firstIndex(where: isPicture) else {
      throw .network("it sees no picture")
    }
    while let (layer, end) = try layer(after: value) {
      network.stem.append(layer)
      value = end
    }
    if let pool = only(value), case .pool(let window) = graph.nodes[pool].operation {
      network.pool = (try isPadded(window, at: pool), extent(pool))
      value = pool
    }
    let bottlenecks = graph.bottlenecks
    while readers[value].count > 1, let meeting = bottlenecks.first(where: { $0 > value }) {
      let (unit, end) = try unit(from: value, to: meeting)
      network.units.append(unit)
      value = end
    }
    if let (layer, end) = try layer(after: value) {
      network.head = (layer, nil)
      value = end
      if readers[value].count > 1, let end = bottlenecks.first(where: { $0 > value }),
        let (map, excitation) = try excited(end), map == value
      {
        network.head?.excitation = excitation
        value = end
      }
    }
    guard let mean = only(value), isMean(mean) else { throw unknown(only(value) ?? value) }
    network.classifier = try classifier(behind: mean)
    guard !network.stem.isEmpty else { throw .network("it begins with no convolution") }
    return network
  }

  private func classifier(
    behind mean: Int
  ) throws(TrainingError) -> (weights: String, bias: String, features: Int, classes: Int)? {
    guard mean != graph.output else { return nil }
    guard let last = only(mean), last == graph.output,
      case .linear(let linear) = graph.nodes[last].operation, !linear.isTransposed,
      let bias = linear.bias, let features = shapes[mean]?.last
    else { throw unknown(only(mean) ?? mean) }
    return (linear.weights, bias, features, linear.features)
  }

  // MARK: Layers

  /// A convolution with norm and ReLU that alone sees a value, and the node where it ends.
  private func layer(
    after value: Int
  ) throws(TrainingError) -> (NetworkParts.Layer, end: Int)? {
    guard let first = only(value), case .convolution = graph.nodes[first].operation else {
      return nil
    }
    guard let norm = only(first), let end = only(norm), let found = try layer(at: end),
      found.isRectified, found.input == value
    else { throw unknown(first) }
    return (found.layer, end)
  }

  /// The convolution whose norm, or ReLU behind it, a node is; nil if it is none.
  func layer(
    at node: Int
  ) throws(TrainingError) -> (layer: NetworkParts.Layer, input: Int, isRectified: Bool)? {
    var index = node
    let isRectified = isReLU(index)
    if isRectified { index = graph.nodes[index].inputs[0] }
    guard case .batchNorm(let norm) = graph.nodes[index].operation else { return nil }
    index = graph.nodes[index].inputs[0]
    guard case .convolution(let convolution) = graph.nodes[index].operation else { return nil }
    let input = graph.nodes[index].inputs[0]
    let (kernel, dilation) = (convolution.window.kernel.rows, convolution.window.dilation.rows)
    let reach = dilation * (kernel - 1) / 2
    guard convolution.bias == nil, let channels = shapes[input]?[1], kernel % 2 == 1,
      convolution.window
        == .init(
          kernel: .init(kernel, kernel),
          stride: .init(convolution.window.stride.rows, convolution.window.stride.rows),
          dilation: .init(dilation, dilation), before: .init(reach, reach))
    else { throw unknown(index) }
    let layer = NetworkParts.Layer(
      weights: convolution.weights, norm: norm, inputs: channels, outputs: convolution.channels,
      groups: convolution.groups, kernel: kernel, stride: convolution.window.stride.rows,
      dilation: dilation)
    return (layer, input, isRectified)
  }

  /// A 1×1 convolution without a norm.
  func logits(
    at node: Int
  ) throws(TrainingError) -> (weights: String, bias: String?, channels: Int, input: Int) {
    guard case .convolution(let convolution) = graph.nodes[node].operation,
      convolution.window == .init(kernel: .init(1, 1)), convolution.groups == 1
    else { throw unknown(node) }
    return (
      convolution.weights, convolution.bias, convolution.channels, graph.nodes[node].inputs[0]
    )
  }

  private func isPadded(
    _ pool: Graph.Operation.Pool, at node: Int
  ) throws(TrainingError) -> Bool {
    let (kernel, stride) = (Graph.Operation.Pair(3, 3), Graph.Operation.Pair(2, 2))
    if pool == .init(.maximum, window: .init(kernel: kernel, stride: stride, before: .init(1, 1))) {
      return true
    }
    guard
      pool == .init(.maximum, window: .init(kernel: kernel, stride: stride, roundsUp: true))
    else { throw unknown(node) }
    return false
  }

  // MARK: Nodes

  /// The one node that takes a value; nil if there are more.
  func only(_ node: Int) -> Int? { readers[node].count == 1 ? readers[node][0] : nil }

  func inputs(_ node: Int) -> [Int] { graph.nodes[node].inputs }

  func isReLU(_ node: Int) -> Bool {
    if case .activation(.relu) = graph.nodes[node].operation { true } else { false }
  }

  /// Whether a node is the mean over rows and columns.
  func isMean(_ node: Int) -> Bool {
    if case .reduction(.mean, [2, 3], _) = graph.nodes[node].operation { true } else { false }
  }

  func extent(_ node: Int) -> SpatialSize {
    let shape = shapes[node] ?? []
    return SpatialSize(height: shape[shape.count - 2], width: shape[shape.count - 1])
  }

  /// What is said of a node that fits nowhere.
  func unknown(_ node: Int) -> TrainingError {
    .network(
      "node '\(abbreviated(graph.nodes[node].name))', \(graph.nodes[node].operation.name): "
        + "it is no part of a network that is trained here")
  }

  private func isPicture(_ node: Graph.Node) -> Bool {
    if case .picture = node.operation { true } else { false }
  }
}

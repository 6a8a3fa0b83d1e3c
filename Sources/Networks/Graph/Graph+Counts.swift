extension Graph {
  /// The shapes of the tensors that a node takes from the weights, by name.
  ///
  /// - Parameters:
  ///   - node: A node of the graph.
  ///   - input: The shape of the node's first input; unused by constants.
  /// - Returns: The tensors, the weights that multiply first; none where the shape is unknown.
  package func tensors(of node: Node, input: [Int]?) -> [(
    name: String, shape: [Int], isLearnt: Bool
  )] {
    switch node.operation {
    case .constant(let constant): return [(constant.tensor, constant.shape, constant.isLearnt)]
    case .convolution(let convolution):
      guard let input, input.count == 4 else { return [] }
      let kernel = convolution.window.kernel
      let weights = (
        name: convolution.weights,
        shape: [
          convolution.channels, input[1] / convolution.groups, kernel.rows, kernel.columns,
        ], isLearnt: true
      )
      return [weights] + (convolution.bias.map { [($0, [convolution.channels], true)] } ?? [])
    case .linear(let linear):
      guard let features = input?.last else { return [] }
      let shape = [linear.features, features]
      return [(linear.weights, linear.isTransposed ? shape.reversed() : shape, true)]
        + (linear.bias.map { [($0, [linear.features], true)] } ?? [])
    case .batchNorm(let norm):
      guard let input, input.count >= 2 else { return [] }
      return [
        (norm.scale, [input[1]], true), (norm.shift, [input[1]], true),
        (norm.mean, [input[1]], false), (norm.variance, [input[1]], false),
      ]
    case .activation(.parametricReLU(let slopes, let count)): return [(slopes, [count], true)]
    case .normalization(let normalization):
      guard let input else { return [] }
      let shape: [Int]
      switch normalization.scope {
      case .axes(let from): shape = Array(input.dropFirst(from))
      case .groups: shape = input.count >= 2 ? [input[1]] : []
      }
      return [normalization.scale, normalization.shift].compactMap { name in
        name.map { ($0, shape, true) }
      }
    default: return []
    }
  }

  /// Learnt values and multiply-adds of every node, for shapes from `shapes(picture:)`.
  ///
  /// Convolutions, linear layers and matrix products multiply; all else counts as nothing, as in the
  /// papers. A tensor that several nodes share counts at the first.
  public func counts(_ shapes: [[Int]?]) -> [(parameters: Int, macs: Int)] {
    var seen: Set<String> = []
    return nodes.indices.map { index in
      let node = nodes[index]
      let input = node.inputs.first.flatMap { shapes[$0] }
      let learnt = tensors(of: node, input: input)
        .filter { $0.isLearnt && seen.insert($0.name).inserted }
      return (
        learnt.reduce(0) { $0 + (Graph.count($1.shape) ?? 0) }, macs(of: index, shapes)
      )
    }
  }

  /// Multiply-adds of a node.
  package func macs(of index: Int, _ shapes: [[Int]?]) -> Int {
    let node = nodes[index]
    let input = node.inputs.first.flatMap { shapes[$0] }
    guard let shape = shapes[index] else { return 0 }
    func weights() -> Int {
      tensors(of: node, input: input).first.flatMap { Graph.count($0.shape) } ?? 0
    }
    switch node.operation {
    case .convolution: return weights() * shape[2] * shape[3]
    case .linear: return weights() * (Graph.count(Array(shape.dropLast())) ?? 0)
    case .matrixProduct: return (Graph.count(shape) ?? 0) * (input?.last ?? 0)
    default: return 0
    }
  }
}

/// A layer that multiplies: a convolution with its batch norm, or a linear layer.
public struct Layer: Codable, Hashable, Sendable {
  /// Name of its tensors without the last part: `stages.0.0.reduce`.
  public var name: String
  /// Shape of its weights: `[O, I/G, K, K]`, or `[O, I]` for the classifier.
  public var shape: [Int]
  /// Distance between outputs in positions of its input.
  public var stride: Int
  /// Distance between taps.
  public var dilation: Int
  /// Number of groups.
  public var groups: Int
  /// Learnt values: weights, biases, and γ and β of the batch norm.
  public var parameters: Int
  /// Size of the output.
  public var output: SpatialSize
  /// Multiply-adds for one picture.
  public var macs: Int
}

extension Graph {
  /// The layers that multiply, in the order in which a picture meets them.
  ///
  /// Batch norm, ReLU, pools, sums, softmax and the weighing of branches count as nothing, as in
  /// the paper's figures; a batch norm's γ and β count with the layer before it.
  ///
  /// - Parameter shapes: From `shapes(picture:)`.
  /// - Returns: Convolutions and linear layers.
  func layers(_ shapes: [[Int]?]) -> [Layer] {
    let counts = counts(shapes)
    var list: [Layer] = []
    var layerOfNode: [Int: Int] = [:]
    for (index, node) in nodes.enumerated() {
      let input = node.inputs.first
      guard let shape = shapes[index] else { continue }
      let weights = tensors(of: node, input: input.flatMap { shapes[$0] }).first
      switch node.operation {
      case .convolution(let convolution):
        list.append(
          Layer(
            convolution.weights, weights?.shape ?? [], convolution.window,
            groups: convolution.groups, counts[index],
            output: SpatialSize(height: shape[2], width: shape[3])))
      case .linear(let linear):
        list.append(
          Layer(
            linear.weights, weights?.shape ?? [], .within(1), groups: 1, counts[index],
            output: SpatialSize(side: 1)))
      case .batchNorm:
        if let input, let layer = layerOfNode[input] {
          list[layer].parameters += counts[index].parameters
        }
        continue
      default: continue
      }
      layerOfNode[index] = list.count - 1
    }
    return list
  }
}

extension Layer {
  fileprivate init(
    _ weights: String, _ shape: [Int], _ window: Graph.Operation.Window, groups: Int,
    _ counts: (parameters: Int, macs: Int), output: SpatialSize
  ) {
    let name = [".conv.weight", ".weight"].first { weights.hasSuffix($0) }
      .map { weights.dropLast($0.count) }
    self.init(
      name: name.map(String.init) ?? weights, shape: shape, stride: window.stride.rows,
      dilation: window.dilation.rows, groups: groups, parameters: counts.parameters, output: output,
      macs: counts.macs)
  }
}

extension Architecture {
  /// The layers that multiply, in the order in which a picture meets them.
  ///
  /// - Throws: `ArchitectureError` if the picture is too small or too large.
  public func layers(input: SpatialSize) throws(ArchitectureError) -> [Layer] {
    let outline = try outline(input: input)
    return outline.graph.layers(outline.shapes)
  }

  /// Channels that each branch of a unit sees.
  public func branchInput(of unit: Unit) -> Int {
    let input = block == .basic ? unit.input : unit.width
    return splitInput ? input / unit.branches.count : input
  }

  /// Channels that the classifier sees.
  public var features: Int { head ?? stages.last?.output ?? stem.channels }

  /// Whether squeeze-and-excitation weighs the head's channels.
  public var excitesHead: Bool {
    block == .shuffle && head != nil && squeezeExcitation != nil
  }

  /// Number of learnt values, #P: weights, biases, and γ and β of the batch norms.
  public var parameterCount: Int {
    parameters.reduce(0) { $0 + ($1.isLearnt ? $1.count : 0) }
  }

  /// Multiply-adds of convolutions and linear layers for one picture.
  ///
  /// - Throws: `ArchitectureError` if the picture is too small or too large.
  public func macCount(input: SpatialSize) throws(ArchitectureError) -> Int {
    try layers(input: input).reduce(0) { $0 + $1.macs }
  }
}

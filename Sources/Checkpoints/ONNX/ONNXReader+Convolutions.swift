import Networks

extension ONNXReader {
  /// Adds a convolution over a map, or over a list.
  ///
  /// - Returns: Whether the node was dealt with.
  mutating func addConvolution(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard var source = inputs[0], var shape = shape(of: source),
      var weights = tensor(1, node, inputs), weights.shape.count == shape.count,
      shape.count == 3 || shape.count == 4
    else { return false }
    // Over a list a convolution is one over a map of one row.
    let isList = shape.count == 3
    if let kernel = node.integers("kernel_shape"), kernel != Array(weights.shape.dropFirst(2)) {
      throw fault(node.name, "says its kernel is \(kernel.prefix(4)), its weights \(weights.shape)")
    }
    if isList {
      shape.insert(1, at: 2)
      weights = rows(weights)
    }
    guard let window = try window(node, input: shape, kernel: Array(weights.shape.suffix(2))) else {
      return false
    }
    let groups = node.integer("group", default: 1)
    guard groups > 0, weights.shape[1].multipliedReportingOverflow(by: groups) == (shape[1], false)
    else {
      throw fault(
        node.name,
        "\(groups) groups of \(weights.shape[1]) channels do not make \(shape[1])")
    }
    let bias = tensor(2, node, inputs)
    if let bias, bias.shape != [weights.shape[0]] {
      throw fault(node.name, "expected \(weights.shape[0]) biases, found \(bias.shape)")
    }
    if bias == nil, inputs.count > 2, inputs[2] != nil { return false }
    let convolution = Graph.Operation.convolution(
      .init(
        weights: weights.name, bias: bias?.name, channels: weights.shape[0], groups: groups,
        window: window))
    guard isList else { return try put(node, convolution, [source]) }
    let result = node.outputs[0]
    source = .node(
      try add(
        free(result + "/rows"), .reshape(shape), [try self.node(source, named: node.inputs[0])]))
    let map = try add(
      free(result + "/map"), convolution, [try self.node(source, named: node.inputs[0])])
    guard var list = shapes[map] else { return false }
    list.remove(at: 2)
    values[result] = .node(try add(result, .reshape(list), [map]))
    return true
  }

  /// Weights over a list as weights over rows of it.
  private mutating func rows(_ weights: (name: String, shape: [Int])) -> (
    name: String, shape: [Int]
  ) {
    let name = free(weights.name + "/rows")
    let shape = Array(weights.shape[..<2] + [1] + weights.shape[2...])
    if let tensor = self.weights[weights.name] {
      self.weights[name] = Tensor(shape: shape, values: tensor.values)
    }
    return (name, shape)
  }

  /// The windows of a convolution or a pool; nil where they are not over rows and columns.
  func window(
    _ node: ONNXNode, input: [Int], kernel: [Int]
  ) throws(CheckpointError) -> Graph.Operation.Window? {
    // Of a list's windows the rows are one each.
    func pair(_ name: String) -> [Int] {
      let own = node.integers(name) ?? [1, 1]
      return own.count == 1 ? [1] + own : own
    }
    let (strides, dilations) = (pair("strides"), pair("dilations"))
    guard kernel.count == 2, strides.count == 2, dilations.count == 2 else { return nil }
    let bound = 1...65_536
    guard (kernel + strides + dilations).allSatisfy(bound.contains) else {
      throw fault(node.name, "kernel \(kernel), strides \(strides), dilations \(dilations)")
    }
    var pads = node.integers("pads") ?? [0, 0, 0, 0]
    if pads.count == 2 { pads = [0, pads[0], 0, pads[1]] }
    guard pads.count == 4, pads.allSatisfy({ (0...65_536).contains($0) }) else {
      throw fault(node.name, "pads \(pads.prefix(8)), expected four numbers of at least 0")
    }
    switch node.text("auto_pad", default: "NOTSET") {
    case "NOTSET": break
    case "VALID": pads = [0, 0, 0, 0]
    case let mode where mode == "SAME_UPPER" || mode == "SAME_LOWER":
      for axis in 0..<2 {
        let output = (input[2 + axis] - 1) / strides[axis] + 1
        let span = dilations[axis] * (kernel[axis] - 1) + 1
        let total = max(0, (output - 1) * strides[axis] + span - input[2 + axis])
        let less = total / 2
        pads[axis] = mode == "SAME_UPPER" ? less : total - less
        pads[2 + axis] = total - pads[axis]
      }
    default: return nil
    }
    return Graph.Operation.Window(
      kernel: .init(kernel[0], kernel[1]), stride: .init(strides[0], strides[1]),
      dilation: .init(dilations[0], dilations[1]), before: .init(pads[0], pads[1]),
      after: .init(pads[2], pads[3]), roundsUp: node.integer("ceil_mode", default: 0) == 1)
  }
}

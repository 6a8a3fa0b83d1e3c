import Foundation
import Networks

extension ONNXReader {
  /// Adds a node that computes: convolutions, norms, pools, functions, sums and products.
  ///
  /// - Returns: Whether the node was dealt with.
  mutating func addLayer(_ node: ONNXNode, _ inputs: [Value?]) throws(CheckpointError) -> Bool {
    guard let first = inputs.first ?? nil else { return false }
    if let activation = try activation(node, inputs) {
      return try put(node, .activation(activation), [first])
    }
    switch node.type {
    case "Conv": return try addConvolution(node, inputs)
    case "BatchNormalization": return try addBatchNorm(node, inputs)
    case "Gemm": return try addGemm(node, inputs)
    case "MatMul": return try addMatrixProduct(node, inputs)
    case "MaxPool", "AveragePool":
      guard let shape = shape(of: first), shape.count == 4,
        node.outputs.dropFirst().allSatisfy(\.isEmpty),
        let window = try window(node, input: shape, kernel: node.integers("kernel_shape") ?? [])
      else { return false }
      let kind: Graph.Operation.Pool.Kind =
        node.type == "MaxPool"
        ? .maximum : node.integer("count_include_pad", default: 0) == 1 ? .meanWithPadding : .mean
      return try put(node, .pool(.init(kind, window: window)), [first])
    case "GlobalAveragePool", "GlobalMaxPool":
      guard let shape = shape(of: first), shape.count > 2 else { return false }
      let kind: Graph.Operation.Reduction = node.type == "GlobalMaxPool" ? .maximum : .mean
      return try put(
        node, .reduction(kind, axes: Array(2..<shape.count), keepsAxes: true), [first])
    case "ReduceMean", "ReduceSum", "ReduceMax": return try addReduction(node, inputs)
    case "Add", "Sub", "Mul", "Div", "Sum", "Max", "Min", "Pow":
      return try addCombination(node, inputs)
    case "Softmax": return try addSoftmax(node, first)
    case "LayerNormalization", "InstanceNormalization", "GroupNormalization":
      return try addNormalization(node, inputs)
    default: return false
    }
  }

  /// Adds a node with one result.
  ///
  /// - Returns: True: it was dealt with.
  mutating func put(
    _ node: ONNXNode, _ operation: Graph.Operation, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    var sources: [Int] = []
    for (index, value) in inputs.enumerated() {
      guard let value else { return false }
      sources.append(
        try self.node(value, named: index < node.inputs.count ? node.inputs[index] : node.name))
    }
    values[node.outputs[0]] = .node(try add(node.outputs[0], operation, sources))
    return true
  }

  /// A tensor of the weights that a value stands for; nil if it depends on the picture.
  mutating func tensor(
    _ value: Value?, named name: String
  ) -> (name: String, shape: [Int])? {
    switch value {
    case .tensor(let name, let shape): return (name, shape)
    case .known(let numbers):
      weights[name] = Tensor(shape: numbers.shape, values: numbers.values.map { Float($0) })
      return (name, numbers.shape)
    default: return nil
    }
  }

  /// The tensor of an input by its place, if it has one.
  private mutating func tensor(
    _ index: Int, _ node: ONNXNode, _ inputs: [Value?]
  ) -> (name: String, shape: [Int])? {
    inputs.indices.contains(index) ? tensor(inputs[index], named: node.inputs[index]) : nil
  }

  private mutating func addConvolution(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard let source = inputs[0], let shape = shape(of: source), shape.count == 4,
      let weights = tensor(1, node, inputs), weights.shape.count == 4,
      let window = try window(node, input: shape, kernel: Array(weights.shape.suffix(2)))
    else { return false }
    let groups = node.integer("group", default: 1)
    guard groups > 0, weights.shape[1].multipliedReportingOverflow(by: groups) == (shape[1], false)
    else {
      throw fault(
        node.name,
        "\(groups) groups of \(weights.shape[1]) channels do not make \(shape[1])")
    }
    if let kernel = node.integers("kernel_shape"), kernel != Array(weights.shape.suffix(2)) {
      throw fault(node.name, "says its kernel is \(kernel.prefix(4)), its weights \(weights.shape)")
    }
    let bias = tensor(2, node, inputs)
    if let bias, bias.shape != [weights.shape[0]] {
      throw fault(node.name, "expected \(weights.shape[0]) biases, found \(bias.shape)")
    }
    if bias == nil, inputs.count > 2, inputs[2] != nil { return false }
    return try put(
      node,
      .convolution(
        .init(
          weights: weights.name, bias: bias?.name, channels: weights.shape[0], groups: groups,
          window: window)), [source])
  }

  /// The windows of a convolution or a pool; nil where they are not over rows and columns.
  private func window(
    _ node: ONNXNode, input: [Int], kernel: [Int]
  ) throws(CheckpointError) -> Graph.Operation.Window? {
    let strides = node.integers("strides") ?? [1, 1]
    let dilations = node.integers("dilations") ?? [1, 1]
    guard kernel.count == 2, strides.count == 2, dilations.count == 2 else { return nil }
    let bound = 1...65_536
    guard (kernel + strides + dilations).allSatisfy(bound.contains) else {
      throw fault(node.name, "kernel \(kernel), strides \(strides), dilations \(dilations)")
    }
    var pads = node.integers("pads") ?? [0, 0, 0, 0]
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

  private mutating func addBatchNorm(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard node.integer("training_mode", default: 0) == 0, let source = inputs[0],
      let shape = shape(of: source), shape.count >= 2
    else { return false }
    var names: [String] = []
    for index in 1...4 {
      guard let tensor = tensor(index, node, inputs) else { return false }
      guard tensor.shape == [shape[1]] else {
        throw fault(node.name, "expected \(shape[1]) values, found \(tensor.shape)")
      }
      names.append(tensor.name)
    }
    return try put(
      node,
      .batchNorm(
        .init(
          scale: names[0], shift: names[1], mean: names[2], variance: names[3],
          epsilon: Double(node.number("epsilon", default: 1e-5)))), [source])
  }

  private mutating func addGemm(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard var source = inputs[0], let shape = shape(of: source), shape.count == 2,
      node.integer("transA", default: 0) == 0, let weights = tensor(1, node, inputs),
      weights.shape.count == 2
    else { return false }
    let isTransposed = node.integer("transB", default: 0) == 0
    let features = weights.shape[isTransposed ? 1 : 0]
    guard weights.shape[isTransposed ? 0 : 1] == shape[1] else {
      throw fault(node.name, "\(shape[1]) features do not fit weights of \(weights.shape)")
    }
    var bias = tensor(2, node, inputs)
    if bias == nil, inputs.count > 2, inputs[2] != nil { return false }
    if let given = bias {
      let beta = node.number("beta", default: 1)
      guard let numbers = self.weights[given.name]?.values,
        numbers.count == features || numbers.count == 1
      else { return false }
      if given.shape != [features] || beta != 1 {
        let name = node.outputs[0] + "/bias"
        let all = numbers.count == 1 ? [Float](repeating: numbers[0], count: features) : numbers
        self.weights[name] = Tensor(shape: [features], values: all.map { beta * $0 })
        bias = (name, [features])
      }
    }
    let alpha = node.number("alpha", default: 1)
    if alpha != 1 {
      // On the features rather than in a copy of the weights, which many nodes may share.
      let name = node.outputs[0] + "/alpha"
      let factor = try self.node(
        .known(.init(values: [Double(alpha)], shape: [1], isInteger: false)), named: name)
      source = .node(
        try add(
          free(name + "/product"), .combination(.multiply),
          [try self.node(source, named: node.inputs[0]), factor]))
    }
    return try put(
      node,
      .linear(
        .init(
          weights: weights.name, bias: bias?.name, features: features, isTransposed: isTransposed)),
      [source])
  }

  private mutating func addMatrixProduct(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard inputs.count == 2, let source = inputs[0], let shape = shape(of: source) else {
      return false
    }
    if let weights = tensor(1, node, inputs), weights.shape.count == 2 {
      guard weights.shape[0] == shape.last else {
        throw fault(node.name, "\(shape) does not fit weights of \(weights.shape)")
      }
      return try put(
        node,
        .linear(.init(weights: weights.name, features: weights.shape[1], isTransposed: true)),
        [source])
    }
    guard shape.count >= 2, let other = inputs[1], self.shape(of: other)?.count ?? 0 >= 2 else {
      return false
    }
    return try put(node, .matrixProduct, inputs)
  }

  private mutating func addReduction(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard let source = inputs[0], let shape = shape(of: source) else { return false }
    var axes = node.integers("axes")
    if inputs.count > 1, let value = inputs[1] {
      guard let numbers = known(value) else { return false }
      axes = numbers.integers
    }
    if axes == nil || axes?.isEmpty == true {
      if node.integer("noop_with_empty_axes", default: 0) == 1 {
        axes = []
      } else {
        axes = Array(shape.indices)
      }
    }
    guard let places = places(axes ?? [], rank: shape.count) else {
      throw fault(node.name, "axes \(axes ?? []) of \(shape.count)")
    }
    let kind: Graph.Operation.Reduction =
      switch node.type {
      case "ReduceMean": .mean
      case "ReduceSum": .sum
      default: .maximum
      }
    return try put(
      node,
      .reduction(kind, axes: places, keepsAxes: node.integer("keepdims", default: 1) == 1),
      [source])
  }

  /// Axes counted from the front, ascending; nil if one is named twice or there is none of it.
  func places(_ axes: [Int], rank: Int) -> [Int]? {
    let places = axes.map { $0 < 0 ? $0 &+ rank : $0 }.sorted()
    return places.allSatisfy((0..<rank).contains) && Set(places).count == places.count
      ? places : nil
  }

  private mutating func addCombination(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    let kind: Graph.Operation.Combination =
      switch node.type {
      case "Add", "Sum": .add
      case "Sub": .subtract
      case "Mul": .multiply
      case "Div": .divide
      case "Max": .maximum
      case "Min": .minimum
      default: .power
      }
    var sources: [Int] = []
    for (value, name) in zip(inputs, node.inputs) {
      guard let value, shape(of: value) != nil else { return false }
      sources.append(try self.node(value, named: name))
    }
    let result = node.outputs[0]
    guard sources.count > 1 else {
      values[result] = .node(try add(result, .reshape(shapes[sources[0]] ?? []), sources))
      return true
    }
    var sum = sources[0]
    for (index, source) in sources.enumerated().dropFirst() {
      let isLast = index == sources.count - 1
      sum = try add(
        isLast ? result : free("\(result)/\(index)"), .combination(kind), [sum, source])
    }
    values[result] = .node(sum)
    return true
  }

  /// Before opset 13 a softmax ran over the axis and all that follow it together.
  private mutating func addSoftmax(
    _ node: ONNXNode, _ source: Value
  ) throws(CheckpointError) -> Bool {
    guard let shape = shape(of: source), !shape.isEmpty else { return false }
    let axes = [node.integer("axis", default: opset < 13 ? 1 : -1)]
    guard let axis = places(axes, rank: shape.count)?.first else {
      throw fault(node.name, "axis \(axes[0]) of \(shape.count)")
    }
    guard opset < 13, shape[(axis + 1)...].contains(where: { $0 != 1 }) else {
      return try put(node, .softmax(axis: axis), [source])
    }
    let result = node.outputs[0]
    let flat = try add(
      free(result + "/flat"),
      .reshape([shape[..<axis].reduce(1, *), shape[axis...].reduce(1, *)]),
      [try self.node(source, named: node.inputs[0])])
    let soft = try add(free(result + "/softmax"), .softmax(axis: 1), [flat])
    values[result] = .node(try add(result, .reshape(shape), [soft]))
    return true
  }

  private mutating func addNormalization(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard let source = inputs[0], let shape = shape(of: source), shape.count >= 2 else {
      return false
    }
    let scope: Graph.Operation.Normalization.Scope
    var expected = [shape[1]]
    switch node.type {
    case "LayerNormalization":
      guard let axis = places([node.integer("axis", default: -1)], rank: shape.count)?.first,
        node.outputs.dropFirst().allSatisfy(\.isEmpty)
      else { return false }
      scope = .axes(from: axis)
      expected = Array(shape[axis...])
    case "InstanceNormalization": scope = .groups(shape[1])
    default:
      let groups = node.integer("num_groups", default: 0)
      // Before opset 21 scale and shift were one a group, which nothing that exports convolutions used.
      guard groups > 0, shape[1] % groups == 0, opset >= 21 || groups == shape[1] else {
        return false
      }
      scope = .groups(groups)
    }
    var names: [String?] = []
    for index in 1...2 {
      let tensor = tensor(index, node, inputs)
      if tensor == nil, inputs.count > index, inputs[index] != nil { return false }
      if let tensor, tensor.shape != expected {
        throw fault(node.name, "expected \(expected) factors, found \(tensor.shape)")
      }
      names.append(tensor?.name)
    }
    return try put(
      node,
      .normalization(
        .init(
          scope: scope, scale: names[0], shift: names[1],
          epsilon: Double(node.number("epsilon", default: 1e-5)))), [source])
  }
}

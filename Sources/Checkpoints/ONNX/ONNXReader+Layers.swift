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
  mutating func tensor(
    _ index: Int, _ node: ONNXNode, _ inputs: [Value?]
  ) -> (name: String, shape: [Int])? {
    inputs.indices.contains(index) ? tensor(inputs[index], named: node.inputs[index]) : nil
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
    guard let places = reducedAxes(node, inputs, rank: shape.count) else {
      if inputs.count > 1, let value = inputs[1], known(value) == nil { return false }
      throw fault(node.name, "names axes that its input of \(shape.count) has not")
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

  /// The axes that a reduction runs over, ascending; nil if they are not known, or there are none such.
  func reducedAxes(_ node: ONNXNode, _ inputs: [Value?], rank: Int) -> [Int]? {
    var axes = node.integers("axes") ?? []
    if inputs.count > 1, let value = inputs[1] {
      guard let numbers = known(value) else { return nil }
      axes = numbers.integers
    }
    if axes.isEmpty, node.integer("noop_with_empty_axes", default: 0) != 1 {
      return Array(0..<rank)
    }
    return places(axes, rank: rank)
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

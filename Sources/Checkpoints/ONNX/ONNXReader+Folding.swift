import Foundation
import Networks

extension ONNXReader {
  /// Works out what is known while reading: shapes, axes, constants.
  ///
  /// - Returns: Whether the node was dealt with.
  mutating func fold(_ node: ONNXNode, _ inputs: [Value?]) throws(CheckpointError) -> Bool {
    let result = node.outputs[0]
    switch node.type {
    case "Constant":
      if let tensor = node.tensor("value") {
        try addTensor(tensor, name: result)
      } else if node.has("value_int") {
        values[result] = .known(
          KnownNumbers(integers: [node.integer("value_int", default: 0)], shape: []))
      } else if let integers = node.integers("value_ints") {
        values[result] = .known(KnownNumbers(integers: integers))
      } else if node.has("value_float") {
        try keep(result, [node.number("value_float", default: 0)], shape: [])
      } else if let numbers = node.numbers("value_floats") {
        try keep(result, numbers, shape: [numbers.count])
      } else {
        throw fault(node.name, "is a constant of a kind that cannot be read here")
      }
      return true
    case "Identity", "Dropout":
      guard let value = inputs.first ?? nil else { return false }
      try pass(value, as: result)
      return true
    case "Cast", "CastLike":
      // Numbers are float32 here, whatever they were.
      guard let value = inputs.first ?? nil else { return false }
      if case .known(var numbers) = value {
        let isInteger = [2, 3, 4, 5, 6, 7, 9, 12, 13].contains(node.integer("to", default: 1))
        if isInteger { numbers.values = numbers.integers.map { Double($0) } }
        numbers.isInteger = isInteger
        values[result] = .known(numbers)
      } else {
        try pass(value, as: result)
      }
      return true
    case "Shape":
      guard let value = inputs.first ?? nil, let shape = shape(of: value) else { return false }
      let count = shape.count
      func place(_ index: Int) -> Int { min(max(index < 0 ? index + count : index, 0), count) }
      let start = place(node.integer("start", default: 0))
      let end = place(node.integer("end", default: count))
      values[result] = .known(KnownNumbers(integers: start < end ? Array(shape[start..<end]) : []))
      return true
    case "Size":
      guard let value = inputs.first ?? nil, let shape = shape(of: value) else { return false }
      values[result] = .known(KnownNumbers(integers: [Graph.count(shape) ?? 0], shape: []))
      return true
    default: break
    }
    if try foldTensor(node, inputs) { return true }
    guard !inputs.isEmpty, inputs.allSatisfy({ $0.map(isConstant) ?? true }),
      let numbers = try workedOut(node, inputs)
    else { return false }
    guard
      numbers.values.count
        <= max(KnownNumbers.most, inputs.compactMap { count(of: $0) }.max() ?? 0)
    else {
      throw fault(node.name, "makes \(numbers.values.count) numbers out of constants")
    }
    guard numbers.values.count > KnownNumbers.most else {
      values[result] = .known(numbers)
      return true
    }
    try keep(result, numbers.values.map { Float($0) }, shape: numbers.shape)
    return true
  }

  private func isConstant(_ value: Value) -> Bool {
    if case .node = value { false } else { true }
  }

  private func count(of value: Value?) -> Int? {
    value.flatMap { shape(of: $0) }.flatMap { Graph.count($0) }
  }

  /// Lets another name stand for a value.
  private mutating func pass(_ value: Value, as name: String) throws(CheckpointError) {
    values[name] = value
    guard case .node(let index) = value else { return }
    do throws(GraphError) {
      try graph.alias(name, for: index)
    } catch {
      throw fault(name, error.problem)
    }
  }

  /// Keeps a tensor that was worked out, as long as all of these are not far more than the file holds.
  private mutating func keep(
    _ name: String, _ numbers: [Float], shape: [Int]
  ) throws(CheckpointError) {
    workedOut += numbers.count
    guard workedOut <= 8 * held + (1 << 24) else {
      throw fault(
        name, "more numbers are worked out of constants than eight times what the file holds")
    }
    weights[name] = Tensor(shape: shape, values: numbers)
    values[name] = .tensor(name: name, shape: shape)
  }

  /// Turns or re-shapes a tensor of the weights, as exporters do before they use it.
  private mutating func foldTensor(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> Bool {
    guard case .tensor(let name, let shape) = inputs.first ?? nil, let tensor = weights[name] else {
      return false
    }
    let result = node.outputs[0]
    switch node.type {
    case "Transpose":
      guard let order = order(node, rank: shape.count) else { return false }
      try keep(
        result, tensor.values.transposed(order, from: shape), shape: order.map { shape[$0] })
    case "Reshape", "Squeeze", "Unsqueeze", "Flatten":
      guard let target = try reshaped(node, inputs, from: shape),
        Graph.count(target) == tensor.values.count
      else { return false }
      try keep(result, tensor.values, shape: target)
    default: return false
    }
    return true
  }

  /// In which order a transposition has the axes; nil if that is none.
  private func order(_ node: ONNXNode, rank: Int) -> [Int]? {
    let order = node.integers("perm") ?? Array((0..<rank).reversed())
    return order.sorted() == Array(0..<rank) ? order : nil
  }

  /// The result of a node whose inputs are all constants; nil if there is no rule for it here.
  private func workedOut(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) -> KnownNumbers? {
    if let numbers = arithmetic(node, inputs) { return numbers }
    let known = inputs.map { self.known($0) }
    guard let first = known[0] else { return nil }
    switch node.type {
    case "Reshape", "Flatten", "Squeeze", "Unsqueeze":
      guard let shape = try reshaped(node, inputs, from: first.shape),
        Graph.count(shape) == first.values.count
      else { return nil }
      return first.shaped(shape)
    case "Transpose":
      return order(node, rank: first.shape.count).map { first.transposed($0) }
    case "Gather":
      guard known.count > 1, let indices = known[1],
        let axis = places([node.integer("axis", default: 0)], rank: first.shape.count)?.first
      else { return nil }
      let extent = first.shape[axis]
      let wanted = indices.integers.map { $0 < 0 ? $0 &+ extent : $0 }
      guard wanted.allSatisfy((0..<extent).contains),
        let taken = first.taking(wanted, along: axis)
      else { return nil }
      return taken.shaped(
        Array(first.shape[..<axis] + indices.shape + first.shape[(axis + 1)...]))
    case "GatherND":
      guard known.count > 1, let indices = known[1], node.integer("batch_dims", default: 0) == 0
      else { return nil }
      return first.gathered(indices)
    case "Slice":
      guard let parts = try slices(node, known, of: first.shape) else { return nil }
      return parts.reduce(first) { $0?.taking($1.places, along: $1.axis) }
    case "Concat":
      let parts = known.compactMap { $0 }
      guard parts.count == known.count,
        let axis = places([node.integer("axis", default: 0)], rank: first.shape.count)?.first
      else { return nil }
      return KnownNumbers.joined(parts, along: axis)
    case "ConstantOfShape":
      guard let count = Graph.count(first.integers), count <= KnownNumbers.most else { return nil }
      let filling = try node.tensor("value").map { message throws(CheckpointError) in
        let tensor = try ONNXTensor(message, path: path)
        return tensor.isInteger
          ? KnownNumbers(integers: try tensor.integers())
          : KnownNumbers(
            values: try tensor.floats().map { Double($0) }, shape: [], isInteger: false)
      }
      return KnownNumbers(
        values: [Double](repeating: filling?.values.first ?? 0, count: count),
        shape: first.integers, isInteger: filling?.isInteger ?? false)
    case "Range":
      guard known.count == 3, let limit = known[1]?.values.first,
        let step = known[2]?.values.first, let start = first.values.first, step != 0
      else { return nil }
      let count = max(0, ((limit - start) / step).rounded(.up))
      guard count <= Double(KnownNumbers.most) else { return nil }
      let values = (0..<Int(count)).map { start + Double($0) * step }
      return KnownNumbers(values: values, shape: [values.count], isInteger: first.isInteger)
    case "Where":
      guard known.count == 3, let yes = known[1], let no = known[2],
        yes.shape == no.shape, yes.shape == first.shape
      else { return nil }
      return KnownNumbers(
        values: first.values.indices.map {
          first.values[$0] != 0 ? yes.values[$0] : no.values[$0]
        }, shape: yes.shape, isInteger: yes.isInteger)
    case "Expand":
      guard known.count > 1, let target = known[1]?.integers, first.values.count == 1,
        let count = Graph.count(target), count <= KnownNumbers.most
      else { return nil }
      return KnownNumbers(
        values: [Double](repeating: first.values[0], count: count), shape: target,
        isInteger: first.isInteger)
    default: return nil
    }
  }

  /// The result of a function of constants, large ones too; nil if the node is none.
  private func arithmetic(_ node: ONNXNode, _ inputs: [Value?]) -> KnownNumbers? {
    func numbers(_ place: Int) -> KnownNumbers? {
      switch inputs.indices.contains(place) ? inputs[place] : nil {
      case .known(let numbers): return numbers
      case .tensor(let name, let shape):
        return weights[name].map {
          KnownNumbers(values: $0.values.map { Double($0) }, shape: shape, isInteger: false)
        }
      default: return nil
      }
    }
    func isGiven(_ place: Int) -> Bool { inputs.indices.contains(place) && inputs[place] != nil }
    if let function = KnownNumbers.function(ofOne: node.type) {
      return numbers(0)?.mapped(by: function)
    }
    if KnownNumbers.function(ofTwo: node.type, areIntegers: false) != nil {
      guard inputs.count == 2, let first = numbers(0), let second = numbers(1) else { return nil }
      let areIntegers = first.isInteger && second.isInteger
      return KnownNumbers.function(ofTwo: node.type, areIntegers: areIntegers)
        .flatMap { first.combined(with: second, by: $0) }
    }
    switch node.type {
    case "Clip":
      guard let first = numbers(0) else { return nil }
      let (lower, upper) = (numbers(1)?.values.first, numbers(2)?.values.first)
      guard isGiven(1) == (lower != nil), isGiven(2) == (upper != nil) else { return nil }
      return first.mapped { min(max($0, lower ?? -.infinity), upper ?? .infinity) }
    case "ReduceMean", "ReduceSum", "ReduceProd", "ReduceMax", "ReduceMin", "ReduceL2":
      guard let first = numbers(0), let axes = reducedAxes(node, inputs, rank: first.shape.count)
      else { return nil }
      return first.reduced(
        by: node.type, over: axes, keepsAxes: node.integer("keepdims", default: 1) == 1)
    case "BatchNormalization":
      guard let first = numbers(0), let scale = numbers(1), let shift = numbers(2),
        let means = numbers(3), let variances = numbers(4)
      else { return nil }
      return first.batchNormed(
        scale: scale.values, shift: shift.values,
        moments: node.integer("training_mode", default: 0) == 1
          ? nil : (means.values, variances.values),
        epsilon: Double(node.number("epsilon", default: 1e-5)))
    default: return nil
    }
  }
}

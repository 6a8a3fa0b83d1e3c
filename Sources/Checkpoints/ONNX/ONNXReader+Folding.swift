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
        setTensor(result, [node.number("value_float", default: 0)], shape: [])
      } else if let numbers = node.numbers("value_floats") {
        setTensor(result, numbers, shape: [numbers.count])
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
    let isFree = inputs.allSatisfy { value in
      if case .known = value { true } else { value == nil || known(value) != nil }
    }
    guard isFree, !inputs.isEmpty, let numbers = folded(node, inputs.map { known($0) }) else {
      return try foldTensor(node, inputs)
    }
    guard numbers.values.count <= KnownNumbers.most else {
      throw fault(node.name, "makes \(numbers.values.count) numbers out of constants")
    }
    values[result] = .known(numbers)
    return true
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

  private mutating func setTensor(_ name: String, _ numbers: [Float], shape: [Int]) {
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
      let order = node.integers("perm") ?? Array(shape.indices.reversed())
      guard order.sorted() == Array(shape.indices) else { return false }
      let turned = tensor.transposed(order)
      setTensor(result, turned.values, shape: turned.shape)
    case "Reshape", "Squeeze", "Unsqueeze", "Flatten":
      guard let target = try reshaped(node, inputs, from: shape),
        Graph.count(target) == tensor.values.count
      else { return false }
      setTensor(result, tensor.values, shape: target)
    default: return false
    }
    return true
  }

  private func folded(_ node: ONNXNode, _ inputs: [KnownNumbers?]) -> KnownNumbers? {
    guard let first = inputs[0] else { return nil }
    func mapped(_ transform: (Double) -> Double) -> KnownNumbers {
      KnownNumbers(
        values: first.values.map(transform), shape: first.shape, isInteger: first.isInteger)
    }
    switch node.type {
    case "Add", "Sub", "Mul", "Div", "Mod", "Max", "Min", "Pow", "Equal", "Less", "Greater":
      guard inputs.count == 2, let second = inputs[1] else { return nil }
      return together(first, second, node.type)
    case "Floor": return mapped { $0.rounded(.down) }
    case "Ceil": return mapped { $0.rounded(.up) }
    case "Round": return mapped { $0.rounded(.toNearestOrEven) }
    case "Sqrt": return mapped { $0.squareRoot() }
    case "Neg": return mapped { -$0 }
    case "Not": return mapped { $0 == 0 ? 1 : 0 }
    case "ReduceProd":
      return KnownNumbers(
        values: [first.values.reduce(1, *)],
        shape: node.integer("keepdims", default: 1) == 1 ? first.shape.map { _ in 1 } : [],
        isInteger: first.isInteger)
    case "Gather":
      guard first.shape.count == 1, inputs.count > 1, let indices = inputs[1] else { return nil }
      let count = first.values.count
      let places = indices.integers.map { $0 < 0 ? $0 &+ count : $0 }
      guard places.allSatisfy((0..<count).contains) else { return nil }
      return KnownNumbers(
        values: places.map { first.values[$0] }, shape: indices.shape, isInteger: first.isInteger)
    case "Concat":
      guard inputs.allSatisfy({ $0?.shape.count == 1 }) else { return nil }
      let values = inputs.flatMap { $0?.values ?? [] }
      return KnownNumbers(
        values: values, shape: [values.count],
        isInteger: inputs.allSatisfy { $0?.isInteger ?? false })
    case "Unsqueeze":
      guard first.shape.isEmpty else { return nil }
      return KnownNumbers(values: first.values, shape: [1], isInteger: first.isInteger)
    case "Squeeze":
      guard first.values.count == 1 else { return nil }
      return KnownNumbers(values: first.values, shape: [], isInteger: first.isInteger)
    case "Reshape":
      guard inputs.count > 1, let target = inputs[1]?.integers,
        let shape = resolved(target, count: first.values.count, from: first.shape, keepsZero: false)
      else { return nil }
      return KnownNumbers(values: first.values, shape: shape, isInteger: first.isInteger)
    case "Slice": return sliced(first, inputs)
    case "ConstantOfShape":
      guard let count = Graph.count(first.integers), count <= KnownNumbers.most else { return nil }
      var value = 0.0
      var isInteger = false
      if let message = node.tensor("value"), let tensor = try? ONNXTensor(message, path: path) {
        isInteger = tensor.isInteger
        value =
          isInteger
          ? (try? tensor.integers().first).map { Double($0) } ?? 0
          : (try? tensor.floats().first).map { Double($0) } ?? 0
      }
      return KnownNumbers(
        values: [Double](repeating: value, count: count), shape: first.integers,
        isInteger: isInteger)
    case "Range":
      guard inputs.count == 3, let limit = inputs[1]?.values.first,
        let step = inputs[2]?.values.first, let start = first.values.first, step != 0
      else { return nil }
      let count = max(0, ((limit - start) / step).rounded(.up))
      guard count <= Double(KnownNumbers.most) else { return nil }
      let values = (0..<Int(count)).map { start + Double($0) * step }
      return KnownNumbers(values: values, shape: [values.count], isInteger: first.isInteger)
    case "Where":
      guard inputs.count == 3, let yes = inputs[1], let no = inputs[2],
        yes.shape == no.shape, yes.shape == first.shape
      else { return nil }
      return KnownNumbers(
        values: first.values.indices.map {
          first.values[$0] != 0 ? yes.values[$0] : no.values[$0]
        }, shape: yes.shape, isInteger: yes.isInteger)
    case "Expand":
      guard inputs.count > 1, let target = inputs[1]?.integers, first.values.count == 1,
        let count = Graph.count(target), count <= KnownNumbers.most
      else { return nil }
      return KnownNumbers(
        values: [Double](repeating: first.values[0], count: count), shape: target,
        isInteger: first.isInteger)
    default: return nil
    }
  }

  private func sliced(_ first: KnownNumbers, _ inputs: [KnownNumbers?]) -> KnownNumbers? {
    guard first.shape.count == 1, inputs.count > 2, let start = inputs[1]?.integers.first,
      let end = inputs[2]?.integers.first
    else { return nil }
    let step = inputs.count > 4 ? inputs[4]?.integers.first ?? 1 : 1
    guard step != 0, step > Int.min else { return nil }
    let count = first.values.count
    var values: [Double] = []
    func place(_ index: Int, _ range: ClosedRange<Int>) -> Int {
      min(max(index < 0 ? index &+ count : index, range.lowerBound), range.upperBound)
    }
    if step > 0 {
      let (start, end) = (place(start, 0...count), place(end, 0...count))
      values = Swift.stride(from: start, to: end, by: step).map { first.values[$0] }
    } else if count > 0 {
      let last = end < -count ? -1 : place(end, -1...count - 1)
      values = Swift.stride(from: place(start, 0...count - 1), to: last, by: step)
        .map { first.values[$0] }
    }
    return KnownNumbers(values: values, shape: [values.count], isInteger: first.isInteger)
  }

  /// Two lists of numbers together; whole numbers divide towards 0.
  private func together(_ a: KnownNumbers, _ b: KnownNumbers, _ type: String) -> KnownNumbers? {
    let isInteger = a.isInteger && b.isInteger
    let count = max(a.values.count, b.values.count)
    guard a.values.count == b.values.count || a.values.count == 1 || b.values.count == 1,
      !a.values.isEmpty, !b.values.isEmpty
    else { return nil }
    let values = (0..<count).map { index -> Double in
      let x = a.values[a.values.count == 1 ? 0 : index]
      let y = b.values[b.values.count == 1 ? 0 : index]
      switch type {
      case "Add": return x + y
      case "Sub": return x - y
      case "Mul": return x * y
      case "Div": return isInteger ? (x / y).rounded(.towardZero) : x / y
      case "Mod": return x - y * (x / y).rounded(.down)
      case "Max": return max(x, y)
      case "Min": return min(x, y)
      case "Pow": return pow(x, y)
      case "Equal": return x == y ? 1 : 0
      case "Less": return x < y ? 1 : 0
      default: return x > y ? 1 : 0
      }
    }
    return KnownNumbers(
      values: values, shape: a.values.count >= b.values.count ? a.shape : b.shape,
      isInteger: isInteger)
  }
}

extension Tensor {
  /// The tensor with its axes in another order.
  func transposed(_ order: [Int]) -> Tensor {
    let target = order.map { shape[$0] }
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    let steps = order.map { strides[$0] }
    var index = [Int](repeating: 0, count: target.count)
    var source = 0
    let turned = [Float](unsafeUninitializedCapacity: values.count) { buffer, initialized in
      for position in 0..<values.count {
        buffer[position] = values[source]
        for axis in target.indices.reversed() {
          index[axis] += 1
          source += steps[axis]
          if index[axis] < target[axis] { break }
          source -= steps[axis] * target[axis]
          index[axis] = 0
        }
      }
      initialized = values.count
    }
    return Tensor(shape: target, values: turned)
  }
}

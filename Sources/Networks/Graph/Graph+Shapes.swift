extension Graph {
  /// The shape of every node's value for a picture, the batch's axis of 1 included.
  ///
  /// What depends on an operation that is not understood has none.
  ///
  /// - Throws: `GraphError` naming the first node whose inputs do not fit.
  public func shapes(picture: SpatialSize) throws(GraphError) -> [[Int]?] {
    try shapes(picture: picture, mostValues: Limits.values)
  }

  /// The same with another bound on a node's values, for what is counted and never run.
  func shapes(picture: SpatialSize, mostValues: Int) throws(GraphError) -> [[Int]?] {
    var shapes: [[Int]?] = []
    shapes.reserveCapacity(nodes.count)
    for node in nodes {
      shapes.append(
        try node.shape(
          inputs: node.inputs.map { shapes[$0] }, picture: picture, mostValues: mostValues))
    }
    return shapes
  }
}

extension Graph.Node {
  /// The shape of the node's value; nil where an input has none or the operation is not understood.
  package func shape(
    inputs: [[Int]?], picture: SpatialSize, mostValues: Int = Graph.Limits.values
  ) throws(GraphError) -> [Int]? {
    var known: [[Int]] = []
    for input in inputs {
      guard let input else { return nil }
      known.append(input)
    }
    if let count = operation.inputCount, known.count != count {
      throw error("takes \(count == 1 ? "one value" : "\(count) values"), found \(known.count)")
    }
    guard let shape = try shape(of: known, picture: picture) else { return nil }
    guard shape.count <= Graph.Limits.rank else {
      throw error("has \(shape.count) axes, more than the \(Graph.Limits.rank) allowed")
    }
    var count = 1
    for extent in shape {
      guard extent > 0 else { throw error("leaves nothing: \(text(shape))") }
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      guard !overflows, product <= mostValues else {
        throw error("\(text(shape)) are more values than the \(mostValues) allowed")
      }
      count = product
    }
    return shape
  }

  private func shape(of inputs: [[Int]], picture: SpatialSize) throws(GraphError) -> [Int]? {
    switch operation {
    case .picture(let channels): return [1, channels, picture.height, picture.width]
    case .constant(let constant): return constant.shape
    case .unknown: return nil
    case .convolution(let convolution):
      let input = try map(inputs[0])
      guard convolution.groups > 0, convolution.channels > 0,
        input[1] % convolution.groups == 0, convolution.channels % convolution.groups == 0
      else {
        throw error(
          "\(convolution.groups) groups do not divide \(input[1]) and \(convolution.channels)"
            + " channels")
      }
      return try windows(convolution.window, on: input, channels: convolution.channels)
    case .pool(let pool):
      let input = try map(inputs[0])
      return try windows(pool.window, on: input, channels: input[1])
    case .batchNorm:
      guard inputs[0].count >= 2 else { throw error("expected channels, found \(text(inputs[0]))") }
      return inputs[0]
    case .activation(.parametricReLU(let slopes, let count)):
      guard count == 1 || inputs[0].count > 1 && inputs[0][1] == count else {
        throw error("\(count) slopes '\(slopes)' do not fit \(text(inputs[0]))")
      }
      return inputs[0]
    case .activation, .normalization: return inputs[0]
    case .softmax(let axis):
      try check(axis, in: inputs[0])
      return inputs[0]
    case .linear(let linear):
      guard !inputs[0].isEmpty else { throw error("expected features, found a single number") }
      return Array(inputs[0].dropLast()) + [linear.features]
    case .combination:
      guard let shape = Graph.broadcast(inputs[0], inputs[1]) else {
        throw error("\(text(inputs[0])) and \(text(inputs[1])) do not go together")
      }
      return shape
    case .concatenation(let axis): return try concatenated(inputs, axis)
    case .slice(let axis, let start, let count, let step):
      try check(axis, in: inputs[0])
      var shape = inputs[0]
      let (last, overflows) = step.multipliedReportingOverflow(by: max(count - 1, 0))
      guard count > 0, step > 0, start >= 0, !overflows, last < shape[axis],
        start + last < shape[axis]
      else {
        throw error("\(count) positions from \(start) on do not lie within \(shape[axis])")
      }
      shape[axis] = count
      return shape
    case .selection(let axis, let indices, let dropsAxis):
      try check(axis, in: inputs[0])
      var shape = inputs[0]
      let extent = shape[axis]
      guard !indices.isEmpty, indices.allSatisfy({ (0..<extent).contains($0) }) else {
        throw error("expected positions of 0 to \(extent - 1)")
      }
      if dropsAxis, indices.count == 1 {
        shape.remove(at: axis)
      } else {
        shape[axis] = indices.count
      }
      return shape
    case .reshape(let target):
      guard Graph.count(target) == Graph.count(inputs[0]) else {
        throw error("\(text(inputs[0])) cannot become \(text(target))")
      }
      return target
    case .transpose(let order):
      guard order.sorted() == Array(inputs[0].indices) else {
        throw error("\(order) is no order of \(inputs[0].count) axes")
      }
      return order.map { inputs[0][$0] }
    case .expansion(let target):
      guard let shape = Graph.broadcast(inputs[0], target) else {
        throw error("\(text(inputs[0])) cannot be repeated to \(text(target))")
      }
      return shape
    case .reduction(_, let axes, let keepsAxes):
      for axis in axes { try check(axis, in: inputs[0]) }
      return inputs[0].indices.compactMap { axis in
        axes.contains(axis) ? (keepsAxes ? 1 : nil) : inputs[0][axis]
      }
    case .matrixProduct: return try product(inputs[0], inputs[1])
    case .padding(let padding):
      guard padding.before.count == inputs[0].count, padding.after.count == inputs[0].count else {
        throw error("expected a padding for each of \(inputs[0].count) axes")
      }
      return inputs[0].indices.map { inputs[0][$0] &+ padding.before[$0] &+ padding.after[$0] }
    case .resizing(let resizing):
      let input = try map(inputs[0])
      return [input[0], input[1], resizing.size.rows, resizing.size.columns]
    }
  }

  private func windows(
    _ window: Graph.Operation.Window, on input: [Int], channels: Int
  ) throws(GraphError) -> [Int] {
    func side(_ part: KeyPath<Graph.Operation.Pair, Int>, _ extent: Int) throws(GraphError) -> Int {
      let (kernel, stride) = (window.kernel[keyPath: part], window.stride[keyPath: part])
      let (dilation, before, after) = (
        window.dilation[keyPath: part], window.before[keyPath: part], window.after[keyPath: part]
      )
      let allowed = 1...65_536
      guard allowed.contains(kernel), allowed.contains(stride), allowed.contains(dilation),
        (0...65_536).contains(before), (0...65_536).contains(after)
      else {
        throw error("a kernel of \(kernel), stride \(stride), dilation \(dilation) is no window")
      }
      return Self.outputSide(
        extent, span: dilation * (kernel - 1) + 1, stride: stride, before: before, after: after,
        roundsUp: window.roundsUp)
    }
    let rows = try side(\.rows, input[2])
    let columns = try side(\.columns, input[3])
    guard rows > 0, columns > 0 else {
      throw error("\(input[2]) × \(input[3]) positions are fewer than its window")
    }
    return [input[0], channels, rows, columns]
  }

  /// Windows that fit along one side; 0 where none does.
  ///
  /// Rounded up, a last window must begin within the map or the padding before it, as in PyTorch and
  /// Caffe.
  private static func outputSide(
    _ side: Int, span: Int, stride: Int, before: Int, after: Int, roundsUp: Bool
  ) -> Int {
    let room = side + before + after - span
    guard room >= 0 || roundsUp && side > 0 else { return 0 }
    guard roundsUp else { return room / stride + 1 }
    // ⌈room / stride⌉ + 1, also where a window is larger than the map.
    let count = room < 0 ? 1 - -room / stride : (room + stride - 1) / stride + 1
    guard count > 0 else { return 0 }
    return (count - 1) * stride >= side + before ? count - 1 : count
  }

  private func concatenated(_ inputs: [[Int]], _ axis: Int) throws(GraphError) -> [Int] {
    guard var shape = inputs.first else { throw error("takes at least one value") }
    try check(axis, in: shape)
    for input in inputs.dropFirst() {
      guard input.count == shape.count,
        shape.indices.allSatisfy({ $0 == axis || input[$0] == shape[$0] })
      else { throw error("\(text(shape)) and \(text(input)) do not join along axis \(axis)") }
      shape[axis] += input[axis]
    }
    return shape
  }

  private func product(_ left: [Int], _ right: [Int]) throws(GraphError) -> [Int] {
    guard left.count >= 2, right.count >= 2, left[left.count - 1] == right[right.count - 2],
      let batch = Graph.broadcast(Array(left.dropLast(2)), Array(right.dropLast(2)))
    else { throw error("\(text(left)) and \(text(right)) have no product") }
    return batch + [left[left.count - 2], right[right.count - 1]]
  }

  private func map(_ shape: [Int]) throws(GraphError) -> [Int] {
    guard shape.count == 4 else {
      throw error("expected [1, C, H, W], found \(text(shape))")
    }
    return shape
  }

  private func check(_ axis: Int, in shape: [Int]) throws(GraphError) {
    guard shape.indices.contains(axis) else {
      throw error("there is no axis \(axis) in \(text(shape))")
    }
  }

  private func text(_ shape: [Int]) -> String { "\(shape)" }

  private func error(_ problem: String) -> GraphError { GraphError(node: name, problem: problem) }
}

extension Graph {
  /// The shape of two values together, as NumPy broadcasts; nil if they do not go together.
  package static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    var shape: [Int] = []
    for axis in 0..<rank {
      let left = axis < rank - a.count ? 1 : a[axis - rank + a.count]
      let right = axis < rank - b.count ? 1 : b[axis - rank + b.count]
      guard left == right || left == 1 || right == 1 else { return nil }
      shape.append(left == 1 ? right : left)
    }
    return shape
  }

  /// Number of values of a shape; nil if that is no number.
  package static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      guard extent >= 0 else { return nil }
      let (product, overflows) = count.multipliedReportingOverflow(by: extent)
      if overflows { return nil }
      count = product
    }
    return count
  }
}

extension Graph.Operation {
  /// How many values the operation takes; nil for any number.
  package var inputCount: Int? {
    switch self {
    case .picture, .constant: 0
    case .combination, .matrixProduct: 2
    case .concatenation, .unknown: nil
    default: 1
    }
  }
}

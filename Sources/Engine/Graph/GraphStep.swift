import Networks

/// One node's work: its value from its inputs' and their gradients from its own.
struct GraphStep {
  /// What a node takes.
  struct Input {
    var node: Int
    var shape: [Int]
    var values: UnsafeMutablePointer<Float>
    /// Where its gradient is added up; nil if nobody wants it.
    var gradient: UnsafeMutablePointer<Float>?

    var count: Int { shape.reduce(1, *) }
  }

  let program: GraphProgram
  let node: Graph.Node
  let shape: [Int]
  var inputs: [Input]
  let output: UnsafeMutablePointer<Float>
  /// The gradient of the node's own value; nil in forward steps.
  var gradient: UnsafeMutablePointer<Float>?
  let scratch: UnsafeMutablePointer<Float>
  let tables: StepTables

  /// Prepares a step.
  init(
    program: GraphProgram, node: Graph.Node, shape: [Int], inputs: [Input],
    output: UnsafeMutablePointer<Float>, gradient: UnsafeMutablePointer<Float>? = nil,
    scratch: UnsafeMutablePointer<Float>
  ) {
    self.program = program
    self.node = node
    self.shape = shape
    self.inputs = inputs
    self.output = output
    self.gradient = gradient
    self.scratch = scratch
    tables = StepTables(node.operation, inputs: inputs.map(\.shape), output: shape)
  }

  var count: Int { shape.reduce(1, *) }

  /// Works the node's value out.
  func forward() throws(EngineError) {
    switch node.operation {
    case .picture, .constant, .unknown: break
    case .convolution(let convolution): try convolve(convolution)
    case .linear(let linear): try multiply(linear)
    case .matrixProduct: try multiplyMatrices()
    case .batchNorm(let norm): scaleChannels(norm)
    case .activation(let activation): activate(activation)
    case .softmax(let axis): softmax(axis)
    case .combination(let combination): combine(combination)
    case .concatenation(let axis): concatenate(axis)
    case .pool(let pool): self.pool(pool)
    case .reduction(let kind, let axes, _): reduce(kind, axes)
    case .normalization(let normalization): normalize(normalization)
    case .resizing: resize()
    case .reshape: output.update(from: inputs[0].values, count: count)
    case .transpose, .expansion:
      let values = inputs[0].values
      tables.walk.forEach { target, source in output[target] = values[source] }
    case .slice, .selection, .padding: place()
    }
  }

  /// Adds what the inputs' gradients owe to the node's own, where they are wanted.
  ///
  /// - Throws: `EngineError.library` if a product fails.
  func backward() throws(EngineError) {
    guard let gradient else { return }
    switch node.operation {
    case .picture, .constant, .unknown: break
    case .combination(let combination): combineBackward(combination, gradient)
    case .concatenation(let axis): concatenateBackward(axis, gradient)
    case .matrixProduct: try multiplyMatricesBackward(gradient)
    default:
      guard let target = inputs[0].gradient else { return }
      try backward(gradient, into: target)
    }
  }

  private func backward(
    _ gradient: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) throws(EngineError) {
    switch node.operation {
    case .convolution(let convolution): try convolveBackward(convolution, gradient, target)
    case .linear(let linear): try multiplyBackward(linear, gradient, target)
    case .batchNorm(let norm): scaleChannelsBackward(norm, gradient, target)
    case .activation(let activation): activateBackward(activation, gradient, target)
    case .softmax(let axis): softmaxBackward(axis, gradient, target)
    case .pool(let pool): poolBackward(pool, gradient, target)
    case .reduction(let kind, let axes, _): reduceBackward(kind, axes, gradient, target)
    case .normalization(let normalization): normalizeBackward(normalization, gradient, target)
    case .resizing: resizeBackward(gradient, target)
    case .reshape: for index in 0..<count { target[index] += gradient[index] }
    case .transpose, .expansion:
      tables.walk.forEach { from, to in target[to] += gradient[from] }
    case .slice, .selection, .padding: placeBackward(gradient, target)
    case .picture, .constant, .unknown, .combination, .concatenation, .matrixProduct: break
    }
  }
}

/// Every position of a shape, in order, beside where it lies in memory with other strides.
struct StridedWalk {
  var shape: [Int]
  var strides: [Int]

  init(shape: [Int], strides: [Int]) {
    self.shape = shape
    self.strides = strides
  }

  /// Row-major strides.
  static func contiguous(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() {
      strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
  }

  /// Strides that repeat a value over a larger shape, 0 where it is repeated.
  static func broadcast(_ own: [Int], to shape: [Int]) -> [Int] {
    let strides = contiguous(own)
    let more = shape.count - own.count
    return shape.indices.map { axis in
      axis < more || own[axis - more] == 1 ? 0 : strides[axis - more]
    }
  }

  /// Calls a body with each position's index in row-major order and its offset by the strides.
  @inline(__always)
  func forEach(_ body: (_ index: Int, _ offset: Int) -> Void) {
    let (inner, step) = (shape.last ?? 1, strides.last ?? 0)
    var index = 0
    Self.forEachRow(of: shape) { row in
      var offset = row.offset(strides)
      for _ in 0..<inner {
        body(index, offset)
        index += 1
        offset += step
      }
    }
  }

  /// A row along a shape's last axis.
  struct Row {
    /// Where it lies on each of the other axes.
    let positions: UnsafeMutableBufferPointer<Int>

    /// Where it begins, by strides.
    @inline(__always)
    func offset(_ strides: [Int]) -> Int {
      var sum = 0
      for axis in positions.indices { sum += positions[axis] * strides[axis] }
      return sum
    }
  }

  /// Calls a body with every row of a shape, in order; what counts lies on the stack.
  @inline(__always)
  static func forEachRow(of shape: [Int], _ body: (Row) -> Void) {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: max(shape.count - 1, 0)) { positions in
      positions.initialize(repeating: 0)
      for _ in 0..<shape.dropLast().reduce(1, *) {
        body(Row(positions: positions))
        for axis in positions.indices.reversed() {
          positions[axis] += 1
          if positions[axis] < shape[axis] { break }
          positions[axis] = 0
        }
      }
    }
  }
}

import Networks

extension GraphStep {
  func multiply(_ linear: Graph.Operation.Linear) throws(EngineError) {
    let (rows, features) = (count / linear.features, linear.features)
    for row in 0..<rows {
      let target = output + row * features
      if let bias = linear.bias {
        target.update(from: program.tensor(bias), count: features)
      } else {
        target.update(repeating: 0, count: features)
      }
    }
    try sgemm(
      "N", linear.isTransposed ? "N" : "T", rows, features, inputs[0].count / rows,
      inputs[0].values, program.tensor(linear.weights), 1, output)
  }

  func multiplyBackward(
    _ linear: Graph.Operation.Linear, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) throws(EngineError) {
    let (rows, features) = (count / linear.features, linear.features)
    try sgemm(
      "N", linear.isTransposed ? "T" : "N", rows, inputs[0].count / rows, features, gradient,
      program.tensor(linear.weights), 1, target)
  }

  func multiplyMatrices() throws(EngineError) {
    try forEachMatrix { (m, n, k, target, left, right) throws(EngineError) in
      try sgemm(
        "N", "N", m, n, k, inputs[0].values + left, inputs[1].values + right, 0, output + target)
    }
  }

  func multiplyMatricesBackward(
    _ gradient: UnsafeMutablePointer<Float>
  ) throws(EngineError) {
    try forEachMatrix { (m, n, k, own, left, right) throws(EngineError) in
      if let target = inputs[0].gradient {
        try sgemm("N", "T", m, k, n, gradient + own, inputs[1].values + right, 1, target + left)
      }
      if let target = inputs[1].gradient {
        try sgemm("T", "N", k, n, m, inputs[0].values + left, gradient + own, 1, target + right)
      }
    }
  }

  private func forEachMatrix(
    _ body: (_ m: Int, _ n: Int, _ k: Int, _ output: Int, _ left: Int, _ right: Int)
      throws(EngineError) -> Void
  ) throws(EngineError) {
    let (a, b) = (inputs[0].shape, inputs[1].shape)
    let (m, k, n) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
    for (index, pair) in tables.matrices.enumerated() {
      try body(m, n, k, index * m * n, pair.left * m * k, pair.right * k * n)
    }
  }

  // MARK: Two values together

  func combine(_ combination: Graph.Operation.Combination) {
    let (a, b) = (inputs[0].values, inputs[1].values)
    forEachPair { index, left, right in
      output[index] = combination(a[left], b[right])
    }
  }

  func combineBackward(
    _ combination: Graph.Operation.Combination, _ gradient: UnsafeMutablePointer<Float>
  ) {
    let (a, b) = (inputs[0].values, inputs[1].values)
    if let target = inputs[0].gradient {
      forEachPair { index, left, right in
        target[left] += gradient[index] * combination.slopes(a[left], b[right]).0
      }
    }
    if let target = inputs[1].gradient {
      forEachPair { index, left, right in
        target[right] += gradient[index] * combination.slopes(a[left], b[right]).1
      }
    }
  }

  @inline(__always)
  private func forEachPair(_ body: (_ index: Int, _ left: Int, _ right: Int) -> Void) {
    if inputs[0].shape == shape, inputs[1].shape == shape {
      for index in 0..<count { body(index, index, index) }
      return
    }
    let (left, right) = (tables.walk.strides, tables.second)
    let inner = shape.last ?? 1
    let (leftStep, rightStep) = (left.last ?? 0, right.last ?? 0)
    var index = 0
    StridedWalk.forEachRow(of: shape) { row in
      let (a, b) = (row.offset(left), row.offset(right))
      for x in 0..<inner {
        body(index, a + x * leftStep, b + x * rightStep)
        index += 1
      }
    }
  }
}

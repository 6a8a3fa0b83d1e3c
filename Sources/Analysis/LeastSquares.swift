/// Least squares by Levenberg's and Marquardt's method.
enum LeastSquares {
  /// What a step needs to know of a place: JᵀJ, Jᵀr and rᵀr, J the model's derivatives, r target − model.
  struct Normal {
    var matrix: [[Double]]
    var gradient: [Double]
    var error: Double
  }

  /// Goes downhill from a start until no step helps.
  ///
  /// - Parameters:
  ///   - start: Parameters to begin with.
  ///   - normal: Tells of a place.
  /// - Returns: Where it ended, and the sum of squares there.
  static func minimum(
    from start: [Double], _ normal: ([Double]) -> Normal
  ) -> (parameters: [Double], error: Double) {
    var parameters = start
    var damping = 1e-3
    var state = normal(parameters)
    for _ in 0..<200 {
      guard let step = solved(state.matrix, state.gradient, damping: damping) else {
        damping *= 10
        continue
      }
      let next = zip(parameters, step).map { $0 + $1 }
      let tried = normal(next)
      guard tried.error.isFinite, tried.error <= state.error else {
        damping *= 10
        if damping > 1e12 { break }
        continue
      }
      let isDone = state.error - tried.error <= 1e-12 * state.error
      parameters = next
      state = tried
      damping = max(damping / 10, 1e-12)
      if isDone { break }
    }
    return (parameters, state.error)
  }

  /// The normal equations of a curve at some points, its derivatives by central differences.
  static func normal(
    _ parameters: [Double], _ points: [(x: Double, y: Double)],
    _ curve: (_ x: Double, _ parameters: [Double]) -> Double
  ) -> Normal {
    let count = parameters.count
    var result = Normal(
      matrix: [[Double]](repeating: [Double](repeating: 0, count: count), count: count),
      gradient: [Double](repeating: 0, count: count), error: 0)
    let steps = parameters.map { 1e-6 * max(abs($0), 1) }
    let sides = parameters.indices.map { index in
      [1.0, -1.0].map { sign in
        var moved = parameters
        moved[index] += sign * steps[index]
        return moved
      }
    }
    for point in points {
      let residual = point.y - curve(point.x, parameters)
      let slopes = parameters.indices.map { index in
        (curve(point.x, sides[index][0]) - curve(point.x, sides[index][1])) / (2 * steps[index])
      }
      result.error += residual * residual
      for i in 0..<count {
        result.gradient[i] += slopes[i] * residual
        for j in 0..<count { result.matrix[i][j] += slopes[i] * slopes[j] }
      }
    }
    return result
  }

  /// (A + damping · diag A)⁻¹ b by Cholesky's decomposition; nil if that is not positive definite.
  private static func solved(
    _ matrix: [[Double]], _ vector: [Double], damping: Double
  ) -> [Double]? {
    let count = vector.count
    var lower = matrix
    for i in 0..<count { lower[i][i] *= 1 + damping }
    for j in 0..<count {
      for k in 0..<j { lower[j][j] -= lower[j][k] * lower[j][k] }
      guard lower[j][j] > 0 else { return nil }
      lower[j][j] = lower[j][j].squareRoot()
      for i in j + 1..<max(count, j + 1) {
        for k in 0..<j { lower[i][j] -= lower[i][k] * lower[j][k] }
        lower[i][j] /= lower[j][j]
      }
    }
    var solution = vector
    for i in 0..<count {
      for k in 0..<i { solution[i] -= lower[i][k] * solution[k] }
      solution[i] /= lower[i][i]
    }
    for i in (0..<count).reversed() {
      for k in i + 1..<max(count, i + 1) { solution[i] -= lower[k][i] * solution[k] }
      solution[i] /= lower[i][i]
    }
    return solution
  }
}

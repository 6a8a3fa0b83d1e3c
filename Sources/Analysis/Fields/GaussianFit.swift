import Foundation

/// The Gaussian with offset that lies nearest to a map by least squares:
/// offset + height · exp(−(y − y₀)²/2σ_y² − (x − x₀)²/2σ_x²).
public struct GaussianFit: Codable, Equatable, Sendable {
  /// Height above the offset.
  public var height: Double
  /// What is left far away.
  public var offset: Double
  /// Its middle, in the map's pixels.
  public var centre: FieldMap.Point
  /// Standard deviations in pixels.
  public var sigma: FieldMap.Point
  /// Share of the map's variance over its pixels that it accounts for.
  public var determination: Double

  /// Fits by Levenberg's and Marquardt's method, from the map's own moments; nil where no fit is found.
  ///
  /// - Parameter map: Of more than six pixels, not constant.
  public init?(_ map: FieldMap) {
    guard map.values.count > 6, let moments = map.moments, let highest = map.values.max(),
      let lowest = map.values.min(), highest > lowest
    else { return nil }
    // height, offset, y₀, x₀, log σ_y, log σ_x; in units of the map's range.
    let scale = highest - lowest
    var parameters = [
      1, lowest / scale, moments.centre.row, moments.centre.column,
      log(max(moments.sigma.row / 2, 0.5)), log(max(moments.sigma.column / 2, 0.5)),
    ]
    let target = map.values.map { $0 / scale }
    var damping = 1e-3
    var state = Self.normal(parameters, target, map)
    for _ in 0..<200 {
      guard let step = Self.solved(state.matrix, state.gradient, damping: damping) else {
        damping *= 10
        continue
      }
      let next = zip(parameters, step).map { $0 + $1 }
      let tried = Self.normal(next, target, map)
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
    let mean = target.reduce(0, +) / Double(target.count)
    let variance = target.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    height = parameters[0] * scale
    offset = parameters[1] * scale
    centre = FieldMap.Point(row: parameters[2], column: parameters[3])
    sigma = FieldMap.Point(row: exp(parameters[4]), column: exp(parameters[5]))
    determination = 1 - state.error / variance
    guard [height, offset, sigma.row, sigma.column, determination].allSatisfy(\.isFinite) else {
      return nil
    }
  }

  /// JᵀJ, Jᵀr and rᵀr.
  private static func normal(
    _ parameters: [Double], _ target: [Double], _ map: FieldMap
  ) -> (matrix: [[Double]], gradient: [Double], error: Double) {
    let (height, offset, y0, x0) = (parameters[0], parameters[1], parameters[2], parameters[3])
    let (sy, sx) = (exp(parameters[4]), exp(parameters[5]))
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: 6), count: 6)
    var gradient = [Double](repeating: 0, count: 6)
    var error = 0.0
    let along = (0..<map.width).map { (Double($0) - x0) / sx }
    let falls = along.map { exp(-$0 * $0 / 2) }
    for row in 0..<map.height {
      let y = (Double(row) - y0) / sy
      let fall = exp(-y * y / 2)
      for column in 0..<map.width {
        let x = along[column]
        let bell = fall * falls[column]
        let residual = target[row * map.width + column] - offset - height * bell
        let slope = height * bell
        let derivatives = (bell, 1.0, slope * y / sy, slope * x / sx, slope * y * y, slope * x * x)
        withUnsafeBytes(of: derivatives) { bytes in
          let d = bytes.bindMemory(to: Double.self)
          for i in 0..<6 {
            gradient[i] += d[i] * residual
            for j in 0...i { matrix[i][j] += d[i] * d[j] }
          }
        }
        error += residual * residual
      }
    }
    for i in 0..<6 { for j in i + 1..<6 { matrix[i][j] = matrix[j][i] } }
    return (matrix, gradient, error)
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

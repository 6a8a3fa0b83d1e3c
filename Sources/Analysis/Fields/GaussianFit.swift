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
    let fit = LeastSquares.minimum(from: parameters) { Self.normal($0, target, map) }
    parameters = fit.parameters
    let mean = target.reduce(0, +) / Double(target.count)
    let variance = target.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    height = parameters[0] * scale
    offset = parameters[1] * scale
    centre = FieldMap.Point(row: parameters[2], column: parameters[3])
    sigma = FieldMap.Point(row: exp(parameters[4]), column: exp(parameters[5]))
    determination = 1 - fit.error / variance
    guard [height, offset, sigma.row, sigma.column, determination].allSatisfy(\.isFinite) else {
      return nil
    }
  }

  /// JᵀJ, Jᵀr and rᵀr.
  ///
  /// Each derivative is a function of the row times one of the column, so that JᵀJ is made of sums along the
  /// axes, and Jᵀr takes four sums a row.
  private static func normal(
    _ parameters: [Double], _ target: [Double], _ map: FieldMap
  ) -> LeastSquares.Normal {
    let (height, offset) = (parameters[0], parameters[1])
    let rows = Axis(
      count: map.height, centre: parameters[2], sigma: exp(parameters[4]), height: height,
      at: (2, 4))
    let columns = Axis(
      count: map.width, centre: parameters[3], sigma: exp(parameters[5]), height: 1, at: (3, 5))
    var gradient = [Double](repeating: 0, count: 6)
    var error = 0.0
    target.withUnsafeBufferPointer { target in
      for row in 0..<map.height {
        let line = UnsafeBufferPointer(rebasing: target[row * map.width..<(row + 1) * map.width])
        let sums = columns.sums(of: line, offset: offset, factor: height * rows.bell[row])
        error += sums.squares
        gradient[0] += rows.factors[0][row] * sums.bell
        gradient[1] += sums.plain
        gradient[2] += rows.factors[2][row] * sums.bell
        gradient[3] += rows.factors[3][row] * sums.first
        gradient[4] += rows.factors[4][row] * sums.bell
        gradient[5] += rows.factors[5][row] * sums.second
      }
    }
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: 6), count: 6)
    for i in 0..<6 {
      for j in 0...i {
        matrix[i][j] = rows.product(i, j) * columns.product(i, j)
        matrix[j][i] = matrix[i][j]
      }
    }
    return LeastSquares.Normal(matrix: matrix, gradient: gradient, error: error)
  }

  /// What the derivatives with respect to height, offset, y₀, x₀, log σ_y and log σ_x are along one axis.
  private struct Axis {
    /// exp(−u²/2), u the distance from the centre in σ.
    let bell: [Double]
    /// For each derivative its factor at each position.
    let factors: [[Double]]
    /// The bell times u/σ and times u².
    let first: [Double]
    let second: [Double]

    /// Works them out; `own` are the places of the axis's own centre and σ among the derivatives.
    init(count: Int, centre: Double, sigma: Double, height: Double, at own: (Int, Int)) {
      let distances = (0..<count).map { (Double($0) - centre) / sigma }
      let bell = distances.map { exp(-$0 * $0 / 2) }
      self.bell = bell
      first = zip(bell, distances).map { $0 * $1 / sigma }
      second = zip(bell, distances).map { $0 * $1 * $1 }
      var factors = [[Double]](repeating: bell.map { height * $0 }, count: 6)
      factors[0] = bell
      factors[1] = [Double](repeating: 1, count: count)
      factors[own.0] = first.map { height * $0 }
      factors[own.1] = second.map { height * $0 }
      self.factors = factors
    }

    func product(_ i: Int, _ j: Int) -> Double {
      zip(factors[i], factors[j]).reduce(0) { $0 + $1.0 * $1.1 }
    }

    /// Sums over a line of the residuals, alone and times the bell, its two derivatives and themselves.
    func sums(
      of line: UnsafeBufferPointer<Double>, offset: Double, factor: Double
    ) -> (plain: Double, bell: Double, first: Double, second: Double, squares: Double) {
      typealias Lanes = SIMD4<Double>
      var (plain, bells, firsts, seconds, squares) = (
        Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero
      )
      bell.withUnsafeBufferPointer { bell in
        first.withUnsafeBufferPointer { first in
          second.withUnsafeBufferPointer { second in
            func add(_ value: Lanes, _ b: Lanes, _ f: Lanes, _ s: Lanes, _ mask: Lanes) {
              let residual = (value - offset - factor * b) * mask
              plain += residual
              bells += residual * b
              firsts += residual * f
              seconds += residual * s
              squares += residual * residual
            }
            func lanes(_ values: UnsafeBufferPointer<Double>, _ x: Int) -> Lanes {
              Lanes(values[x], values[x + 1], values[x + 2], values[x + 3])
            }
            let whole = line.count / 4 * 4
            for x in stride(from: 0, to: whole, by: 4) {
              add(
                lanes(line, x), lanes(bell, x), lanes(first, x), lanes(second, x),
                Lanes(repeating: 1))
            }
            for x in whole..<line.count {
              add(
                Lanes(repeating: line[x]), Lanes(repeating: bell[x]), Lanes(repeating: first[x]),
                Lanes(repeating: second[x]), Lanes(1, 0, 0, 0))
            }
          }
        }
      }
      return (plain.sum(), bells.sum(), firsts.sum(), seconds.sum(), squares.sum())
    }
  }
}

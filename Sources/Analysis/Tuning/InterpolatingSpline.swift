/// A cubic spline through points whose third derivative is continuous at the second and the last point but one
/// ("not a knot"), as FITPACK interpolates.
///
/// Beyond the points it goes on as its first and last cubics.
///
/// - SeeAlso: `fpcurf` of FITPACK with s = 0 and k = 3, which is SciPy's `UnivariateSpline(x, y, s=0)`: its knots
///   within are all points but the first two and the last two.
package struct InterpolatingSpline {
  private let x: [Double]
  private let y: [Double]
  /// Second derivatives at the points.
  private let curvatures: [Double]

  /// nil of fewer than four points, of places that do not ascend, and of what is not finite.
  ///
  /// - Parameters:
  ///   - x: Ascending, none twice.
  ///   - y: As many.
  package init?(x: [Double], y: [Double]) {
    guard x.count == y.count, x.count >= 4, zip(x, x.dropFirst()).allSatisfy(<),
      x.allSatisfy(\.isFinite), y.allSatisfy(\.isFinite)
    else { return nil }
    self.x = x
    self.y = y
    let steps = zip(x.dropFirst(), x).map { $0 - $1 }
    let slopes = zip(zip(y.dropFirst(), y).map { $0 - $1 }, steps).map { $0 / $1 }
    // h₋M₋ + 2(h₋ + h₊)M + h₊M₊ = 6(s₊ − s₋) at every point within; that M is linear over the first two and over the
    // last two intervals takes the outermost M out of the first and of the last equation.
    let inner = x.count - 2
    var lower = Array(steps[..<inner])
    var diagonal = (0..<inner).map { 2 * (steps[$0] + steps[$0 + 1]) }
    var upper = Array(steps[1...])
    var right = (0..<inner).map { 6 * (slopes[$0 + 1] - slopes[$0]) }
    let first = steps[0] / steps[1]
    let last = steps[inner] / steps[inner - 1]
    diagonal[0] += steps[0] * (1 + first)
    upper[0] -= steps[0] * first
    diagonal[inner - 1] += steps[inner] * (1 + last)
    lower[inner - 1] -= steps[inner] * last
    for row in 1..<inner {
      let factor = lower[row] / diagonal[row - 1]
      diagonal[row] -= factor * upper[row - 1]
      right[row] -= factor * right[row - 1]
    }
    right[inner - 1] /= diagonal[inner - 1]
    for row in (0..<inner - 1).reversed() {
      right[row] = (right[row] - upper[row] * right[row + 1]) / diagonal[row]
    }
    curvatures =
      [right[0] + first * (right[0] - right[1])] + right
      + [right[inner - 1] + last * (right[inner - 1] - right[inner - 2])]
  }

  /// The curve at a place.
  package func callAsFunction(_ place: Double) -> Double {
    let index = min(x.lastIndex { $0 <= place } ?? 0, x.count - 2)
    let step = x[index + 1] - x[index]
    let (before, after) = ((x[index + 1] - place) / step, (place - x[index]) / step)
    let bend =
      (before * before * before - before) * curvatures[index]
      + (after * after * after - after) * curvatures[index + 1]
    return before * y[index] + after * y[index + 1] + bend * step * step / 6
  }
}

/// A cubic curve through points that rises and falls only where they do (Fritsch and Carlson 1980, with the
/// harmonic means of Fritsch and Butland 1984).
struct MonotoneCurve {
  private let x: [Double]
  private let y: [Double]
  private let slopes: [Double]

  /// - Parameters:
  ///   - x: Ascending, two at least.
  ///   - y: As many.
  init(x: [Double], y: [Double]) {
    self.x = x
    self.y = y
    let steps = zip(x.dropFirst(), x).map { $0 - $1 }
    let secants = zip(zip(y.dropFirst(), y).map { $0 - $1 }, steps).map { $0 / $1 }
    slopes = x.indices.map { index in
      guard index > 0, index < secants.count else {
        return index == 0 ? secants[0] : secants[secants.count - 1]
      }
      let (before, after) = (secants[index - 1], secants[index])
      guard before * after > 0 else { return 0 }
      let (near, far) = (2 * steps[index] + steps[index - 1], steps[index] + 2 * steps[index - 1])
      return (near + far) / (near / before + far / after)
    }
  }

  /// The curve at a place within the points.
  func callAsFunction(_ place: Double) -> Double {
    let index = min(max(x.lastIndex { $0 <= place } ?? 0, 0), x.count - 2)
    let step = x[index + 1] - x[index]
    let t = (place - x[index]) / step
    let (t2, t3) = (t * t, t * t * t)
    return (2 * t3 - 3 * t2 + 1) * y[index] + (t3 - 2 * t2 + t) * step * slopes[index]
      + (3 * t2 - 2 * t3) * y[index + 1] + (t3 - t2) * step * slopes[index + 1]
  }

  /// The first place at which the curve reaches a level; nil if it never does.
  func firstCrossing(of level: Double) -> Double? {
    guard let index = y.firstIndex(where: { $0 >= level }) else { return nil }
    guard index > 0 else { return x[0] }
    var (low, high) = (x[index - 1], x[index])
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if self(middle) >= level { high = middle } else { low = middle }
    }
    return high
  }
}

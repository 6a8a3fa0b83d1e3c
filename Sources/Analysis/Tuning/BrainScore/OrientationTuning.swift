/// A channel's responses to orientations as a curve with a value at each degree.
///
/// Three half turns of the responses are smoothed over neighbours, as if nothing were answered beyond their ends, and
/// joined by a cubic spline; what is read off lies in the middle half turn.
///
/// - SeeAlso: `calc_bandwidth` of Brain-Score's `properties_common`.
package struct OrientationTuning {
  /// What a neighbour counts for beside a response itself, as the windows are called there.
  package enum Smoothing: Double {
    case hanning = 0.4
    case smooth = 0.2
  }

  /// The whole degree with the highest value, 0 to 179.
  package let preferred: Int
  /// The values from −180 to 359 degrees.
  private let values: [Double]

  /// nil of what makes no curve.
  ///
  /// - Parameters:
  ///   - responses: One an orientation, two at least.
  ///   - orientations: In degrees, ascending, within half a turn.
  ///   - smoothing: The window.
  package init?(responses: [Double], orientations: [Double], smoothing: Smoothing) {
    guard responses.count > 1, responses.count == orientations.count else { return nil }
    let thrice = [responses, responses, responses].joined().map { $0 }
    let (share, whole) = (smoothing.rawValue, 1 + 2 * smoothing.rawValue)
    let smoothed = thrice.indices.map { index in
      let before = index > 0 ? thrice[index - 1] : 0
      let after = index + 1 < thrice.count ? thrice[index + 1] : 0
      return (share * before + thrice[index] + share * after) / whole
    }
    let places = [-180.0, 0, 180].flatMap { turn in orientations.map { $0 + turn } }
    guard let spline = InterpolatingSpline(x: places, y: smoothed) else { return nil }
    values = (-180..<360).map { spline(Double($0)) }
    guard let best = values[180..<360].firstIndexOfLargest else { return nil }
    preferred = best - 180
  }

  /// Degrees between the nearest values on either side that are at most a share of the highest; nil where there is
  /// none on a side, and of more than half a turn.
  package func bandwidth(at share: Double) -> Double? {
    let peak = preferred + 180
    let level = share * values[peak]
    guard let low = values[..<peak].lastIndex(where: { $0 <= level }),
      let high = values[(peak + 1)...].firstIndex(where: { $0 <= level }), high - low <= 180
    else { return nil }
    return Double(high - low)
  }
}

extension Collection where Element == Double {
  /// Where the largest lies first; nil of none, and of what is not finite.
  var firstIndexOfLargest: Index? {
    guard let largest = self.max(), largest.isFinite else { return nil }
    return firstIndex(of: largest)
  }
}

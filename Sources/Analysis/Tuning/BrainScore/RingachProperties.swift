import Foundation

/// Magnitude and orientation selectivity of the mean rate at the preferred frequency, after Ringach, Shapley, Hawken
/// 2002.
///
/// Rates are in spikes a second and have the baseline in them; the bandwidth is half the width in degrees at .707 of
/// the smoothed peak, and a channel is selective if it has one.
///
/// - SeeAlso: `ringach2002_properties`, `calc_circular_variance`, `calc_bandwidth` and
///   `calc_orthogonal_preferred_ratio` of Brain-Score.
enum RingachProperties {
  static let names = [
    "baseline", "max_dc", "min_dc", "max_ac", "modulation_ratio", "circular_variance", "bandwidth",
    "orthogonal_preferred_ratio", "orientation_selective", "circular_variance_bandwidth_ratio",
    "orthogonal_preferred_ratio_circular_variance_difference",
    "orthogonal_preferred_ratio_bandwidth_ratio",
  ]

  static func values(_ rates: ChannelRates) -> [Double?] {
    guard let wave = rates.preferredWave else {
      return [Double?](repeating: nil, count: names.count)
    }
    let curve = rates.overOrientations(rates.means, through: wave)
    let (highest, modulation) = (rates.means[wave], rates.modulations[wave])
    let tuning = OrientationTuning(
      responses: curve, orientations: rates.orientations, smoothing: .hanning)
    let bandwidth = tuning?.bandwidth(at: 0.707).map { $0 / 2 }
    let variance = circularVariance(curve, rates.orientations)
    let ratio = orthogonalRatio(curve)
    return [
      rates.baseline, highest, curve.min(), modulation, modulation / highest, variance, bandwidth,
      ratio, tuning.map { _ in bandwidth == nil ? 0 : 1 }, bandwidth.map { variance / $0 },
      ratio - variance, bandwidth.map { ratio / $0 },
    ]
  }

  /// 1 − |Σ R e^(2iθ)| / Σ |R|.
  private static func circularVariance(_ curve: [Double], _ orientations: [Double]) -> Double {
    let (x, y) = zip(curve, orientations).reduce(into: (0.0, 0.0)) { sum, pair in
      let angle = 2 * pair.1 * .pi / 180
      sum.0 += pair.0 * cos(angle)
      sum.1 += pair.0 * sin(angle)
    }
    return 1 - (x * x + y * y).squareRoot() / curve.reduce(0) { $0 + abs($1) }
  }

  /// The response half the orientations further, rounded down, over the highest.
  private static func orthogonalRatio(_ curve: [Double]) -> Double {
    guard let best = curve.firstIndexOfLargest else { return .nan }
    return curve[(best + curve.count / 2) % curve.count] / curve[best]
  }
}

import Foundation

/// A channel's responses to spatial frequencies as a curve with 100 values, equally far apart in octaves.
///
/// The responses are smoothed over neighbours, the outermost beside themselves, and joined by a cubic spline over the
/// frequencies' logarithms.
///
/// - SeeAlso: `calc_spatial_frequency_tuning` of Brain-Score's `properties_common`, with its window `smooth`.
package struct FrequencyTuning {
  /// The frequency with the highest value.
  package let peak: Double
  /// The frequencies' binary logarithms.
  private let octaves: [Double]
  private let values: [Double]
  private let best: Int

  /// nil of what makes no curve.
  ///
  /// - Parameters:
  ///   - responses: One a frequency, four at least.
  ///   - frequencies: Ascending.
  package init?(responses: [Double], frequencies: [Double]) {
    let count = frequencies.count
    let logarithms = frequencies.map { log2($0) }
    guard responses.count == count, count >= 4 else { return nil }
    let share = 0.2
    let smoothed = responses.indices.map { index in
      let neighbours = responses[max(index - 1, 0)] + responses[min(index + 1, count - 1)]
      return (responses[index] + share * neighbours) / (1 + 2 * share)
    }
    guard let spline = InterpolatingSpline(x: logarithms, y: smoothed) else { return nil }
    let step = (logarithms[count - 1] - logarithms[0]) / 99
    octaves = (0..<99).map { logarithms[0] + Double($0) * step } + [logarithms[count - 1]]
    values = octaves.map { spline($0) }
    guard let best = values.firstIndexOfLargest else { return nil }
    self.best = best
    peak = exp2(octaves[best])
  }

  /// The nearest lower frequency with at most a share of the highest value in percent of the nearest higher one; nil
  /// where either is missing.
  package func bandwidth(at share: Double) -> Double? {
    let level = share * values[best]
    guard let low = values[..<best].lastIndex(where: { $0 <= level }),
      let high = values[(best + 1)...].firstIndex(where: { $0 <= level })
    else { return nil }
    return exp2(octaves[low]) / exp2(octaves[high]) * 100
  }
}

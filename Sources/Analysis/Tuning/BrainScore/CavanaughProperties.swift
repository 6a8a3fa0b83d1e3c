/// Size tuning after Cavanaugh, Bair, Movshon 2002.
///
/// Read off discs of the preferred grating at the highest contrast, by their mean above the blank or by their
/// modulation. A map to rates multiplies both, which changes no property: what it is taken for here is only whether
/// the channel counts. Rates that would be cut at zero are not, as single phases of discs are not recorded.
///
/// - SeeAlso: `calc_size_tuning` and `cavanaugh2002_properties` of Brain-Score.
enum CavanaughProperties {
  static let names = [
    "surround_suppression_index", "strongly_suppressed", "grating_summation_field",
    "surround_diameter", "surround_grating_summation_field_ratio",
  ]

  /// Reads a channel's sizes.
  ///
  /// - Parameters:
  ///   - sizes: Responses above the blank's, by ascending radius.
  ///   - radii: In degrees.
  ///   - slope: Spikes a second per unit of response; nil where it is not known, and every channel counts.
  /// - Returns: The index (peak − plateau)/peak; whether it is .1 at least; of cells with more the diameter in degrees
  ///   of the first disc with 95 % of the peak, that of the first one beyond the best whose response is at most 5 %
  ///   above the plateau, and the second over the first.
  static func values(sizes: [Double], radii: [Double], slope: Double?) -> [Double?] {
    guard sizes.count == radii.count, let best = sizes.firstIndexOfLargest,
      let plateau = sizes.last, sizes[best] != 0,
      slope.map({ $0 * sizes[best] > ChannelRates.threshold }) ?? true
    else { return [Double?](repeating: nil, count: names.count) }
    let peak = sizes[best]
    let index = (peak - plateau) / peak
    let isStrong: Double = index >= 0.1 ? 1 : 0
    guard peak > 0, index > 0.1, let first = sizes.firstIndex(where: { $0 >= 0.95 * peak }) else {
      return [index, isStrong, nil, nil, nil]
    }
    let field = 2 * radii[first]
    let threshold = plateau + 0.05 * abs(plateau)
    let surround = zip(sizes, radii).dropFirst(best + 1).first { $0.0 <= threshold }.map {
      2 * $0.1
    }
    return [index, isStrong, field, surround, surround.map { $0 / field }]
  }
}

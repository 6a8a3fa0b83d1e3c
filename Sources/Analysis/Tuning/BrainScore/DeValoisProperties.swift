/// The orientation (De Valois, Yund, Hepler 1982) and the spatial frequency (De Valois, Albrecht, Thorell 1982) that a
/// channel answers to most.
///
/// The orientation, in degrees from −22.5 up to 157.5, is that of the mean rate, smoothed. The frequency, in cycles a
/// degree, is that of the mean above the baseline or of the modulation, whichever is larger at its highest.
///
/// - SeeAlso: `devalois1982a_properties` and `devalois1982b_properties` of Brain-Score.
enum DeValoisProperties {
  static let names = ["preferred_orientation", "peak_spatial_frequency"]

  static func values(_ rates: ChannelRates) -> [Double?] {
    [preferredOrientation(rates), peakSpatialFrequency(rates)]
  }

  private static func preferredOrientation(_ rates: ChannelRates) -> Double? {
    guard let wave = rates.preferredWave,
      let tuning = OrientationTuning(
        responses: rates.overOrientations(rates.means, through: wave),
        orientations: rates.orientations, smoothing: .smooth)
    else { return nil }
    let degrees = Double(tuning.preferred)
    return degrees >= 157.5 ? degrees - 180 : degrees
  }

  private static func peakSpatialFrequency(_ rates: ChannelRates) -> Double? {
    let excess = rates.means.map { $0 - rates.baseline }
    // Each wave's mean stands before its modulation, so that the first of equals is the same one.
    let both = zip(excess, rates.modulations).flatMap { [$0, $1] }
    guard let best = both.firstIndexOfLargest, both[best] > ChannelRates.threshold else {
      return nil
    }
    return FrequencyTuning(
      responses: rates.overFrequencies(
        best % 2 == 0 ? excess : rates.modulations, through: best / 2),
      frequencies: rates.frequencies)?.peak
  }
}

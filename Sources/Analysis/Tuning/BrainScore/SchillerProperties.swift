/// Selectivity for spatial frequency of the mean rate at the preferred orientation, after Schiller, Finlay, Volman 1976.
///
/// The bandwidth is the frequency below the peak at which the smoothed rate has fallen to .707 of it, in percent of
/// that above; a channel is selective if it has one.
///
/// - SeeAlso: `schiller1976_properties` of Brain-Score.
enum SchillerProperties {
  static let names = ["spatial_frequency_selective", "spatial_frequency_bandwidth"]

  static func values(_ rates: ChannelRates) -> [Double?] {
    guard let wave = rates.preferredWave,
      let tuning = FrequencyTuning(
        responses: rates.overFrequencies(rates.means, through: wave),
        frequencies: rates.frequencies)
    else { return [nil, nil] }
    let bandwidth = tuning.bandwidth(at: 0.707)
    return [bandwidth == nil ? 0 : 1, bandwidth]
  }
}

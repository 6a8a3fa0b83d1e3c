/// A channel's properties by the names and rules that Brain-Score's benchmarks of primary visual cortex have.
///
/// Each benchmark counts only cells whose response exceeds 5 spikes a second: others have none of its properties,
/// and what is not a number there is nil. What takes rates is nil of runs that recorded no phases.
///
/// - SeeAlso: Marques, Schrimpf, DiCarlo 2021, and `PROPERTY_NAMES` of Brain-Score's benchmarks `marques2020`.
public struct BrainScoreProperties: Equatable, Sendable {
  /// The values in the order of the names.
  public let values: [Double?]

  /// Names of the properties, study by study.
  public static let names =
    CavanaughProperties.names + DeValoisProperties.names + RingachProperties.names
    + SchillerProperties.names

  /// Reads a channel's curves.
  ///
  /// - Parameters:
  ///   - sizes: Responses to discs of the preferred grating above the blank's, by ascending radius.
  ///   - radii: Their radii in degrees.
  ///   - rates: Its rates for the search's gratings; nil where they are not known.
  public init(sizes: [Double], radii: [Double], rates: ChannelRates?) {
    let none = [Double?](repeating: nil, count: Self.names.count - CavanaughProperties.names.count)
    values =
      CavanaughProperties.values(sizes: sizes, radii: radii, slope: rates?.slope)
      + (rates.map {
        DeValoisProperties.values($0) + RingachProperties.values($0) + SchillerProperties.values($0)
      } ?? none)
  }

  /// A property by its name.
  public subscript(name: String) -> Double? {
    Self.names.firstIndex(of: name).flatMap { values[$0] }
  }
}

/// The spikes a second that Brain-Score takes a layer's activations for.
///
/// Activations below zero count as zero; an affine map then gives the channels that respond the median baseline and
/// the median highest mean over phases that cells of V1 have; rates below zero count as zero, phase by phase. A
/// channel responds if its highest mean exceeds its blank by more than 5/243.1 of the most that any does.
///
/// The medians there are over all of a layer's units whose field, as mapped with small gratings, lies within .15° of
/// the stimuli's centre, here over a node's channels at its central position. There gratings have three radii a
/// frequency ("cycles"), here they fill the picture: one.
///
/// - SeeAlso: `firing_rates_affine` and `get_firing_rates` of Brain-Score's `properties_common`.
public struct FiringRates: Sendable {
  /// Spikes a second per unit of activation; NaN where no channel's mean exceeds its blank.
  public let slope: Double
  /// Spikes a second of no activation.
  public let offset: Double
  private let search: GratingSearch

  /// Reads the map off a node's responses.
  public init(_ search: GratingSearch) {
    self.search = search
    let (blank, highest) = search.blank.indices.reduce(into: ([Double](), [Double]())) {
      lists, channel in
      let means = search.responses.map { phases in
        phases.reduce(0) { $0 + Self.positive($1[channel]) } / Double(phases.count)
      }
      lists.0.append(Self.positive(search.blank[channel]))
      lists.1.append(means.max() ?? 0)
    }
    let excess = zip(highest, blank).map { $0 - $1 }
    let threshold = 5 / 243.1 * (excess.max() ?? 0)
    let responsive = excess.indices.filter { excess[$0] > threshold }
    func median(_ values: [Double]) -> Double {
      responsive.isEmpty ? .nan : Bootstrap.quantile(responsive.map { values[$0] }.sorted(), 0.5)
    }
    let (baseline, response) = (median(blank), median(highest))
    slope = (33.8 - 0.82) / (response - baseline)
    offset = 0.82 - slope * baseline
  }

  /// The rate for an activation.
  public func callAsFunction(_ activation: Double) -> Double {
    Self.positive(slope * Self.positive(activation) + offset)
  }

  private static func positive(_ value: Double) -> Double { value < 0 ? 0 : value }

  /// A channel's rates.
  public func rates(ofChannel channel: Int) -> ChannelRates {
    let both = search.responses.map { phases in
      TuningMeasure.both(phases.map { self($0[channel]) }, blank: 0)
    }
    return ChannelRates(
      orientations: search.orientations, frequencies: search.frequencies, slope: slope,
      baseline: self(search.blank[channel]), means: both.map(\.mean),
      modulations: both.map(\.modulation))
  }
}

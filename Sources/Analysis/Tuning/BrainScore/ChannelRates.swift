/// A channel's answers to full gratings in spikes a second.
public struct ChannelRates: Equatable, Sendable {
  /// Orientations in degrees, ascending.
  public var orientations: [Double]
  /// Spatial frequencies in cycles a degree, ascending.
  public var frequencies: [Double]
  /// Spikes a second per unit of activation.
  public var slope: Double
  /// The rate for mean grey.
  public var baseline: Double
  /// The means over phases, one a wave, the orientations of one frequency after the other.
  public var means: [Double]
  /// The amplitudes of the first harmonics over phases, likewise.
  public var modulations: [Double]

  /// Notes rates.
  public init(
    orientations: [Double], frequencies: [Double], slope: Double, baseline: Double,
    means: [Double], modulations: [Double]
  ) {
    let waves = orientations.count * frequencies.count
    precondition(means.count == waves && modulations.count == waves, "rates of other waves")
    self.orientations = orientations
    self.frequencies = frequencies
    self.slope = slope
    self.baseline = baseline
    self.means = means
    self.modulations = modulations
  }

  /// By how much a response must exceed the baseline in spikes a second for a cell to count, in every study.
  package static let threshold = 5.0

  /// The wave with the highest mean; nil of a channel whose mean never exceeds the baseline by the threshold.
  var preferredWave: Int? {
    means.firstIndexOfLargest.flatMap { means[$0] > baseline + Self.threshold ? $0 : nil }
  }

  /// Values at all orientations of a wave's frequency.
  func overOrientations(_ values: [Double], through wave: Int) -> [Double] {
    let first = wave - wave % orientations.count
    return Array(values[first..<first + orientations.count])
  }

  /// Values at all frequencies of a wave's orientation.
  func overFrequencies(_ values: [Double], through wave: Int) -> [Double] {
    stride(from: wave % orientations.count, to: values.count, by: orientations.count).map {
      values[$0]
    }
  }
}

import Foundation

/// What a unit answers to gratings of growing size, and the numbers that physiology takes from it.
///
/// Responses are above the blank picture's. Sampled radii quantise all radii; `interpolatedSummation` lies on a
/// monotone curve between them (Fritsch and Carlson 1980, over log radius).
public struct SizeTuning: Codable, Equatable, Sendable {
  /// Radii of the discs in pixels, ascending.
  public var radii: [Double]
  /// The response to each, above the blank.
  public var responses: [Double]
  /// The largest response.
  public var peak: Double
  /// Grating summation field: the first radius with at least 95 % of the peak.
  public var summation: Double
  /// The same on the curve between the samples.
  public var interpolatedSummation: Double
  /// The response to the largest disc.
  public var plateau: Double
  /// The first radius beyond the summation field whose response is within 5 % of the plateau; nil where there is
  /// none beyond it.
  public var surround: Double?
  /// (peak − plateau)/peak: 0 of a unit that nothing suppresses; above 1 of one that the largest disc drives below
  /// the blank.
  public var suppression: Double

  /// Reads a curve; nil unless some disc drives the unit above the blank.
  ///
  /// - Parameters:
  ///   - radii: In pixels, ascending, two at least.
  ///   - responses: Above the blank's, one a radius.
  public init?(radii: [Double], responses: [Double]) {
    guard radii.count == responses.count, radii.count > 1, let peak = responses.max(), peak > 0,
      responses.allSatisfy(\.isFinite), let plateau = responses.last,
      let first = responses.firstIndex(where: { $0 >= 0.95 * peak })
    else { return nil }
    self.radii = radii
    self.responses = responses
    self.peak = peak
    self.plateau = plateau
    summation = radii[first]
    suppression = (peak - plateau) / peak
    surround =
      zip(radii, responses).dropFirst(first + 1)
      .first { abs($0.1 - plateau) <= 0.05 * abs(plateau) }?.0
    interpolatedSummation =
      MonotoneCurve(x: radii.map { log($0) }, y: responses)
      .firstCrossing(of: 0.95 * peak).map { exp($0) } ?? summation
  }

  /// Annulus minimum field: the first inner radius at which the grating outside of it drives the unit by less than
  /// 5 % of the discs' peak; nil where every annulus drives it by more.
  ///
  /// - Parameter annuli: The responses to what lies outside of each radius, above the blank's.
  /// - Returns: A radius in pixels.
  public func annulusField(_ annuli: [Double]) -> Double? {
    zip(radii, annuli).first { $0.1 < 0.05 * peak }?.0
  }
}

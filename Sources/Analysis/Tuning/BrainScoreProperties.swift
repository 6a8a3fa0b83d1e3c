import Foundation

/// A channel's properties by the names and rules that Brain-Score's benchmarks of primary visual cortex have.
///
/// Of Cavanaugh et al. 2002 the sizes, which Brain-Score gives only to cells whose suppression exceeds .1; of De
/// Valois et al. 1982 the preferred orientation; of Ringach et al. 2002 the circular variance and the ratio of the
/// responses to the orthogonal and to the preferred orientation. Brain-Score scales a layer's responses to spikes a
/// second first, which changes none of them but by its offset.
///
/// - SeeAlso: `calc_size_tuning`, `calc_circular_variance` and `calc_orthogonal_preferred_ratio` of Brain-Score's
///   `properties_common`; Marques, Schrimpf, DiCarlo 2021.
public struct BrainScoreProperties: Equatable, Sendable {
  /// (peak − plateau)/peak.
  public var surroundSuppressionIndex: Double
  /// 1 where that is at least .1, else 0.
  public var stronglySuppressed: Double
  /// Diameter in degrees of the first disc with 95 % of the peak; nil of cells that are not suppressed.
  public var gratingSummationField: Double?
  /// Diameter in degrees of the first disc beyond the best whose response is at most 5 % above the plateau.
  public var surroundDiameter: Double?
  /// The second over the first.
  public var surroundGratingSummationFieldRatio: Double?
  /// In degrees.
  public var preferredOrientation: Double?
  /// 1 − |Σ R e^(2iθ)| / Σ |R|.
  public var circularVariance: Double?
  /// The response to the orthogonal orientation over that to the preferred one; nil of an odd number of orientations.
  public var orthogonalPreferredRatio: Double?

  /// Names of the properties, as Brain-Score's data have them.
  public static let names = [
    "surround_suppression_index", "strongly_suppressed", "grating_summation_field",
    "surround_diameter", "surround_grating_summation_field_ratio", "preferred_orientation",
    "circ_var", "orth_pref_ratio",
  ]

  /// The values in the order of the names.
  public var values: [Double?] {
    [
      surroundSuppressionIndex, stronglySuppressed, gratingSummationField, surroundDiameter,
      surroundGratingSummationFieldRatio, preferredOrientation, circularVariance,
      orthogonalPreferredRatio,
    ]
  }

  /// Reads a channel's curves.
  ///
  /// - Parameters:
  ///   - sizes: Responses to discs above the blank's, by ascending radius.
  ///   - radii: Their radii in degrees.
  ///   - orientations: Responses to the preferred frequency's full gratings; empty where they are not known.
  ///   - angles: Their orientations in radians, over half a turn.
  public init?(sizes: [Double], radii: [Double], orientations: [Double], angles: [Double]) {
    guard let peak = sizes.max(), let plateau = sizes.last, peak != 0, sizes.count == radii.count,
      let best = sizes.firstIndex(of: peak)
    else { return nil }
    surroundSuppressionIndex = (peak - plateau) / peak
    stronglySuppressed = surroundSuppressionIndex >= 0.1 ? 1 : 0
    if peak > 0, surroundSuppressionIndex > 0.1,
      let first = sizes.firstIndex(where: { $0 >= 0.95 * peak })
    {
      let field = 2 * radii[first]
      let threshold = plateau + 0.05 * abs(plateau)
      let surround = zip(sizes, radii).dropFirst(best + 1).first { $0.0 <= threshold }
      gratingSummationField = field
      surroundDiameter = surround.map { 2 * $0.1 }
      surroundGratingSummationFieldRatio = surround.map { 2 * $0.1 / field }
    }
    guard !orientations.isEmpty, orientations.count == angles.count,
      let highest = orientations.max(), let preferred = orientations.firstIndex(of: highest)
    else { return }
    preferredOrientation = angles[preferred] * 180 / .pi
    let whole = orientations.reduce(0) { $0 + abs($1) }
    if whole > 0 {
      let (x, y) = zip(orientations, angles).reduce(into: (0.0, 0.0)) { sum, pair in
        sum.0 += pair.0 * cos(2 * pair.1)
        sum.1 += pair.0 * sin(2 * pair.1)
      }
      circularVariance = 1 - (x * x + y * y).squareRoot() / whole
    }
    if orientations.count % 2 == 0, highest != 0 {
      let orthogonal = (preferred + orientations.count / 2) % orientations.count
      orthogonalPreferredRatio = orientations[orthogonal] / highest
    }
  }
}

import Foundation

/// A channel's responses as they were measured, above the blank's.
public struct TunedChannel: Sendable {
  /// Which of the node's.
  public var channel: Int
  /// What is judged.
  public var measure: TuningMeasure
  /// Its preferred orientation in radians.
  public var orientation: Double
  /// Its preferred frequency in cycles a pixel.
  public var frequency: Double
  /// `[contrast][radius]`, contrasts ascending.
  public var discs: [[Double]]
  /// `[contrast][radius]` with the gates held; nil without gates.
  public var heldDiscs: [[Double]]?
  /// By radius, at the highest contrast.
  public var annuli: [Double]

  /// Notes responses.
  public init(
    channel: Int, measure: TuningMeasure, orientation: Double, frequency: Double,
    discs: [[Double]], heldDiscs: [[Double]]?, annuli: [Double]
  ) {
    self.channel = channel
    self.measure = measure
    self.orientation = orientation
    self.frequency = frequency
    self.discs = discs
    self.heldDiscs = heldDiscs
    self.annuli = annuli
  }
}

extension TuningResults.Node {
  /// Analyses a node's responding channels.
  ///
  /// - Parameters:
  ///   - name: The node's.
  ///   - theoretical: Size of its theoretical field in pixels.
  ///   - channels: How many it has.
  ///   - tuned: Those that respond.
  ///   - attention: `[contrast][radius][branch]`.
  ///   - stimuli: What was shown.
  public init(
    name: String, theoretical: [Int], channels: Int, tuned: [TunedChannel],
    attention: [[[Double]]], stimuli: TuningResults.Stimuli
  ) {
    self.name = name
    self.theoretical = theoretical
    self.channels = channels
    self.attention = attention
    units = tuned.compactMap { TuningResults.Unit($0, stimuli) }
    responding = units.count
    summary = units.isEmpty ? nil : TuningResults.Summary(units, stimuli)
  }
}

extension TuningResults.Unit {
  fileprivate init?(_ tuned: TunedChannel, _ stimuli: TuningResults.Stimuli) {
    guard let highest = tuned.discs.last,
      let tuning = SizeTuning(radii: stimuli.radii, responses: highest)
    else { return nil }
    channel = tuned.channel
    measure = tuned.measure
    orientation = tuned.orientation
    frequency = tuned.frequency
    self.tuning = tuning
    annuli = tuned.annuli
    annulusField = tuning.annulusField(tuned.annuli)
    ratioOfGaussians = RatioOfGaussians(radii: stimuli.radii, responses: highest)
    differenceOfGaussians = DifferenceOfGaussians(radii: stimuli.radii, responses: highest)
    // What is 2 % of the largest response is lost in the rounding of a few layers at low contrasts.
    func summation(_ responses: [Double]) -> Double? {
      guard let own = SizeTuning(radii: stimuli.radii, responses: responses),
        own.peak > 0.02 * tuning.peak
      else { return nil }
      return own.interpolatedSummation
    }
    byContrast = stimuli.contrasts.enumerated().map { index, contrast in
      TuningResults.AtContrast(
        contrast: contrast, responses: tuned.discs[index],
        heldResponses: tuned.heldDiscs?[index], summation: summation(tuned.discs[index]),
        heldSummation: tuned.heldDiscs.flatMap { summation($0[index]) })
    }
  }

  /// The summation field at the lowest contrast that has one over that at the highest.
  fileprivate func ratio(_ value: (TuningResults.AtContrast) -> Double?) -> Double? {
    guard let high = byContrast.last.flatMap(value), byContrast.count > 1,
      let low = byContrast.dropLast().lazy.compactMap(value).first
    else { return nil }
    return low / high
  }
}

extension TuningResults.Summary {
  fileprivate init(_ units: [TuningResults.Unit], _ stimuli: TuningResults.Stimuli) {
    summation = TuningResults.Quartiles(units.map(\.tuning.interpolatedSummation))
    surround = TuningResults.Quartiles(units.compactMap(\.tuning.surround))
    suppression = TuningResults.Quartiles(units.map(\.tuning.suppression))
    annulusField = TuningResults.Quartiles(units.compactMap(\.annulusField))
    contrastRatio = TuningResults.Quartiles(units.compactMap { $0.ratio(\.summation) })
    heldContrastRatio = TuningResults.Quartiles(units.compactMap { $0.ratio(\.heldSummation) })
    let scale = 2 * stimuli.degreesPerPixel
    summationOctaves = Self.octaves(units.map { scale * $0.tuning.interpolatedSummation })
    surroundOctaves = Self.octaves(units.compactMap(\.tuning.surround).map { scale * $0 })
  }

  /// How many diameters lie in each octave from 1/16 to 16; what lies beyond counts for the nearest.
  private static func octaves(_ degrees: [Double]) -> [Int] {
    var counts = [Int](repeating: 0, count: 8)
    for value in degrees where value > 0 {
      counts[min(max(Int((log2(value) + 4).rounded(.down)), 0), 7)] += 1
    }
    return counts
  }
}

extension TuningResults.Quartiles {
  /// By linear interpolation between neighbours; nil of none.
  package init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    let sorted = values.sorted()
    count = sorted.count
    self.values = [0.25, 0.5, 0.75].map { Bootstrap.quantile(sorted, $0) }
  }
}

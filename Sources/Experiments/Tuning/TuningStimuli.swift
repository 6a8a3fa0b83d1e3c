import Analysis
import Foundation
import Networks
import Stimuli

/// The gratings of a tuning experiment at one size of input.
struct TuningStimuli: Sendable {
  /// An orientation with a frequency.
  struct Wave: Hashable, Sendable {
    var orientation: Double
    var frequency: Double
  }

  let waves: [Wave]
  let phases: [Double]
  let radii: [Double]
  let contrasts: [Double]
  let edge: Grating.Edge
  let picture: SpatialSize
  let preprocessing: Preprocessing
  /// The network's input for mean grey.
  let blank: [Float]

  /// What results say of it.
  let described: TuningResults.Stimuli

  init(_ experiment: TuningExperiment, picture: SpatialSize, preprocessing: Preprocessing) {
    let side = Double(min(picture.height, picture.width))
    let orientations = (0..<experiment.orientations).map {
      Double.pi * Double($0) / Double(experiment.orientations)
    }
    let frequencies = Self.ratios(from: 1 / side, to: 0.25, count: experiment.frequencies)
    radii = Self.ratios(from: side / 76, to: 0.6 * side, count: experiment.radii)
    waves = frequencies.flatMap { frequency in
      orientations.map { Wave(orientation: $0, frequency: frequency) }
    }
    phases = (0..<experiment.phases).map { 2 * .pi * Double($0) / Double(experiment.phases) }
    contrasts = experiment.contrasts
    edge = experiment.edge
    self.picture = picture
    self.preprocessing = preprocessing
    blank = preprocessing.input(luminances: [Double](repeating: 0.5, count: picture.count))
    described = TuningResults.Stimuli(
      orientations: orientations, frequencies: frequencies, phases: phases.count, radii: radii,
      contrasts: contrasts, edge: edge.rawValue, degreesPerPixel: experiment.degrees / side)
  }

  private static func ratios(from low: Double, to high: Double, count: Int) -> [Double] {
    guard count > 1 else { return [(low * high).squareRoot()] }
    return (0..<count).map { low * pow(high / low, Double($0) / Double(count - 1)) }
  }

  /// The network's input for a grating about a centre.
  func input(
    _ wave: Wave, phase: Double, contrast: Double, aperture: Grating.Aperture,
    about centre: FieldMap.Point
  ) -> [Float] {
    preprocessing.input(
      luminances: Grating(
        frequency: wave.frequency, orientation: wave.orientation, phase: phase, contrast: contrast,
        aperture: aperture, edge: edge, row: centre.row, column: centre.column
      ).luminances(height: picture.height, width: picture.width))
  }
}

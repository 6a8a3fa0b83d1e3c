import Foundation

/// What size tuning found, as `results.json` has it.
public struct TuningResults: ResultsDocument, Equatable {
  /// The version of this layout.
  public var formatVersion = 1
  /// The network's name, and its file's hash.
  public var model: String
  /// SHA-256 of the file.
  public var sha256: String
  /// Height and width of the input in pixels.
  public var input: [Int]
  /// What was shown.
  public var stimuli: Stimuli
  /// The nodes, in the order in which a picture passes them.
  public var nodes: [Node]
  /// Gratings that could not be used, with the reason; nil in results of before.
  public var failed: [FailedPhotograph]?
  /// How much of the run this rests on; nil of a finished one.
  public var unfinished: Unfinished?

  /// The gratings that were shown.
  public struct Stimuli: Codable, Equatable, Sendable {
    /// Orientations in radians.
    public var orientations: [Double]
    /// Spatial frequencies in cycles a pixel.
    public var frequencies: [Double]
    /// Phases of each, over a whole cycle.
    public var phases: Int
    /// Radii of discs and annuli in pixels.
    public var radii: [Double]
    /// Michelson contrasts, ascending; the search and the annuli have the last.
    public var contrasts: [Double]
    /// How apertures end.
    public var edge: String
    /// What a pixel counts for beside an eye's measurements.
    public var degreesPerPixel: Double

    /// Describes stimuli.
    public init(
      orientations: [Double], frequencies: [Double], phases: Int, radii: [Double],
      contrasts: [Double], edge: String, degreesPerPixel: Double
    ) {
      self.orientations = orientations
      self.frequencies = frequencies
      self.phases = phases
      self.radii = radii
      self.contrasts = contrasts
      self.edge = edge
      self.degreesPerPixel = degreesPerPixel
    }
  }

  /// A node's channels at its central position.
  public struct Node: Codable, Equatable, Sendable {
    /// Its name.
    public var name: String
    /// Size of its theoretical field in pixels, rows and columns.
    public var theoretical: [Int]
    /// Its channels.
    public var channels: Int
    /// Those that answer by more than 2 % of the one that answers most.
    public var responding: Int
    /// Over the responding channels; nil if there are none.
    public var summary: Summary?
    /// For each contrast and radius the mean attention of each of the unit's branches; empty where it has none.
    public var attention: [[[Double]]]
    /// The responding channels.
    public var units: [Unit]
  }

  /// Three quartiles over channels.
  public struct Quartiles: Codable, Equatable, Sendable {
    /// How many channels have the number.
    public var count: Int
    /// The first, the median and the third.
    public var values: [Double]
  }

  /// Channels taken together.
  ///
  /// They are not independent: no interval is given.
  public struct Summary: Codable, Equatable, Sendable {
    /// Summation field, on the monotone curve, as a radius in pixels.
    public var summation: Quartiles?
    /// Surround, as a radius in pixels.
    public var surround: Quartiles?
    /// Suppression index.
    public var suppression: Quartiles?
    /// Annulus minimum field, as a radius in pixels.
    public var annulusField: Quartiles?
    /// Summation field at the lowest contrast at which a channel answers over that at the highest.
    public var contrastRatio: Quartiles?
    /// The same with the gates held at what the highest contrast made of them; nil without gates.
    public var heldContrastRatio: Quartiles?
    /// Channels by the diameter of their summation field, in octaves from 1/16 to 16 degrees.
    public var summationOctaves: [Int]
    /// Channels by the diameter of their surround, likewise.
    public var surroundOctaves: [Int]
  }

  /// A channel.
  public struct Unit: Codable, Equatable, Sendable {
    /// Which of the node's.
    public var channel: Int
    /// Whether it is judged by its mean over phases or by its modulation (F1), whichever is larger at the optimum.
    public var measure: TuningMeasure
    /// Its preferred grating.
    public var orientation: Double
    /// In cycles a pixel.
    public var frequency: Double
    /// The discs at the highest contrast.
    public var tuning: SizeTuning
    /// The annuli at the highest contrast.
    public var annuli: [Double]
    /// Annulus minimum field.
    public var annulusField: Double?
    /// The two fits to the discs.
    public var ratioOfGaussians: RatioOfGaussians?
    /// The other.
    public var differenceOfGaussians: DifferenceOfGaussians?
    /// At each contrast, ascending.
    public var byContrast: [AtContrast]
  }

  /// A channel at one contrast.
  public struct AtContrast: Codable, Equatable, Sendable {
    /// The contrast.
    public var contrast: Double
    /// Responses to the discs.
    public var responses: [Double]
    /// The same with the gates held at what the highest contrast made of them; nil without gates.
    public var heldResponses: [Double]?
    /// Summation field on the monotone curve; nil where it does not answer.
    public var summation: Double?
    /// The same with the gates held at what the highest contrast made of them; nil without gates.
    public var heldSummation: Double?
  }

  /// Puts results together.
  public init(
    model: String, sha256: String, input: [Int], stimuli: Stimuli, nodes: [Node]
  ) {
    self.model = model
    self.sha256 = sha256
    self.input = input
    self.stimuli = stimuli
    self.nodes = nodes
  }

  /// The results as JSON.
  public func json() throws -> String { try JSONText.of(self) }
}

/// What of the responses over a grating's phases counts.
public enum TuningMeasure: String, Codable, Sendable {
  /// Their mean above the blank's.
  case mean
  /// The amplitude of their first harmonic.
  case modulation

  /// Reads responses over a whole cycle of phases.
  public static func both(_ responses: [Double], blank: Double) -> (
    mean: Double, modulation: Double
  ) {
    let count = Double(responses.count)
    let mean = responses.reduce(0, +) / count - blank
    var (real, imaginary) = (0.0, 0.0)
    for (index, response) in responses.enumerated() {
      let angle = 2 * Double.pi * Double(index) / count
      real += response * cos(angle)
      imaginary += response * sin(angle)
    }
    return (mean, 2 * (real * real + imaginary * imaginary).squareRoot() / count)
  }
}

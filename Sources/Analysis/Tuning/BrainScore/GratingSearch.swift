/// What a node's channels answered to full gratings, phase by phase, in the network's own units.
public struct GratingSearch: Equatable, Sendable {
  /// Orientations in degrees, ascending from 0 within half a turn.
  public var orientations: [Double]
  /// Spatial frequencies in cycles a degree, ascending.
  public var frequencies: [Double]
  /// `[wave][phase][channel]`; waves are the orientations of one frequency after the other.
  public var responses: [[[Double]]]
  /// What each channel answered to mean grey.
  public var blank: [Double]

  /// Notes responses; every phase has as many as the blank.
  public init(
    orientations: [Double], frequencies: [Double], responses: [[[Double]]], blank: [Double]
  ) {
    precondition(
      responses.count == orientations.count * frequencies.count
        && responses.allSatisfy { $0.allSatisfy { $0.count == blank.count } },
      "responses to other waves, or of other channels")
    self.orientations = orientations
    self.frequencies = frequencies
    self.responses = responses
    self.blank = blank
  }
}

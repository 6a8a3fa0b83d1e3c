import Stimuli
import SystemPackage

/// What measured fields are to be held against.
public struct AskedNulls: Sendable {
  /// How many networks with initial weights, of as many seeds.
  public var seeds = 3
  /// Sides of the input in pixels; nil for three and five quarters of the network's, where it takes them.
  public var sizes: [Int]?
  /// Photographs and folders of them that stand in for the others, one for one as far as they go.
  public var others: [FilePath] = []
  /// Controls of the zoom; nil for the usual ones of its protocol.
  public var controls: [Control]?

  /// Asks for the usual nulls.
  public init() {}
}

extension FieldExperiment {
  /// The controls whose fields stand beside the zoom's.
  func nullControls(atScales scales: [Double]) -> [Control] {
    guard let nulls, !images.isEmpty, scales.count > 1 else { return [] }
    return (nulls.controls ?? zoomProtocol.usualControls(atScales: scales)).filter(\.hasStimuli)
  }
}

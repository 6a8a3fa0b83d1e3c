/// A lesion experiment as its user asks for it: a zoom whose network is changed in all these ways.
public struct LesionExperiment: Equatable, Sendable {
  /// Photographs, network, scales and folder; controls, examples and channels are not recorded.
  public let zoom: ZoomExperiment
  /// What is put in the attention's place.
  public let lesions: [Lesion]

  /// Asks for a lesion experiment.
  public init(_ zoom: ZoomExperiment, lesions: [Lesion] = Lesion.allCases) {
    var zoom = zoom
    zoom.controls = []
    zoom.examples = []
    zoom.keep = .means
    self.zoom = zoom
    self.lesions = lesions
  }
}

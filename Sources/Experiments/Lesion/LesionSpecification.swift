import Analysis
import Foundation

/// Everything that decides what a lesion run records and reports, as its store keeps it.
struct LesionSpecification: Codable, Equatable {
  var lesions: [Lesion]
  /// Stimuli, units, arithmetic and seed.
  var zoom: ZoomSpecification
  /// What is judged; nil for the default, which runs of before have too.
  var primary: LesionDeclaration?
  /// Whether a photograph's attention is left out of the means that take its place; runs of before counted it in.
  var leavesOutOwn: Bool?

  init(lesions: [Lesion], zoom: ZoomSpecification, primary: LesionDeclaration) {
    self.lesions = lesions
    self.zoom = zoom
    self.primary = primary == LesionDeclaration() ? nil : primary
    leavesOutOwn = true
  }

  init(json: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(json.utf8)) }

  var excludesOwn: Bool { leavesOutOwn == true }

  /// The scale whose attention `frozen` keeps: 1, or the smallest if 1 is not among them.
  var frozenScale: Double {
    let scales = zoom.stimuli.scales
    return scales.contains(1) ? 1 : zoom.stimuli.smallestScale
  }

  /// The scale whose attention `reverse` keeps.
  var reverseScale: Double {
    LesionResults.farthestScale(among: zoom.stimuli.scales, from: frozenScale)
  }
}

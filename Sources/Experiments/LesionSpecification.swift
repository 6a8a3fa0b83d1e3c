import Foundation

/// Everything that decides what a lesion run records and reports, as its store keeps it.
struct LesionSpecification: Codable, Equatable {
  var lesions: [Lesion]
  /// Stimuli, units, arithmetic and seed.
  var zoom: RunSpecification

  init(lesions: [Lesion], zoom: RunSpecification) {
    self.lesions = lesions
    self.zoom = zoom
  }

  /// Whether a run's specification is a lesion run's.
  static func isOne(_ json: String) -> Bool { (try? Self(json: json)) != nil }

  init(json: String) throws { self = try JSONDecoder().decode(Self.self, from: Data(json.utf8)) }

  /// The scale whose attention `frozen` keeps: 1, or the smallest if 1 is not among them.
  var frozenScale: Double {
    let scales = zoom.stimuli.scales
    return scales.contains(1) ? 1 : zoom.stimuli.smallestScale
  }
}

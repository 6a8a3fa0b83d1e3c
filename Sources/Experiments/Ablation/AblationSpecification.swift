import Analysis
import Foundation
import Networks
import Stimuli

/// An ablation as its store keeps it: what table and figure need beside the outcomes.
struct AblationSpecification: Codable, Equatable {
  struct Variant: Codable, Equatable {
    var name: String
    var architecture: Architecture
    var macs: Int
    var paper: AblationResults.PaperRow?
  }

  var name: String
  var training: AblationResults.Training
  var reference: String
  var variants: [Variant]
  /// The planned differences; nil for those from the reference, as in ablations of before.
  var contrasts: [AblationResults.ContrastPlan]?
  /// Whether variants with attention have a zoom, and whether they have a lesion run.
  var hasZoom: Bool
  var hasLesions: Bool

  /// The key of an outcome in the store.
  static func key(_ variant: String, seed: UInt64, _ kind: Kind) -> String {
    "\(AblationFolder.slug(variant))/seed-\(seed)/\(kind.rawValue)"
  }

  enum Kind: String { case training, zoom, lesions }

  /// The key of this value itself.
  static let key = "ablation"
}

/// What a network is shown, as the store keeps it: a zoom goes with the same only.
struct AblationZoomSpecification: Codable, Equatable {
  var images: [String]
  var scales: [Double]
  var `protocol`: String
  var controls: [String]
  var lesions: [String]
  /// The primary family; nil for the default one.
  var primary: FamilyDeclaration?
}

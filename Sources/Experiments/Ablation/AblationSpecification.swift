import Analysis
import Checkpoints
import Foundation
import Networks
import Observing
import Stimuli
import SystemPackage
import TrainingRuns

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

/// What an outcome of an ablation came of, as the store keeps it.
protocol OutcomeSpecification: Codable {
  /// The same by the names that were recorded, where it is the same but for how they were typed.
  func known(as recorded: Self) -> Self
}

extension TrainingSpecification: OutcomeSpecification {
  func known(as recorded: TrainingSpecification) -> TrainingSpecification { self }
}

/// What a network is shown, as the store keeps it: a zoom goes with the same only.
struct AblationZoomSpecification: OutcomeSpecification, Equatable {
  /// The photographs' paths as they were typed.
  var images: [String]
  /// SHA-256 of the photographs' names and contents; nil in ablations of before.
  var photographs: String?
  var scales: [Double]
  var `protocol`: String
  var controls: [String]
  var lesions: [String]
  /// The primary family; nil for the default one.
  var primary: FamilyDeclaration?
}

extension AblationZoomSpecification {
  /// A digest of photographs' names within the deepest folder that holds them all, and of their contents.
  static func digest(of paths: [FilePath], _ hashes: [String?]) -> String {
    let lines = zip(paths.withoutCommonFolder, hashes).map { name, hash in
      Array(name.map(\.string).joined(separator: "/").utf8) + Array("\t\(hash ?? "")\n".utf8)
    }
    return SHA256.hexDigest(of: lines.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
  }

  /// Photographs are known by content and name: the same folder may be typed relative, absolute or from
  /// another working folder.
  func known(as recorded: AblationZoomSpecification) -> AblationZoomSpecification {
    let names = [images, recorded.images].map {
      Set($0.map { FilePath($0) }.withoutCommonFolder)
    }
    guard images.count == recorded.images.count, names[0] == names[1],
      recorded.photographs.map({ $0 == photographs }) ?? true
    else { return self }
    var known = self
    (known.images, known.photographs) = (recorded.images, recorded.photographs)
    return known
  }
}

import Foundation
import SystemPackage

/// What an ablation leaves in its folder beside its store.
struct AblationFolder {
  let folder: String

  /// The folder of one training of a variant; its zoom and its lesion run lie within.
  func training(_ variant: String, seed: UInt64) -> String {
    path("trainings/\(Self.slug(variant))/seed-\(seed)")
  }

  /// A name in letters that every file system takes: `K3 + K5` is `k3-k5`.
  static func slug(_ name: String) -> String {
    let parts = name.lowercased().split { !$0.isASCII || !($0.isLetter || $0.isNumber) }
    return parts.joined(separator: "-")
  }

  private func path(_ name: String) -> String {
    FilePath(folder).appending(name).string
  }
}

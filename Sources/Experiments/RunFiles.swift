import Foundation
import Recording
import SystemPackage

/// What a run leaves in its folder beside its store; all of it can be made again from the store.
enum RunFiles {
  static let results = "results.json"
  static let lesions = "lesions.json"
  static let report = "report.html"
  static let figures = "figures"
  static let examples = "examples"

  static let all: Set = [results, lesions, report, figures, examples]

  /// Deletes a run and what it left, and nothing else.
  static func remove(from folder: String) throws {
    try RunStore.remove(from: folder)
    for name in all {
      let path = FilePath(folder).appending(name).string
      guard FileManager.default.fileExists(atPath: path) else { continue }
      do {
        try FileManager.default.removeItem(atPath: path)
      } catch {
        throw ExperimentError.failure("\(path): cannot be removed")
      }
    }
  }
}

import Foundation
import SystemPackage

/// What a training leaves in its folder.
struct TrainingFiles {
  let folder: String

  var checkpoint: String { path("checkpoint.safetensors") }
  var best: String { path("best.safetensors") }
  var last: String { path("last.safetensors") }
  var log: String { path("log.csv") }
  var curve: String { path("training-curve.png") }

  /// Makes the folder if there is none.
  func makeFolder() throws {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw ExperimentError.failure("\(folder): the folder cannot be made")
    }
  }

  private func path(_ name: String) -> String {
    FilePath(folder).appending(name).string
  }
}

import Foundation
import Observing
import Recording
import SystemPackage

/// What a training leaves in its folder.
package struct TrainingFolder {
  package let folder: String

  package init(folder: String) { self.folder = folder }

  /// Names of all of it.
  package static let written = [
    "checkpoint.safetensors", "best.safetensors", "last.safetensors", "log.csv",
    "training-curve.png",
  ]

  var checkpoint: String { path(Self.written[0]) }
  var best: String { path(Self.written[1]) }
  package var last: String { path(Self.written[2]) }
  var log: String { path(Self.written[3]) }
  var curve: String { path(Self.written[4]) }

  /// Refuses a folder that another training, or somebody else, has put something in.
  ///
  /// A training writes its checkpoint before anything else, so that whatever lies beside one is its own.
  ///
  /// - Throws: One line naming what is in the way.
  func checkFree() throws {
    guard let others = try FolderListing.strangers(in: folder, besides: FolderLock.fileNames) else {
      return
    }
    throw ExperimentError.failure(
      "\(folder): \(others) and no checkpoint of a training; choose another --out")
  }

  /// Refuses files that lie elsewhere, which would be replaced there.
  func checkOwn() throws {
    for path in Self.written.map(path) {
      var status = stat()
      guard lstat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
        throw ExperimentError.failure("\(path): is no file of the training's own; move it away")
      }
    }
  }

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

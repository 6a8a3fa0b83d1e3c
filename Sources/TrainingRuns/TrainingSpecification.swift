import Checkpoints
import Files
import Foundation
import Networks
import SystemPackage
import TrainingData

/// What a training's outcome depends on, as its checkpoint keeps it: a run goes on only with the same.
package struct TrainingSpecification: Codable, Hashable {
  /// The pictures, as far as they can be told apart without decoding them.
  package struct Pictures: Codable, Hashable {
    package var layout: TrainingSets.Layout
    package var classes: [String]
    package var training: Int
    package var validation: Int
    /// Hash over paths within the data set, classes and sizes in bytes; of CIFAR, over the pixels.
    package var sha256: String
  }

  var name: String
  var architecture: Architecture
  var preprocessing: Preprocessing
  var pictures: Pictures
  var recipe: TrainingRecipe
  var seed: UInt64

  package init(_ experiment: TrainingExperiment, pictures: Pictures) throws {
    name = experiment.name
    architecture = experiment.architecture
    architecture.classes = pictures.classes.count
    preprocessing = experiment.preprocessing
    self.pictures = pictures
    recipe = experiment.recipe
    seed = experiment.seed
    try architecture.validate()
  }
}

extension TrainingSpecification.Pictures {
  /// The pictures of an experiment's data set.
  package init(_ sets: TrainingSets, of experiment: TrainingExperiment) {
    self.init(
      layout: sets.layout, classes: sets.training.classes, training: sets.training.count,
      validation: sets.validation?.count ?? 0,
      sha256: Self.hash(
        sets, FilePath(experiment.data), validation: experiment.validation.map { FilePath($0) }))
  }

  private static func hash(
    _ sets: TrainingSets, _ data: FilePath, validation: FilePath?
  ) -> String {
    var folders: [(path: FilePath, name: FilePath)] = [(data, "")]
    if let validation { folders.append((validation, name(of: validation, within: data))) }
    var hash = SHA256()
    for pictures in [sets.training, sets.validation].compactMap({ $0 }) {
      for item in pictures.items {
        if let picture = item.kept {
          hash.update([UInt8(truncatingIfNeeded: item.classIndex)] + picture.pixels)
          continue
        }
        guard let file = item.file else { continue }
        let size = (try? file.stat())?.size ?? 0
        // The same data set elsewhere on the disk is the same.
        var path = file
        let folder = folders.first { path.removePrefix($0.path) }
        if let folder { path = folder.name.pushing(path) }
        hash.update(
          Array((folder == nil ? "" : "/").utf8) + path.bytes
            + Array("\t\(item.classIndex)\t\(size)\n".utf8))
      }
    }
    return hash.hexDigest()
  }

  /// What a folder is called within another, one of them typed relative and the other absolute; nothing where it does
  /// not lie there, or where the paths themselves tell it.
  private static func name(of inner: FilePath, within outer: FilePath) -> FilePath {
    guard inner.isAbsolute != outer.isAbsolute, let identity = try? outer.identity() else {
      return ""
    }
    var folder = FilePath(FileManager.default.currentDirectoryPath).pushing(inner)
    var names: [FilePath.Component] = []
    while let last = folder.lastComponent {
      if (try? folder.identity()) == identity { return FilePath(root: nil, names.reversed()) }
      names.append(last)
      folder.removeLastComponent()
    }
    return ""
  }
}

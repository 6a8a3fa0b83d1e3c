import Foundation
import TrainingData

/// The photographs that a request names, in the order of their paths.
public struct ImageList: Equatable, Sendable {
  /// Paths, sorted, each once.
  public let paths: [String]

  /// Collects files as they are named and folders' pictures, searched whole.
  ///
  /// - Throws: `ExperimentError` for what does not exist and for folders without pictures.
  public init(_ sources: [String]) throws {
    var paths: Set<String> = []
    for source in sources {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
        throw ExperimentError.failure("\(source): no such file or folder")
      }
      if isFolder.boolValue {
        let found = try Self.pictures(in: source)
        if found.isEmpty {
          throw ExperimentError.failure("\(source): holds no .jpg, .jpeg or .png file")
        }
        paths.formUnion(found)
      } else {
        paths.insert(FilePath.normalized(source))
      }
    }
    guard !paths.isEmpty else { throw ExperimentError.usage("no photographs are named") }
    self.paths = paths.sorted()
  }

  private static func pictures(in folder: String) throws -> [String] {
    guard let names = PictureFiles.names(in: folder) else {
      throw ExperimentError.failure("\(folder): the folder cannot be read")
    }
    return names.map { FilePath.normalized(folder + "/" + $0) }
  }
}

extension Array {
  /// So many elements, evenly spaced in their order; all if there are no more.
  func evenlySpaced(_ count: Int) -> [Element] {
    let taken = Swift.min(count, self.count)
    return (0..<taken).map { self[(2 * $0 + 1) * self.count / (2 * taken)] }
  }
}

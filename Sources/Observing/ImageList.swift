import Files
import Foundation
import Pictures
import SystemPackage

/// The photographs that a request names, in the order of their paths.
public struct ImageList: Equatable, Sendable {
  /// Paths in the order of their bytes, each once.
  public let paths: [FilePath]
  /// What lies in the folders and was not taken.
  public let skipped: SkippedFiles

  /// Collects files as they are named and folders' pictures, searched whole.
  ///
  /// - Throws: `ExperimentError` for what does not exist and for folders without pictures,
  ///   `PictureError` for folders that cannot be read.
  public init(_ sources: [FilePath]) throws {
    var paths: Set<FilePath> = []
    var skipped = SkippedFiles()
    for source in sources {
      guard source.exists else {
        throw ExperimentError.failure("\(source.text): no such file or folder")
      }
      let place = source.withoutDetours()
      guard place.isFolder else {
        paths.insert(place)
        continue
      }
      let found = try PictureListing(of: place)
      if found.pictures.isEmpty {
        throw ExperimentError.failure(
          "\(source.text): holds no .jpg, .jpeg, .jfif or .png file"
            + (found.skipped.text.map { "; skipped: \($0)" } ?? ""))
      }
      paths.formUnion(found.pictures)
      skipped.add(found.skipped)
    }
    guard !paths.isEmpty else { throw ExperimentError.usage("no photographs are named") }
    self.paths = paths.sortedByBytes()
    self.skipped = skipped
  }
}

extension SkippedFiles {
  /// The line that says what was not taken; nil if there is nothing to say.
  package var line: String? { text.map { "skipped: \($0)" } }
}

extension Array {
  /// So many elements, evenly spaced in their order; all if there are no more.
  package func evenlySpaced(_ count: Int) -> [Element] {
    let taken = Swift.min(count, self.count)
    return (0..<taken).map { self[(2 * $0 + 1) * self.count / (2 * taken)] }
  }
}

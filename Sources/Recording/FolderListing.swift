import Files
import SystemPackage

/// What a folder holds that nobody expects.
package enum FolderListing {
  /// Words for files in a folder that is to be a run's, to follow the folder's name.
  ///
  /// - Parameters:
  ///   - folder: The folder.
  ///   - known: Names that may be there.
  /// - Returns: `holds other files (a.jpg, …)`; nil if it holds none, or is not there.
  /// - Throws: `RecordingError` if the folder cannot be read.
  package static func strangers(in folder: String, besides known: Set<String>) throws -> String? {
    removeLeftovers(in: FilePath(folder))
    let names: [FilePath.Component]
    do {
      names = try FilePath(folder).names()
    } catch {
      if error == .noSuchFileOrDirectory { return nil }
      throw RecordingError.storage(folder: folder, reason: "the folder cannot be read")
    }
    let others = names.map(\.text).filter { !known.contains($0) }.sorted()
    guard let first = others.first else { return nil }
    return "holds other files (\(first)\(others.count > 1 ? ", …" : ""))"
  }
}

import Foundation

/// Finds picture files in folders.
package enum PictureFiles {
  private static let extensions: Set<String> = ["jpg", "jpeg", "png"]

  /// The pictures in a folder and the folders within, hidden ones left out.
  ///
  /// - Returns: Paths relative to the folder, in no particular order; nil if it cannot be read.
  package static func names(in folder: String) -> [String]? {
    guard FileManager.default.isReadableFile(atPath: folder),
      let names = FileManager.default.enumerator(atPath: folder)
    else { return nil }
    var found: [String] = []
    for case let name as String in names {
      let file = (name as NSString).lastPathComponent
      let isPicture = extensions.contains((name as NSString).pathExtension.lowercased())
      if isPicture && !file.hasPrefix(".") { found.append(name) }
    }
    return found
  }

  /// Names of the folders directly within a folder, sorted, hidden ones left out.
  static func folders(in folder: String) throws(DataSetError) -> [String] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      throw DataSetError(folder, isFolder(folder) ? "the folder cannot be read" : "no such folder")
    }
    return names.filter { !$0.hasPrefix(".") && isFolder(folder + "/" + $0) }.sorted()
  }

  static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}

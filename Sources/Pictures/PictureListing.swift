import Files
import SystemPackage

/// The pictures of a folder and the folders within, and what else lies there.
///
/// A picture is told from its name, a folder from what it is. Links are followed, and each folder is
/// searched once, under its own name rather than a link's, so that a link to a folder around it ends. What
/// is hidden is left out, and so is a run's folder: its figures are no photographs.
public struct PictureListing: Equatable, Sendable {
  /// The pictures, in the order of their paths' bytes.
  public let pictures: [FilePath]
  /// What was left out.
  public let skipped: SkippedFiles

  /// Searches a folder.
  ///
  /// - Throws: `PictureError` for a folder, here or within, that cannot be read.
  public init(of folder: FilePath) throws(PictureError) {
    try self.init(of: folder, besides: [])
  }

  /// Searches a folder, but not those that were searched elsewhere.
  package init(
    of folder: FilePath, besides others: Set<FilePath.Identity>
  ) throws(PictureError) {
    var pictures: [FilePath] = []
    var skipped = SkippedFiles()
    var seen = others
    var folders = [folder]
    var links: [FilePath] = []
    while let place = folders.popLast() ?? links.popLast() {
      guard seen.insert(try Self.identity(of: place)).inserted else {
        skipped.add(.linkedTwice)
        continue
      }
      let contents = try FolderContents(place)
      if contents.holdsStore && place != folder {
        skipped.add(.run)
        continue
      }
      pictures += contents.pictures
      skipped.add(contents.skipped)
      folders += contents.folders
      guard !contents.linkedFolders.isEmpty else { continue }
      // In a fixed order, which decides the name of a folder linked twice; the last is taken first.
      links = (links + contents.linkedFolders).sortedByBytes().reversed()
    }
    self.pictures = pictures.sortedByBytes()
    self.skipped = skipped
  }

  private static func identity(of folder: FilePath) throws(PictureError) -> FilePath.Identity {
    do throws(Errno) {
      return try folder.identity()
    } catch {
      throw PictureError(path: folder.text, reason: "the folder cannot be read: \(error)")
    }
  }
}

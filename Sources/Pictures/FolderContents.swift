import Files
import SystemPackage

/// What lies directly in a folder, in no particular order.
package struct FolderContents {
  /// Folders, hidden ones left out.
  package private(set) var folders: [FilePath] = []
  /// What leads to a folder.
  package private(set) var linkedFolders: [FilePath] = []
  /// Files whose names are those of pictures that can be read.
  package private(set) var pictures: [FilePath] = []
  /// Everything else.
  package private(set) var skipped = SkippedFiles()
  /// Whether a run or a training keeps its records here.
  package private(set) var holdsStore = false

  /// Names of the files in which a zoom or lesion run, an ablation and a training keep what they did.
  package static let stores = ["run.sqlite", "ablation.sqlite", "checkpoint.safetensors"]

  /// Extensions that Pillow, too, takes for JPEG's and PNG's.
  private static let readable: Set = ["jpg", "jpeg", "jpe", "jfif", "png"]

  /// Extensions of other formats of pictures.
  private static let foreign: Set = [
    "apng", "arw", "avif", "bmp", "cr2", "cr3", "dib", "dng", "eps", "exr", "gif", "heic", "heif",
    "ico", "j2k", "jp2", "jxl", "nef", "orf", "pbm", "pcx", "pgm", "pnm", "ppm", "psd", "raf",
    "rw2",
    "svg", "tga", "tif", "tiff", "webp",
  ]

  /// Looks at everything in a folder.
  ///
  /// - Throws: `PictureError` if the folder, or what something in it leads to, cannot be looked at.
  package init(_ folder: FilePath) throws(PictureError) {
    let names: [FilePath.Component]
    do throws(Errno) {
      names = try folder.names()
    } catch {
      throw PictureError(path: folder.text, reason: "the folder cannot be read: \(error)")
    }
    for name in names {
      let path = folder.appending(name)
      do throws(Errno) {
        try take(path, name)
      } catch {
        throw PictureError(path: path.text, reason: "cannot be looked at: \(error)")
      }
    }
  }

  private mutating func take(_ path: FilePath, _ name: FilePath.Component) throws(Errno) {
    guard var type = try Self.type(of: path, followingLinks: false) else { return }
    let isLink = type == .symbolicLink
    if isLink { type = try Self.type(of: path, followingLinks: true) ?? .symbolicLink }
    let isFolder = type == .directory
    let kind = name.extension?.lowercased() ?? ""
    if Self.stores.contains(name.string) && !isFolder { holdsStore = true }
    if name.string.hasPrefix(".") {
      skipped.add(isFolder ? .hiddenFolder : .hiddenFile)
    } else if isFolder {
      if isLink { linkedFolders.append(path) } else { folders.append(path) }
    } else if Self.readable.contains(kind) {
      // Pipes and links that lead nowhere too: whoever reads them says so by name.
      pictures.append(path)
    } else {
      skipped.add(Self.foreign.contains(kind) ? .format(kind) : .other)
    }
  }

  /// What a path leads to; nil for nothing.
  private static func type(
    of path: FilePath, followingLinks: Bool
  ) throws(Errno) -> FileType? {
    do throws(Errno) {
      return try path.stat(followTargetSymlink: followingLinks).type
    } catch {
      switch error {
      case .noSuchFileOrDirectory, .notDirectory, .tooManySymbolicLinkLevels: return nil
      default: throw error
      }
    }
  }
}

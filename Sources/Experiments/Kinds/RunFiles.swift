import Files
import Foundation
import Observing
import Recording
import SystemPackage

/// What a run leaves in its folder beside its store; all of it can be made again from the store.
///
/// The store lists which files are its own. Only these are replaced or deleted, and only if they are
/// files: what is reached by a link may be somebody else's.
public struct RunFiles {
  static let report = "report.html"
  static let figures = "figures"
  static let examples = "examples"

  /// Name of a figure as it is drawn without being asked for.
  static func figure(_ name: String) -> String { "\(figures)/\(name).png" }

  let store: any FileKeeper

  init(_ store: any FileKeeper) { self.store = store }

  private var folder: FilePath { FilePath(store.folder) }

  /// The store's database.
  var databasePath: String { folder.appending(store.databaseName).string }

  /// Makes sure that files are the run's own, or not there yet, and notes them as its own.
  ///
  /// - Parameter names: Names within the folder, in a folder within it at most.
  /// - Returns: Their paths.
  /// - Throws: One line naming the file that somebody else wrote.
  @discardableResult
  func claim(_ names: [String]) throws -> [String] {
    let own = try store.ownFiles()
    var fresh: [String] = []
    for name in names {
      let path = folder.pushing(FilePath(name))
      let parent = path.removingLastComponent()
      if parent != folder, try kind(of: parent) == nil { try makeFolder(parent.string) }
      guard try parent == folder || kind(of: parent) == .directory else {
        throw Self.refusal(parent, "is no folder of the run's own; move it away")
      }
      let isOwn = own.contains(name) || (own.contains(FileManifest.legacy) && Self.isKnown(name))
      switch try kind(of: path) {
      case nil: break
      case .regular where isOwn: break
      case .regular: throw Self.refusal(path, "was not written by this run; move it away")
      default: throw Self.refusal(path, "is no file of the run's own; move it away")
      }
      if !own.contains(name) { fresh.append(name) }
    }
    if !fresh.isEmpty { try store.claim(fresh) }
    return names.map { folder.pushing(FilePath($0)).string }
  }

  /// Deletes a run and what it wrote, and nothing else.
  ///
  /// The store goes last: without it nobody knows whose the files are.
  static func remove(from folder: String) throws {
    try RunFiles(RunStore.open(folder, forWriting: true)).removeOwn()
    try RunStore.remove(from: folder)
  }

  private func removeOwn() throws {
    let own = try store.ownFiles()
    let inner = [Self.figures, Self.examples]
    var names = own.filter(Self.isKnown)
    if own.contains(FileManifest.legacy) {
      names.formUnion(ExperimentKinds.documents)
      for place in inner where try kind(of: folder.appending(place)) == .directory {
        let found = try folder.appending(place).names().map { place + "/" + $0.text }
        names.formUnion(found.filter(Self.isKnown))
      }
    }
    for name in names.sorted() {
      let path = folder.pushing(FilePath(name))
      let parent = path.removingLastComponent()
      guard try parent == folder || kind(of: parent) == .directory,
        try kind(of: path) == .regular
      else { continue }
      guard path.withPlatformString({ unlink($0) }) == 0 || errno == ENOENT else {
        throw Self.refusal(path, "cannot be removed: \(String(cString: strerror(errno)))")
      }
    }
    removeLeftovers(in: folder)
    for place in inner where try kind(of: folder.appending(place)) == .directory {
      removeLeftovers(in: folder.appending(place))
      // What others put there keeps it.
      _ = folder.appending(place).withPlatformString { rmdir($0) }
    }
  }

  /// Whether a run may have a file of that name: a store may be a stranger's, and name anything.
  static func isKnown(_ name: String) -> Bool {
    ExperimentKinds.documents.contains(name)
      || name.wholeMatch(
        of: /figures\/[a-z0-9-]+\.(png|pdf|svg)|examples\/[0-9]+-[0-9.e+-]+\.png/) != nil
  }

  /// What is at a path, links not followed; nil for nothing.
  private func kind(of path: FilePath) throws -> FileType? {
    do {
      return try path.stat(followTargetSymlink: false).type
    } catch {
      guard error == .noSuchFileOrDirectory else { throw Self.refusal(path, "\(error)") }
      return nil
    }
  }

  private static func refusal(_ path: FilePath, _ words: String) -> ExperimentError {
    .failure("\(path.text): \(words)")
  }
}

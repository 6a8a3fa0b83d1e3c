import Recording
import SystemPackage

extension [ListedPhotograph] {
  /// The same photographs as a run has them: in its order, by its names.
  ///
  /// A photograph is known by its name within the deepest folder that holds all of them, not by the path as it was
  /// typed: the same folder may be given relative, absolute or from another working folder.
  ///
  /// - Parameter recorded: The run's photographs.
  /// - Returns: These photographs as they are if the run has others.
  package func known(by recorded: [RecordedImage]) -> [ListedPhotograph] {
    guard map(\.path) != recorded.map(\.path) else { return self }
    let (names, old) = (map(\.path).withoutCommonFolder, recorded.map(\.path).withoutCommonFolder)
    let places = Dictionary(zip(names, indices), uniquingKeysWith: { first, _ in first })
    guard places.count == count, recorded.count == count, Set(old) == Set(names) else {
      return self
    }
    return zip(old, recorded).compactMap { name, image in
      places[name].map { place in
        var photograph = self[place]
        photograph.recordedPath = image.path
        return photograph
      }
    }
  }
}

extension [FilePath] {
  /// The paths without what all of them begin with; names of files stay.
  package var withoutCommonFolder: [[FilePath.Component]] {
    let parts = map {
      Array<FilePath.Component>($0.components.filter { $0.kind != .currentDirectory })
    }
    guard let first = parts.first else { return [] }
    var common = first.count - 1
    for part in parts {
      common = Swift.min(common, part.count - 1)
      while common > 0, part[..<common] != first[..<common] { common -= 1 }
    }
    return parts.map { Array<FilePath.Component>($0[Swift.max(common, 0)...]) }
  }
}

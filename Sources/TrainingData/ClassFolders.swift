import Foundation

/// Folders of pictures, one a class, and Tiny ImageNet's list of validation pictures.
enum ClassFolders {
  /// The pictures of a folder whose subfolders are the classes, each searched whole.
  ///
  /// - Parameters:
  ///   - folder: What is read.
  ///   - expected: The classes that there must be, in their order; nil for those that there are.
  ///   - chosen: The classes that will be used; the others' folders are not looked into.
  /// - Returns: The pictures, class by class, by their names.
  /// - Throws: `DataSetError` for other classes than expected and for folders that cannot be read.
  static func pictures(
    in folder: String, classes expected: [String]? = nil, using chosen: [String]? = nil
  ) throws(DataSetError) -> LabelledPictures {
    let found = try PictureFiles.folders(in: folder)
    if let expected { try compare(found, with: expected, of: folder) }
    let classes = expected ?? found
    let used = chosen.map(Set.init)
    var items: [LabelledPictures.Item] = []
    for (index, name) in classes.enumerated() where used?.contains(name) ?? true {
      guard let files = PictureFiles.names(in: "\(folder)/\(name)") else {
        throw DataSetError("\(folder)/\(name)", "the folder cannot be read")
      }
      items += files.sorted().map {
        LabelledPictures.Item(
          name: "\(folder)/\(name)/\($0)", classIndex: index, content: .file)
      }
    }
    return LabelledPictures(classes: classes, items: items)
  }

  /// The pictures that a list of classes names, in its order.
  static func pictures(
    listedIn list: ClassAnnotations, of folder: String, classes: [String]
  ) throws(DataSetError) -> LabelledPictures {
    let place = PictureFiles.isFolder(folder + "/images") ? folder + "/images" : folder
    try compare(Set(list.lines.map(\.classID)).sorted(), with: classes, of: folder)
    let indices = Dictionary(uniqueKeysWithValues: classes.enumerated().map { ($1, $0) })
    return LabelledPictures(
      classes: classes,
      items: list.lines.compactMap { line in
        indices[line.classID].map {
          LabelledPictures.Item(name: "\(place)/\(line.file)", classIndex: $0, content: .file)
        }
      })
  }

  private static func compare(
    _ found: [String], with expected: [String], of folder: String
  ) throws(DataSetError) {
    func phrase(_ names: [String], _ text: String) throws(DataSetError) {
      guard let first = names.first else { return }
      let rest = names.count > 1 ? " and \(names.count - 1) more" : ""
      throw DataSetError(folder, "the class '\(first)'\(rest) \(text)")
    }
    try phrase(
      found.filter { !Set(expected).contains($0) }, "is not among those of the training pictures")
    try phrase(
      expected.filter { !Set(found).contains($0) }, "of the training pictures is missing here")
  }
}

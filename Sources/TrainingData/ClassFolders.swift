import Files
import Pictures
import SystemPackage

/// Folders of pictures, one a class, and Tiny ImageNet's list of validation pictures.
enum ClassFolders {
  /// The pictures of a folder whose subfolders are the classes, each searched whole.
  ///
  /// - Parameters:
  ///   - folder: What is read.
  ///   - expected: The classes that there must be, in their order; nil for those that there are.
  ///   - chosen: The classes that will be used; the others' folders are not looked into.
  ///   - skipped: Counts what is left out.
  /// - Returns: The pictures, class by class, by their names.
  /// - Throws: `DataSetError` for other classes than expected and for folders that cannot be read.
  static func pictures(
    in folder: FilePath, classes expected: [String]? = nil, using chosen: [String]? = nil,
    skipped: inout SkippedFiles
  ) throws(DataSetError) -> LabelledPictures {
    let folders = try classes(in: folder, skipped: &skipped)
    let found = folders.map(\.id)
    if let expected { try compare(found, with: expected, of: folder) }
    let places = Dictionary(
      folders.map { (ExactText($0.id), $0.place) }, uniquingKeysWith: { first, _ in first })
    let classes = expected ?? found
    let used = chosen.map { Set($0.map(ExactText.init)) }
    var items: [LabelledPictures.Item] = []
    // A link to the folder around the classes would make one class of all.
    let around = Set([try? folder.identity()].compactMap { $0 })
    for (index, name) in classes.enumerated() where used?.contains(ExactText(name)) ?? true {
      guard let place = places[ExactText(name)] else { continue }
      let listing = try mapping { () throws(PictureError) in
        try PictureListing(of: place, besides: around)
      }
      items += listing.pictures.map { LabelledPictures.Item(file: $0, classIndex: index) }
      skipped.add(listing.skipped)
    }
    return LabelledPictures(classes: classes, items: items)
  }

  /// The folders of classes, linked ones too, in the order of their names' bytes.
  private static func classes(
    in folder: FilePath, skipped: inout SkippedFiles
  ) throws(DataSetError) -> [(id: String, place: FilePath)] {
    let contents = try mapping { () throws(PictureError) in try FolderContents(folder) }
    skipped.add(contents.skipped)
    skipped.add(.outsideClasses, contents.pictures.count)
    var classes: [(id: String, place: FilePath)] = []
    var ids: Set<ExactText> = []
    for place in (contents.folders + contents.linkedFolders).sortedByBytes() {
      guard !FolderContents.stores.contains(where: { place.appending($0).exists }) else {
        skipped.add(.run)
        continue
      }
      let id = place.lastComponent?.text ?? ""
      guard ids.insert(ExactText(id)).inserted else {
        throw DataSetError(folder.text, "two folders are the class '\(id)'")
      }
      classes.append((id, place))
    }
    return classes
  }

  /// The pictures that a list of classes names, in its order.
  static func pictures(
    listedIn list: ClassAnnotations, of folder: FilePath, classes: [String]
  ) throws(DataSetError) -> LabelledPictures {
    let images = folder.appending("images")
    let place = images.isFolder ? images : folder
    let named = Set(list.lines.map { ExactText($0.classID) }).map(\.text).sorted()
    try compare(named, with: classes, of: folder)
    let indices = Dictionary(
      classes.enumerated().map { (ExactText($1), $0) }, uniquingKeysWith: { first, _ in first })
    return LabelledPictures(
      classes: classes,
      items: list.lines.compactMap { line in
        indices[ExactText(line.classID)].map {
          LabelledPictures.Item(
            file: place.appending(line.file.components), classIndex: $0)
        }
      })
  }

  private static func compare(
    _ found: [String], with expected: [String], of folder: FilePath
  ) throws(DataSetError) {
    func phrase(
      _ names: [String], besides others: [String], _ text: String
    ) throws(DataSetError) {
      let others = Set(others.map(ExactText.init))
      let names = names.filter { !others.contains(ExactText($0)) }
      guard let first = names.first else { return }
      let rest = names.count > 1 ? " and \(names.count - 1) more" : ""
      throw DataSetError(folder.text, "the class '\(first)'\(rest) \(text)")
    }
    try phrase(found, besides: expected, "is not among those of the training pictures")
    try phrase(expected, besides: found, "of the training pictures is missing here")
  }

  private static func mapping<Value>(
    _ body: () throws(PictureError) -> Value
  ) throws(DataSetError) -> Value {
    do throws(PictureError) {
      return try body()
    } catch {
      throw DataSetError(error)
    }
  }
}

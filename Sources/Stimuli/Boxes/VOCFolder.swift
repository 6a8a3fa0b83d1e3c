import Files
import Pictures
import SystemPackage

/// A folder of XML files, one a photograph, named as it is: ILSVRC's and Pascal VOC's annotations.
///
/// The files lie in it directly, or in the folders in which the photographs lie, as many levels as there
/// are (`val/x.xml` for `…/val/x.JPEG`); those of ILSVRC's training pictures, `n01440764_18.xml`, also in a
/// folder of their class. Only the photographs' files are looked for and read.
struct VOCFolder {
  /// ILSVRC's and VOC's have some kilobytes.
  private static let largestFile = 1_000_000

  private let folder: FilePath

  init(_ folder: FilePath) { self.folder = folder }

  /// The boxes of the photographs that have a file with a box in it.
  ///
  /// - Throws: `StimulusError.boxes` for a file that makes no sense and for one that two photographs share.
  func boxes(of photographs: [FilePath], choice: BoxChoice) throws(StimulusError) -> [FilePath: Box]
  {
    var owners: [FilePath: FilePath] = [:]
    var boxes: [FilePath: Box] = [:]
    for photograph in photographs {
      guard let file = file(of: photograph) else { continue }
      if let other = owners.updateValue(photograph, forKey: file) {
        throw .boxes(
          path: file.text, line: nil,
          reason:
            "may be of \(other.text) or of \(photograph.text); keep the files in folders named as"
            + " the photographs' are")
      }
      let bytes = try BoxFile.contents(file, atMost: Self.largestFile)
      boxes[photograph] = choice.box(of: try VOCAnnotation(parsing: bytes, path: file.text).boxes)
    }
    return boxes
  }

  /// The file of a photograph: that which shares the most folders with it.
  private func file(of photograph: FilePath) -> FilePath? {
    guard let stem = photograph.stem, let name = FilePath.Component(stem + ".xml") else {
      return nil
    }
    var found: FilePath?
    var tail = FilePath(root: nil, [name])
    if let prefix = stem.split(separator: "_").first.flatMap({ FilePath.Component(String($0)) }) {
      let place = folder.appending([prefix, name])
      if place.exists { found = place }
    }
    for parent in photograph.components.dropLast().reversed() where parent.kind == .regular {
      let place = folder.pushing(tail)
      if place.exists { found = place }
      tail = FilePath(root: nil, [parent]).pushing(tail)
    }
    let place = folder.pushing(tail)
    return place.exists ? place : found
  }
}

import Files
import Pictures
import SystemPackage

/// The list of classes beside Tiny ImageNet's validation pictures.
package struct ClassAnnotations {
  /// The list's name in its folder.
  package static let fileName = "val_annotations.txt"

  /// Each line's file, as a path from the list's folder or its folder `images`, and class, in the list's
  /// order.
  package let lines: [(file: FilePath, classID: String)]

  /// Reads a folder's lines of `val_0.JPEG`, tabulator, class, whatever else; nil if it has no list.
  ///
  /// - Throws: `DataSetError` for a list that cannot be read, or that names a file elsewhere.
  package init?(in folder: FilePath) throws(DataSetError) {
    let list = folder.appending(Self.fileName)
    guard list.exists, !list.isFolder else { return nil }
    let bytes: [UInt8]
    do throws(PictureError) {
      bytes = try fileContents(list)
    } catch {
      throw DataSetError(error)
    }
    var lines: [(file: FilePath, classID: String)] = []
    let ends: Set<UInt8> = [0x0A, 0x0D]
    for line in bytes.split(whereSeparator: ends.contains) {
      let fields = line.split(separator: 0x09)
      guard fields.count >= 2 else { continue }
      guard let file = FilePath(bytes: fields[0]), file.isRelative,
        file.components.allSatisfy({ $0.kind != .parentDirectory })
      else {
        throw DataSetError(
          list.text, "'\(readableText(Array(fields[0])))' leads out of the data's folder")
      }
      lines.append((file, readableText(Array(fields[1]))))
    }
    self.lines = lines
  }
}

import Foundation
import Pictures
import SystemPackage
import Wording

/// The binary files of CIFAR-10 and CIFAR-100 as their authors distribute them.
///
/// A record is one label byte (CIFAR-100: the coarse, then the fine one, which is used), then 1,024
/// levels of red, as many of green and of blue, the first row first.
///
/// - SeeAlso: Krizhevsky 2009, and the page that the files come from.
struct CIFARFiles {
  private static let side = 32

  let folder: String
  /// Bytes before a record's pixels; the last of them is the label.
  let labelBytes: Int
  /// The file of the classes' names, a line each.
  let namesFile: String
  let trainingFiles: [String]
  let validationFile: String

  /// The form of a folder's files, if it holds any.
  init?(in folder: String) {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
      return nil
    }
    let batches = names.filter { $0.hasPrefix("data_batch_") && $0.hasSuffix(".bin") }.sorted()
    self.folder = folder
    if !batches.isEmpty || names.contains("test_batch.bin") {
      labelBytes = 1
      namesFile = "batches.meta.txt"
      trainingFiles = batches.isEmpty ? ["data_batch_1.bin"] : batches
      validationFile = "test_batch.bin"
    } else if names.contains("train.bin") || names.contains("test.bin") {
      labelBytes = 2
      namesFile = "fine_label_names.txt"
      trainingFiles = ["train.bin"]
      validationFile = "test.bin"
    } else {
      return nil
    }
  }

  var layout: TrainingSets.Layout { labelBytes == 1 ? .cifar10 : .cifar100 }

  func pictures() throws(DataSetError) -> (training: LabelledPictures, validation: LabelledPictures)
  {
    let classes = try classNames()
    var items: [LabelledPictures.Item] = []
    for file in trainingFiles { items += try records(of: file, classes: classes.count) }
    return (
      LabelledPictures(classes: classes, items: items),
      LabelledPictures(
        classes: classes, items: try records(of: validationFile, classes: classes.count))
    )
  }

  private func contents(_ file: String) throws(DataSetError) -> [UInt8] {
    do throws(PictureError) {
      return try fileContents(FilePath(folder).appending(file))
    } catch {
      throw DataSetError(error)
    }
  }

  private func classNames() throws(DataSetError) -> [String] {
    let expected = labelBytes == 1 ? 10 : 100
    let names = String(decoding: try contents(namesFile), as: UTF8.self)
      .split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    guard names.count == expected, Set(names).count == expected else {
      throw DataSetError(
        "\(folder)/\(namesFile)",
        "expected \(expected) different names, a line each, found \(Set(names).count)")
    }
    return names
  }

  private func records(
    of file: String, classes: Int
  ) throws(DataSetError) -> [LabelledPictures.Item] {
    let bytes = try contents(file)
    let plane = Self.side * Self.side
    let length = labelBytes + 3 * plane
    let path = "\(folder)/\(file)"
    guard bytes.count >= length, bytes.count % length == 0 else {
      throw DataSetError(
        path,
        "\(counted(bytes.count, "byte")) are not a whole number of records of \(counted(length, "byte"));"
          + " the file is truncated or is another one")
    }
    var items: [LabelledPictures.Item] = []
    items.reserveCapacity(bytes.count / length)
    for record in 0..<bytes.count / length {
      let start = record * length
      let label = Int(bytes[start + labelBytes - 1])
      guard label < classes else {
        throw DataSetError(
          path, "record \(record): its label is \(label), expected 0 to \(classes - 1)")
      }
      let pixels = [UInt8](unsafeUninitializedCapacity: 3 * plane) { buffer, initialized in
        for c in 0..<3 {
          for i in 0..<plane { buffer[3 * i + c] = bytes[start + labelBytes + c * plane + i] }
        }
        initialized = 3 * plane
      }
      items.append(
        LabelledPictures.Item(
          record: "\(path), record \(record)", classIndex: label,
          pixels: Picture(width: Self.side, height: Self.side, pixels: pixels)))
    }
    return items
  }
}

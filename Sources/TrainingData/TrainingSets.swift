import Files
import Foundation
import Pictures
import SystemPackage

/// A data set: pictures to learn from and pictures to judge by, of the same classes.
public struct TrainingSets: Sendable {
  /// How a data set lies on the disk, told from what its folder holds.
  public enum Layout: String, Codable, Sendable {
    /// A folder a class, in `train` and `val` (or `validation`) or directly.
    case folders
    /// `train/WNID/images`, `val/images` and `val/val_annotations.txt`.
    case tinyImageNet = "tiny-imagenet"
    /// `data_batch_*.bin`, `test_batch.bin`, `batches.meta.txt`.
    case cifar10 = "cifar-10"
    /// `train.bin`, `test.bin`, `fine_label_names.txt`.
    case cifar100 = "cifar-100"
  }

  /// How it lies on the disk.
  public let layout: Layout
  /// Pictures to learn from.
  public var training: LabelledPictures
  /// Pictures to judge by; nil if there is no folder for them and none are held out.
  public var validation: LabelledPictures?
  /// What lies in the data set's folders and was not taken.
  public let skipped: SkippedFiles

  /// Lists a data set; no picture of a folder is decoded.
  ///
  /// - Parameters:
  ///   - folder: What holds it.
  ///   - validation: A folder of validation pictures that is not within it.
  ///   - selection: Which part is used.
  ///   - seed: Of the choices that the selection asks for.
  /// - Throws: `DataSetError` for what is missing or contradicts itself: fewer than two classes,
  ///   classes without pictures, other classes to validate with, files of the wrong length or with
  ///   labels of no class.
  public init(
    folder: String, validation: String? = nil, selection: DataSelection = DataSelection(),
    seed: UInt64
  ) throws(DataSetError) {
    let whole = FilePath(folder)
    guard whole.isFolder else { throw DataSetError(folder, "no such folder") }
    var pictures: LabelledPictures
    var judged: LabelledPictures?
    var skipped = SkippedFiles()
    if let files = CIFARFiles(in: folder) {
      (pictures, judged) = try files.pictures()
      layout = files.layout
    } else {
      let nested = whole.appending("train")
      let place = nested.isFolder ? nested : whole
      pictures = try ClassFolders.pictures(
        in: place, using: selection.classes, skipped: &skipped)
      let beside = place == nested ? ["val", "validation"].map { whole.appending($0) } : []
      let other = validation.map { FilePath($0) } ?? beside.first(where: \.isFolder)
      let list: ClassAnnotations? =
        if let other { try ClassAnnotations(in: other) } else { nil }
      layout = list == nil ? .folders : .tinyImageNet
      guard pictures.classes.count > 1 else { throw Self.tooFew(pictures.classes, in: place.text) }
      if let other {
        judged =
          if let list {
            try ClassFolders.pictures(listedIn: list, of: other, classes: pictures.classes)
          } else {
            try ClassFolders.pictures(
              in: other, classes: pictures.classes, using: selection.classes, skipped: &skipped)
          }
      }
    }
    if let chosen = selection.classes {
      try Self.check(chosen, among: pictures.classes, of: folder)
      pictures = pictures.restricted(to: chosen)
      judged = judged?.restricted(to: chosen)
    }
    try Self.checkEmpty(pictures, in: folder, "to learn from")
    if let judged { try Self.checkEmpty(judged, in: validation ?? folder, "to validate with") }
    if judged == nil, selection.heldOut > 0 {
      let parts = pictures.split(seed: seed, purpose: "held out") {
        min($0 - 1, max(1, Int((selection.heldOut * Double($0)).rounded())))
      }
      if parts.taken.count > 0 { (judged, pictures) = (parts.taken, parts.left) }
    }
    if let limit = selection.perClass {
      pictures = pictures.split(seed: seed, purpose: "chosen") { min($0, limit) }.taken
    }
    training = pictures
    self.skipped = skipped
    self.validation = judged
  }

  private static func tooFew(_ classes: [String], in folder: String) -> DataSetError {
    guard let only = classes.first else {
      return DataSetError(
        folder, "holds neither a folder for each class nor the files of CIFAR-10 or CIFAR-100")
    }
    return DataSetError(folder, "holds one class, '\(only)'; a network tells at least two apart")
  }

  private static func check(
    _ chosen: [String], among classes: [String], of folder: String
  ) throws(DataSetError) {
    guard chosen.count > 1, Set(chosen.map(ExactText.init)).count == chosen.count else {
      throw DataSetError(folder, "expected at least two different classes to be chosen")
    }
    let known = Set(classes.map(ExactText.init))
    if let unknown = chosen.first(where: { !known.contains(ExactText($0)) }) {
      throw DataSetError(folder, "has no class '\(unknown)'")
    }
  }

  private static func checkEmpty(
    _ pictures: LabelledPictures, in folder: String, _ purpose: String
  ) throws(DataSetError) {
    let empty = pictures.emptyClasses
    guard let first = empty.first else { return }
    let rest = empty.count > 1 ? " and \(empty.count - 1) more have" : " has"
    throw DataSetError(folder, "the class '\(first)'\(rest) no pictures \(purpose)")
  }
}

import Files
import Foundation
import SystemPackage
import TrainingData
import Wording

/// Photographs' classes: from the list beside them, the folder that they lie in, or `WNID_…` of the file.
package struct ClassLabels {
  /// A photograph's class.
  package struct Label: Sendable {
    /// Its place in the network's output.
    package var index: Int
    package var id: String
    fileprivate var source: Source
  }

  fileprivate enum Source { case list, folder, name }

  /// By photograph; nil where the class is not known.
  package let labels: [Label?]
  private let knowsClasses: Bool

  /// - Parameters:
  ///   - classes: The network's class ids in output order.
  ///   - paths: The photographs, whose folders may hold Tiny ImageNet's `val_annotations.txt`.
  /// - Throws: `DataSetError` for a list that cannot be read, or that names a file elsewhere.
  package init(classes: [String]?, paths: [FilePath]) throws {
    knowsClasses = classes?.isEmpty == false
    guard let classes, knowsClasses else {
      labels = paths.map { _ in nil }
      return
    }
    let indices = Dictionary(
      classes.enumerated().map { (ExactText($1), $0) }, uniquingKeysWith: { first, _ in first })
    let listed = try Self.listed(beside: paths)
    labels = paths.map { path in
      func label(_ id: String, _ source: Source) -> Label? {
        indices[ExactText(id)].map { Label(index: $0, id: id, source: source) }
      }
      if let id = listed[path], let label = label(id, .list) { return label }
      for folder in Self.absolute(path).components.dropLast().reversed() {
        if let label = label(folder.text, .folder) { return label }
      }
      return Self.wordNetID(of: path).flatMap { label($0, .name) }
    }
  }

  /// The class ids of the photographs that a list beside or above them names.
  private static func listed(beside paths: [FilePath]) throws -> [FilePath: String] {
    var listed: [FilePath: String] = [:]
    var lists: [FilePath: ClassAnnotations?] = [:]
    for folder in Set(paths.map { $0.removingLastComponent() }) {
      let isNamed = folder.lastComponent?.kind == .regular
      let around = (isNamed ? folder : Self.absolute(folder)).removingLastComponent()
      for place in [folder, around] {
        if lists[place] == nil { lists[place] = .some(try ClassAnnotations(in: place)) }
        for line in (lists[place] ?? nil)?.lines ?? [] {
          listed[folder.appending(line.file.components)] = line.classID
        }
      }
    }
    return listed
  }

  /// A path from the root: the folder that one is in has a name too.
  private static func absolute(_ path: FilePath) -> FilePath {
    guard !path.isAbsolute else { return path }
    return FilePath(FileManager.default.currentDirectoryPath).pushing(path).lexicallyNormalized()
  }

  /// `n01443537` of `n01443537_goldfish.JPEG`; nil for other names.
  private static func wordNetID(of path: FilePath) -> String? {
    guard let name = path.lastComponent?.text, name.utf8.count > 10, name.hasPrefix("n") else {
      return nil
    }
    let id = name.utf8.prefix(9)
    guard id.dropFirst().allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains),
      name.utf8.dropFirst(9).first == UInt8(ascii: "_")
    else { return nil }
    return String(decoding: id, as: UTF8.self)
  }

  /// Whence the classes were taken, in one line; nil if the network does not name its classes.
  package var line: String? {
    guard knowsClasses else { return nil }
    func count(_ source: Source) -> Int { labels.count { $0?.source == source } }
    let sources = [
      (count(.folder), "by folder"), (count(.name), "by file name"),
      (count(.list), "by \(ClassAnnotations.fileName)"), (labels.count { $0 == nil }, "unknown"),
    ]
    return "classes of \(counted(labels.count, "photograph")): "
      + sources.filter { $0.0 > 0 }.map { "\($0) \($1)" }.joined(separator: ", ")
  }
}

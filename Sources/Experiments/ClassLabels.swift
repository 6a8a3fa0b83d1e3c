import Foundation
import TrainingData

/// A photograph's class, told from its path or from the list beside it.
struct ClassLabels {
  private let indices: [String: Int]
  private let annotated: [String: String]

  /// - Parameters:
  ///   - classes: The network's class ids in output order.
  ///   - paths: The photographs, whose folders may hold Tiny ImageNet's `val_annotations.txt`.
  init(classes: [String]?, paths: [String]) {
    indices = Dictionary(
      (classes ?? []).enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    var annotated: [String: String] = [:]
    guard !indices.isEmpty else {
      self.annotated = [:]
      return
    }
    let folders = Set(paths.map { ($0 as NSString).deletingLastPathComponent })
    for folder in folders {
      for place in [folder, (folder as NSString).deletingLastPathComponent] {
        let file = (place as NSString).appendingPathComponent(ClassAnnotations.fileName)
        guard let list = ClassAnnotations(contentsOfFile: file) else { continue }
        for line in list.lines {
          annotated[(folder as NSString).appendingPathComponent(line.file)] = line.classID
        }
      }
    }
    self.annotated = annotated
  }

  /// The class of a photograph: from the list beside it, a folder's name, or `WNID_…` of the file.
  func label(of path: String) -> (index: Int, id: String)? {
    if let id = annotated[path], let index = indices[id] { return (index, id) }
    let parts = path.split(separator: "/").map(String.init)
    guard let file = parts.last else { return nil }
    let prefix = String(file.prefix { $0 != "_" && $0 != "." })
    for id in [prefix] + parts.dropLast().reversed() {
      if let index = indices[id] { return (index, id) }
    }
    return nil
  }
}

/// ImageNet's 1,000 classes: WordNet's ids in the order of a network's outputs, and WordNet's names.
///
/// Whoever reads ImageNet as folders of pictures numbers the classes by their sorted ids, as PyTorch
/// and timm do. Embedded in the program, so that it is wherever the program is.
public enum ImageNetClasses {
  /// The ids, such as `n01443537`, sorted.
  public static let ids = entries.map(\.id)

  /// A class's name, such as `goldfish`; nil for what is no class of ImageNet.
  public static func name(of id: String) -> String? { names[id] }

  private static let names = Dictionary(
    entries.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })

  /// `ID TAB NAME`, a line each, after lines of comment.
  private static let entries: [(id: String, name: String)] = {
    let text = String(decoding: PackageResources.imagenet_classes_txt, as: UTF8.self)
    return text.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "\t")
      return fields.count == 2 ? (String(fields[0]), String(fields[1])) : nil
    }
  }()
}

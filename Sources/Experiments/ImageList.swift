import Foundation

/// The photographs that a request names, in the order of their paths.
public struct ImageList: Equatable, Sendable {
  /// Paths, sorted, each once.
  public let paths: [String]

  private static let extensions: Set<String> = ["jpg", "jpeg", "png"]

  /// Collects files as they are named and folders' pictures, searched whole.
  ///
  /// - Throws: `ExperimentError` for what does not exist and for folders without pictures.
  public init(_ sources: [String]) throws {
    var paths: Set<String> = []
    for source in sources {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
        throw ExperimentError.failure("\(source): no such file or folder")
      }
      if isFolder.boolValue {
        let found = try Self.pictures(in: source)
        if found.isEmpty {
          throw ExperimentError.failure("\(source): holds no .jpg, .jpeg or .png file")
        }
        paths.formUnion(found)
      } else {
        paths.insert(Self.normalized(source))
      }
    }
    guard !paths.isEmpty else { throw ExperimentError.usage("no photographs are named") }
    self.paths = paths.sorted()
  }

  private static func pictures(in folder: String) throws -> [String] {
    guard FileManager.default.isReadableFile(atPath: folder),
      let names = FileManager.default.enumerator(atPath: folder)
    else {
      throw ExperimentError.failure("\(folder): the folder cannot be read")
    }
    var found: [String] = []
    for case let name as String in names {
      let file = (name as NSString).lastPathComponent
      let isPicture = extensions.contains((name as NSString).pathExtension.lowercased())
      if isPicture && !file.hasPrefix(".") { found.append(normalized(folder + "/" + name)) }
    }
    return found
  }

  /// The same file named twice is one photograph.
  private static func normalized(_ path: String) -> String {
    let isAbsolute = path.hasPrefix("/")
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else {
        parts.append(part)
      }
    }
    return (isAbsolute ? "/" : "") + parts.joined(separator: "/")
  }
}

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
        let file = (place as NSString).appendingPathComponent("val_annotations.txt")
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { continue }
        for line in text.split(separator: "\n") {
          let fields = line.split(separator: "\t")
          if fields.count >= 2 {
            annotated[(folder as NSString).appendingPathComponent(String(fields[0]))] =
              String(fields[1])
          }
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

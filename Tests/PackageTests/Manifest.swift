import Foundation

/// What Package.swift declares for its targets, read from its text.
struct Manifest {
  /// A target that has Swift sources.
  struct Target {
    var name: String
    /// Modules that it may import beside the toolchain's.
    var modules: Set<String>
    /// Where its sources lie, relative to the repository.
    var path: String
  }

  let targets: [Target]

  /// - Parameter text: The content of a Package.swift.
  init(_ text: String) {
    var targets: [Target] = []
    for kind in [("target", "Sources"), ("executableTarget", "Sources"), ("testTarget", "Tests")] {
      for part in text.components(separatedBy: ".\(kind.0)(").dropFirst() {
        let declaration = Self.balanced(part, "(", ")")
        guard let name = declaration.firstMatch(of: /name:\s*"([^"]+)"/)?.1 else { continue }
        let path = declaration.firstMatch(of: /path:\s*"([^"]+)"/)?.1
        var modules: Set<String> = []
        if let start = declaration.range(of: "dependencies: [") {
          var list = Self.balanced(String(declaration[start.upperBound...]), "[", "]")
          for product in list.matches(of: /\.product\(name:\s*"([^"]+)"[^)]*\)/) {
            modules.insert(String(product.1))
          }
          list.replace(/\.product\([^)]*\)/, with: "")
          for word in list.matches(of: /"([^"]+)"/) { modules.insert(String(word.1)) }
          // The C parser within Yams, which is no product of its own.
          if modules.contains("Yams") { modules.insert("CYaml") }
          if list.contains(/\bsystem\b/) { modules.insert("SystemPackage") }
        }
        targets.append(
          Target(
            name: String(name), modules: modules, path: path.map(String.init) ?? "\(kind.1)/\(name)"
          ))
      }
    }
    self.targets = targets
  }

  /// What stands before the bracket that closes an opened one.
  private static func balanced(_ text: String, _ open: Character, _ close: Character) -> String {
    var depth = 1
    let end = text.firstIndex { character in
      depth += character == open ? 1 : character == close ? -1 : 0
      return depth == 0
    }
    return String(text[..<(end ?? text.endIndex)])
  }
}

extension Manifest.Target {
  /// What comes with the toolchain.
  private static let toolchain: Set = [
    "Swift", "Foundation", "FoundationEssentials", "FoundationXML", "Glibc", "Synchronization",
    "Testing",
  ]

  /// The imports of a source file that the target does not declare.
  func undeclared(in source: String) -> [String] {
    let kinds = "struct|class|enum|protocol|func|var|let|typealias"
    let pattern =
      "^\\s*(?:@\\w+(?:\\([^)]*\\))?\\s+)*(?:(?:public|package|internal|private|fileprivate)\\s+)?"
      + "import\\s+(?:(?:\(kinds))\\s+)?(\\w+)"
    guard let expression = try? Regex(pattern, as: (Substring, Substring).self) else {
      return ["?"]
    }
    return source.split(separator: "\n")
      .compactMap { $0.firstMatch(of: expression).map { String($0.1) } }
      .filter { !modules.contains($0) && !Self.toolchain.contains($0) && $0 != name }
  }
}

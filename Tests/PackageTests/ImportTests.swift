import Foundation
import TestSupport
import Testing

@Suite("Package.swift declares every import")
struct ImportTests {
  @Test("of the repository's sources and tests")
  func repository() throws {
    let text = try String(
      contentsOf: Fixtures.repository.appending(path: "Package.swift"), encoding: .utf8)
    let manifest = Manifest(text)
    #expect(manifest.targets.count > 30)
    for target in manifest.targets {
      let folder = Fixtures.repository.appending(path: target.path)
      let files = try #require(
        FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
      ).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
      for file in files {
        let missing = target.undeclared(in: try String(contentsOf: file, encoding: .utf8))
        #expect(missing.isEmpty, "\(target.name): \(file.lastPathComponent) imports \(missing)")
      }
    }
  }

  @Test("and misses none")
  func missed() throws {
    let manifest = Manifest(
      """
      let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
      let layers: [Target] = [
        .target(name: "Files", dependencies: [system]),
        .target(
          name: "Recording",
          dependencies: ["Files", .product(name: "GRDB", package: "GRDB.swift")],
          resources: [.copy("Resources/thing")]),
        .testTarget(name: "FilesTests", dependencies: ["Files"], path: "Tests/Elsewhere"),
      ]
      """)
    #expect(manifest.targets.map(\.name) == ["Files", "Recording", "FilesTests"])
    #expect(
      manifest.targets.map(\.path) == ["Sources/Files", "Sources/Recording", "Tests/Elsewhere"])
    // Spelt so that this file's own imports are not taken for it.
    let source = """
      IMPORT Files
      IMPORT Foundation
      @_exported IMPORT struct SystemPackage.FilePath
      package IMPORT GRDB
      @preconcurrency IMPORT Stimuli  // IMPORT Pictures
      // IMPORT Analysis
      IMPORT enum Networks.Catalogue
      """.replacing("IMPORT", with: "import")
    #expect(manifest.targets[0].undeclared(in: source) == ["GRDB", "Stimuli", "Networks"])
    #expect(manifest.targets[1].undeclared(in: source) == ["SystemPackage", "Stimuli", "Networks"])
  }
}

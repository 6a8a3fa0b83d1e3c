import Files
import Foundation
import SystemPackage

/// Files that ship with the product, found beside an installed program or in the build folder.
package enum BundledFiles {
  /// The path of a bundled file.
  ///
  /// Searched in this order: the folder named by `SKNET_DATA`, `share/sknet` beside the program's
  /// `bin`, and the resource folder that SwiftPM lays beside a built program. `Bundle.module` is not
  /// asked: it ends the process where the build folder is gone.
  ///
  /// - Throws: `ExperimentError.failure` that lists the places.
  package static func path(_ name: String) throws -> String {
    let places = folders.map { $0.appending(name) }
    guard let found = places.first(where: \.exists) else {
      throw ExperimentError.failure(
        "\(name): not found; looked for \(places.map(\.text).joined(separator: ", "))"
          + " (set SKNET_DATA to the folder that holds it)")
    }
    return found.string
  }

  private static var folders: [FilePath] {
    var folders: [FilePath] = []
    if let named = ProcessInfo.processInfo.environment["SKNET_DATA"] {
      folders.append(FilePath(named))
    }
    let program = FilePath(URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path)
    let bin = program.removingLastComponent()
    folders.append(bin.removingLastComponent().appending("share/sknet"))
    folders.append(bin.appending("SelectiveKernels_Experiments.resources"))
    return folders
  }
}

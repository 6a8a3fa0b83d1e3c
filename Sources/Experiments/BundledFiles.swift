import Foundation

/// Files that ship with the product, found beside an installed program or in the build folder.
enum BundledFiles {
  /// The path of a bundled file.
  ///
  /// Searched in this order: the folder named by `SKNET_DATA`, `share/sknet` beside the program's
  /// `bin`, and the resource folder that SwiftPM lays beside a built program. `Bundle.module` is not
  /// asked: it ends the process where the build folder is gone.
  ///
  /// - Throws: `ExperimentError.failure` that lists the places.
  static func path(_ name: String) throws -> String {
    let places = folders.map { ($0 as NSString).appendingPathComponent(name) }
    guard let found = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw ExperimentError.failure(
        "\(name): not found; looked for \(places.joined(separator: ", "))"
          + " (set SKNET_DATA to the folder that holds it)")
    }
    return found
  }

  private static var folders: [String] {
    var folders: [String] = []
    if let named = ProcessInfo.processInfo.environment["SKNET_DATA"] { folders.append(named) }
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let bin = program.deletingLastPathComponent()
    folders.append(bin.deletingLastPathComponent().appending(path: "share/sknet").path)
    folders.append(bin.appending(path: "SelectiveKernels_Experiments.resources").path)
    return folders
  }
}

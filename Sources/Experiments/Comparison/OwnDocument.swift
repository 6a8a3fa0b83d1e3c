import Files
import Foundation
import Observing
import SystemPackage

/// Files in a folder that holds no run, of which the first says whose they are.
enum OwnDocument {
  /// Refuses to take the place of what a command did not write.
  ///
  /// - Parameters:
  ///   - paths: The files that are to be written, the JSON first, which is written first, so that the others go
  ///     with it.
  ///   - type: What the JSON holds.
  ///   - writer: Who writes such files, for the error.
  /// - Throws: `ExperimentError.failure` naming the file.
  static func check<Document: Decodable>(
    _ paths: [String], holding type: Document.Type, writtenBy writer: String
  ) throws {
    func kind(_ path: String) -> FileType? {
      try? FilePath(path).stat(followTargetSymlink: false).type
    }
    guard let found = paths.first(where: { kind($0) != nil }) else { return }
    let isOwn =
      paths.allSatisfy { [nil, .regular].contains(kind($0)) }
      && FileManager.default.contents(atPath: paths[0]).map {
        (try? JSONDecoder().decode(type, from: $0)) != nil
      } == true
    guard isOwn else {
      throw ExperimentError.failure(
        "\(found): was not written by \(writer); move it away or choose another --out")
    }
  }
}

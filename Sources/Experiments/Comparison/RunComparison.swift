import Analysis
import Figures
import Files
import Foundation
import Observing
import SystemPackage

/// Recorded zooms set side by side.
public struct RunComparison: Sendable {
  /// The shifts and their differences.
  public let comparison: Comparison

  /// Compares runs, each later one with the first.
  ///
  /// - Parameter folders: Folders of finished zooms, two or more.
  /// - Throws: One line that names the folder, or says what differs.
  public init(folders: [String]) throws {
    guard folders.count > 1 else { throw ExperimentError.usage("a comparison needs two runs") }
    let paths = folders.map { FilePath($0).withoutDetours() }
    let places = paths.map { try? $0.identity() }
    if let twice = places.indices.first(where: {
      places[$0] != nil && places[..<$0].contains(places[$0])
    }) {
      throw ExperimentError.usage("\(folders[twice]): is named twice")
    }
    comparison = try Comparison(
      zip(paths, Self.labels(paths)).map { try RunFolder.open($0.string).compared(as: $1) })
  }

  /// The folders' own names, or their paths where two have the same.
  private static func labels(_ paths: [FilePath]) -> [String] {
    let names = paths.map { $0.lastComponent?.text ?? $0.text }
    return Set(names.map(ExactText.init)).count == names.count ? names : paths.map(\.text)
  }

  /// Refuses what no comparison wrote; one writes its JSON first, so that the figure goes with it.
  private static func checkOwn(_ paths: [String]) throws {
    func type(_ path: String) -> FileType? {
      try? FilePath(path).stat(followTargetSymlink: false).type
    }
    guard let found = paths.first(where: { type($0) != nil }) else { return }
    let isOwn =
      paths.allSatisfy { [nil, .regular].contains(type($0)) }
      && FileManager.default.contents(atPath: paths[0]).map {
        (try? JSONDecoder().decode(Comparison.self, from: $0)) != nil
      } == true
    guard isOwn else {
      throw ExperimentError.failure(
        "\(found): was not written by a comparison; move it away or choose another --out")
    }
  }

  /// The same as a table to print.
  public var table: String { ComparisonTable(comparison).text }

  /// Writes `compare.json` and the figure `comparison` into a folder, which is made.
  ///
  /// - Parameters:
  ///   - folder: Where to.
  ///   - format: The figure's format.
  /// - Returns: The files' paths.
  /// - Throws: One line that names the file.
  public func write(to folder: String, format: FigureFormat = .png) throws -> [String] {
    let figure = ComparisonFigure(comparison)
    let paths = ["compare.json", "\(figure.name).\(format.rawValue)"].map {
      FilePath(folder).appending($0).string
    }
    try Self.checkOwn(paths)
    try makeFolder(folder)
    try TextFile.write(comparison.json() + "\n", toFile: paths[0])
    try figure.write(toFile: paths[1], format: format)
    return paths
  }
}

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
    try OwnDocument.check(paths, holding: Comparison.self, writtenBy: "a comparison")
    try makeFolder(folder)
    try TextFile.write(comparison.json() + "\n", toFile: paths[0])
    try figure.write(toFile: paths[1], format: format)
    return paths
  }
}

import Engine
import Figures
import Foundation
import Observing
import SystemPackage

/// All figures of a recorded run.
struct FigureSet {
  /// The run's files.
  let files: RunFiles
  /// Figures with what the report calls them.
  let figures: [(title: String, figure: any Figure)]

  /// Writes figures into the run's folder.
  ///
  /// - Parameters:
  ///   - formats: File formats to write.
  ///   - name: One figure's name; nil for all.
  /// - Returns: The files' paths.
  /// - Throws: `ExperimentError.usage` for an unknown name.
  func write(formats: [FigureFormat], only name: String?) throws -> [String] {
    let chosen = figures.map(\.figure).filter { name == nil || $0.name == name }
    guard !chosen.isEmpty else {
      let known = figures.map(\.figure.name).joined(separator: ", ")
      throw ExperimentError.usage("unknown figure '\(name ?? "")'; known: \(known)")
    }
    let drawings = chosen.flatMap { figure in formats.map { (figure: figure, format: $0) } }
    let paths = try files.claim(
      drawings.map { "\(RunFiles.figures)/\($0.figure.name).\($0.format.rawValue)" })
    return try Self.together(drawings.count) { item in
      let (figure, format) = drawings[item]
      try figure.write(toFile: paths[item], format: format)
      return paths[item]
    }
  }

  /// Draws on all cores.
  private static func together<Drawn: Sendable>(
    _ count: Int, draw: @escaping @Sendable (Int) throws -> Drawn
  ) throws -> [Drawn] {
    var drawn: [Drawn] = []
    try mapInOrder(
      count: count, workers: Machine.workers(nil), makeState: {},
      transform: { _, item in
        try draw(item)
      },
      consume: { _, one in
        drawn.append(one)
        return true
      })
    return drawn
  }

  /// Writes `report.html` with everything in it.
  ///
  /// - Parameter report: Makes the page, given the figures as SVG with their titles.
  /// - Returns: Its path.
  /// - Throws: One line naming the file.
  func writeReport(_ report: ([(title: String, svg: String)]) -> Report) throws -> String {
    let drawn = try Self.together(figures.count) { [figures] item in
      let (title, figure) = figures[item]
      return (title: title, svg: String(decoding: try figure.data(format: .svg), as: UTF8.self))
    }
    let path = try files.claim([RunFiles.report])
    try TextFile.write(report(drawn).html, toFile: path[0])
    return path[0]
  }
}

/// Makes a folder, and those around it, unless it is there.
func makeFolder(_ path: String) throws {
  do {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  } catch {
    throw ExperimentError.failure("\(path): the folder cannot be made")
  }
}

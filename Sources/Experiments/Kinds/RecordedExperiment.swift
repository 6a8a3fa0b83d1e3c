import Analysis
import Figures
import Observing
import Recording

/// A recorded run of a kind: what was recorded, from which results and figures follow without the network.
public protocol RecordedExperiment {
  /// Its results, as its first document holds them.
  associatedtype Findings: ResultsDocument

  /// As stores and experiment files call the kind: `zoom`.
  static var kind: String { get }
  /// What a run of it is called in messages: `a zoom`.
  static var title: String { get }
  /// Names of the files that a report writes beside figures and page, the results as JSON first.
  static var documents: [String] { get }
  /// What the kind can be exported as.
  static var formats: [ExportFormat] { get }
  /// Names of figures that are known before there are any results; a run notes them when it begins, so
  /// that it can be drawn while it is written.
  static var figureNames: [String] { get }

  /// Opens a run.
  ///
  /// - Throws: If the folder holds none of this kind, or one of a newer version.
  init(folder: String) throws

  /// The run's folder.
  var folder: String { get }
  /// The run's own files.
  var files: RunFiles { get }

  /// The statistics, worked out anew from what was recorded.
  func results() throws -> Findings
  /// The results as a table to print.
  func table(of results: Findings) -> String
  /// Lines about what could not be used.
  func failures(in results: Findings) -> [String]
  /// Writes the documents after the first.
  ///
  /// - Parameters:
  ///   - results: The statistics.
  ///   - paths: Where to, in the documents' order.
  /// - Throws: One-line errors naming the file.
  func writeDocuments(_ results: Findings, to paths: [String]) throws
  /// The figures, with what the page calls them.
  func figures(of results: Findings) throws -> [(title: String, figure: any Figure)]
  /// The page with everything in it; the figures come as SVG.
  func page(
    of results: Findings, table: String, figures: [(title: String, svg: String)]
  ) -> Report
  /// Writes what was recorded for use elsewhere.
  ///
  /// - Parameters:
  ///   - format: One of the kind's.
  ///   - path: A file that may be written, replaced at once when all is written.
  /// - Throws: One-line errors naming the file.
  func write(_ format: ExportFormat, toFile path: String) throws
  /// The run as a comparison needs it.
  ///
  /// - Parameter label: What it is called there.
  /// - Returns: Statistics and photographs.
  /// - Throws: If the kind is not compared, or the run is not finished.
  func compared(as label: String) throws -> ComparedRun
}

extension RecordedExperiment {
  /// Every format.
  public static var formats: [ExportFormat] { ExportFormat.allCases }

  /// None.
  public static var figureNames: [String] { [] }

  /// Writes none: most kinds have one document.
  public func writeDocuments(_ results: Findings, to paths: [String]) throws {}

  /// Refuses: most kinds are not compared.
  public func compared(as label: String) throws -> ComparedRun {
    throw ExperimentError.failure("\(folder): holds \(Self.title), not a zoom")
  }

  /// Names of all that a report writes, whatever its figures are.
  static var written: [String] { documents + [RunFiles.report] + figureNames.map(RunFiles.figure) }

  /// Writes results, figures and the page into the folder.
  func report() throws -> RunOutcome<Findings> {
    let results = try results()
    var paths = try files.claim(Self.documents)
    try TextFile.write(results.json() + "\n", toFile: paths[0])
    try writeDocuments(results, to: paths)
    let table = table(of: results)
    let set = FigureSet(files: files, figures: try figures(of: results))
    paths += try set.write(formats: [.png], only: nil)
    paths.append(try set.writeReport { page(of: results, table: table, figures: $0) })
    return RunOutcome(
      results: results, table: table, folder: folder, files: paths,
      failed: failures(in: results))
  }

  /// Draws the run's figures again.
  ///
  /// - Parameters:
  ///   - formats: File formats to write.
  ///   - only: One figure's name; nil for all.
  /// - Returns: The files written.
  /// - Throws: One-line errors naming the figure or the file.
  public func draw(formats: [FigureFormat], only: String? = nil) throws -> [String] {
    try FigureSet(files: files, figures: figures(of: results())).write(formats: formats, only: only)
  }

  /// Writes what was recorded for use elsewhere; what is in it, the kind's `write` says.
  ///
  /// - Parameters:
  ///   - format: The file's format.
  ///   - path: Replaced at once when all is written.
  /// - Throws: `ExperimentError.usage` for a format that the kind has not; one-line errors naming the file.
  public func export(_ format: ExportFormat, toFile path: String) throws {
    let path = try OutputFile.checked(path, inputs: [files.databasePath])
    guard Self.formats.contains(format) else {
      let known = Self.formats.map(\.rawValue).joined(separator: ", ")
      throw ExperimentError.usage("\(Self.title) is exported as \(known), not \(format.rawValue)")
    }
    try write(format, toFile: path)
  }
}

import Figures
import Recording

/// A recorded run of any kind, which can be drawn and exported without its network.
public protocol RecordedExperiment {
  /// The run's folder.
  var folder: String { get }

  /// Draws the run's figures again.
  ///
  /// - Parameters:
  ///   - formats: File formats to write.
  ///   - only: One figure's name; nil for all.
  /// - Returns: The files written.
  /// - Throws: One-line errors naming the figure or the file.
  func draw(formats: [FigureFormat], only: String?) throws -> [String]

  /// Writes what was recorded for use elsewhere.
  ///
  /// - Parameters:
  ///   - format: The file's format.
  ///   - path: Replaced at once when all is written.
  /// - Throws: One-line errors naming the file.
  func export(_ format: ExportFormat, toFile path: String) throws
}

/// Opens runs whose kind is not known beforehand.
public enum RunFolder {
  /// Opens the run in a folder.
  ///
  /// - Throws: If the folder holds none, or one of a newer version.
  public static func open(_ folder: String) throws -> any RecordedExperiment {
    if OutcomeStore.isIn(folder) { return try RecordedAblation(folder: folder) }
    let store = try RunStore.recorded(in: folder)
    return LesionSpecification.isOne(try store.description().specification)
      ? try RecordedLesions(folder: folder, store: store)
      : try RecordedZoom(folder: folder, store: store)
  }
}

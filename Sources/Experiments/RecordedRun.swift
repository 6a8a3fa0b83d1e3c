import Analysis
import Figures
import Foundation
import Networks
import Pictures
import Recording

/// A run folder: what was recorded, from which results and figures follow without the network.
public struct RecordedRun {
  /// The folder.
  public let folder: String
  let store: RunStore
  let description: RunDescription
  let specification: RunSpecification
  let architecture: Architecture

  /// Opens a recorded run.
  ///
  /// - Throws: If the folder holds none, or one of a newer version.
  public init(folder: String) throws {
    switch try RunStore.probe(folder, besides: RunFiles.all) {
    case .run: try self.init(folder: folder, store: RunStore.open(folder, forWriting: false))
    case .absent: throw ExperimentError.failure("\(folder): no such folder")
    case .empty: throw ExperimentError.failure("\(folder): holds no run; it is empty")
    case .foreign(let reason): throw ExperimentError.failure("\(folder): holds no run; \(reason)")
    }
  }

  init(folder: String, store: RunStore) throws {
    self.folder = folder
    self.store = store
    description = try store.description()
    if (try? LesionSpecification(json: description.specification)) != nil {
      throw ExperimentError.failure(
        "\(folder): holds a lesion run; the command that made it prints and draws it again")
    }
    do {
      specification = try RunSpecification(json: description.specification)
      architecture = try JSONDecoder().decode(
        Architecture.self, from: Data(description.architecture.utf8))
    } catch {
      throw ExperimentError.failure("\(folder): its specification cannot be read: \(error)")
    }
  }

  /// The statistics, worked out anew from what was recorded.
  public func results() throws -> Results {
    var photographs: [RecordedPhotograph] = []
    var failed: [Results.Failure] = []
    try store.forEachImage { image, stimuli in
      if let error = image.error {
        failed.append(Results.Failure(path: image.path, error: error))
        return
      }
      photographs.append(
        RecordedPhotograph(
          path: image.path, classIndex: image.classIndex, classID: image.classID,
          stimuli: stimuli.map(Self.analysed)))
    }
    guard !photographs.isEmpty else {
      throw ExperimentError.failure(
        "\(folder): no photograph could be used; the first: \(failed.first?.error ?? "none")")
    }
    return Results(
      analysing: photographs,
      model: Results.Model(
        name: description.modelName, sha256: description.modelSHA256, architecture: architecture),
      unitNames: description.unitNames, protocol: specification.stimuli.protocol.rawValue,
      scales: specification.stimuli.scales, precision: specification.precision, failed: failed,
      options: AnalysisOptions(
        seed: specification.seed, includesUndersampled: specification.includesUndersampled))
  }

  private static func analysed(_ row: StimulusRow) -> RecordedStimulus {
    let ups = row.units.compactMap(\.channelsUp)
    return RecordedStimulus(
      scale: row.scale, control: row.control, isUndersampled: row.isUndersampled,
      meanAttention: row.units.map(\.means),
      channelsUp: ups.count == row.units.count ? ups : nil, rank: row.rank)
  }

  /// Writes results, figures and the report into the folder.
  func report() throws -> ZoomRun.Outcome {
    let results = try results()
    let resultsPath = (folder as NSString).appendingPathComponent(RunFiles.results)
    try results.write(toFile: resultsPath)
    let set = try FigureSet(run: self, results: results)
    var files = [resultsPath]
    files += try set.write(formats: [.png], only: nil)
    files.append(try set.writeReport())
    return ZoomRun.Outcome(
      results: results, table: ResultsTable(results).text, folder: folder, files: files)
  }

  /// Draws the figures again.
  ///
  /// - Parameters:
  ///   - formats: File formats to write.
  ///   - only: One figure's name; nil for all.
  /// - Returns: The files written.
  /// - Throws: One-line errors naming the figure or the file.
  public func draw(formats: [FigureFormat], only: String? = nil) throws -> [String] {
    try FigureSet(run: self, results: results()).write(formats: formats, only: only)
  }
}

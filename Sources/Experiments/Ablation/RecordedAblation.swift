import Analysis
import Checkpoints
import Figures
import Foundation
import Recording

/// An ablation's folder: what was recorded, from which table and figure follow without a network.
public struct RecordedAblation: RecordedExperiment {
  /// The folder.
  public let folder: String
  let store: OutcomeStore
  let specification: AblationSpecification

  /// Opens a finished ablation.
  ///
  /// - Throws: If the folder holds none, or one that is not finished.
  public init(folder: String) throws {
    try self.init(folder: folder, store: OutcomeStore(folder: folder, forWriting: false))
  }

  init(folder: String, store: OutcomeStore) throws {
    self.folder = folder
    self.store = store
    guard let specification: AblationSpecification = try store.decoded(AblationSpecification.key)
    else {
      throw ExperimentError.failure(
        "\(folder): the ablation is not finished; the command that began it goes on with it")
    }
    self.specification = specification
  }

  /// The statistics, worked out anew from what was recorded.
  public func results() throws -> AblationResults {
    let seeds = specification.training.seeds
    return AblationResults(
      name: specification.name, training: specification.training,
      reference: specification.reference, contrasts: specification.contrasts,
      analysing: try specification.variants.map { variant in
        func each<Value: Decodable>(_ kind: AblationSpecification.Kind) throws -> [Value] {
          try seeds.map { seed in
            let key = AblationSpecification.key(variant.name, seed: seed, kind)
            guard let value: Value = try store.decoded(key) else {
              throw store.damaged(key, "is missing")
            }
            return value
          }
        }
        let isSelective = variant.architecture.hasAttention
        let trained: [TrainingResults] = try each(.training)
        return AblationResults.Observed(
          name: variant.name, architecture: variant.architecture, macs: variant.macs,
          errors: trained.map { 1 - ($0.epochs.last?.validation?.top1 ?? 0) },
          zooms: specification.hasZoom && isSelective ? try each(.zoom) : [],
          lesions: specification.hasLesions && isSelective ? try each(.lesions) : [],
          paper: variant.paper)
      })
  }

  /// Writes results, tables and the figure into the folder.
  func report() throws -> AblationRun.Outcome {
    let results = try results()
    let table = AblationTable(results)
    let files = AblationFiles(folder: folder)
    try RunFiles(store).claim(AblationFiles.written)
    try TextFile.write(results.json() + "\n", toFile: files.json)
    try CSVWriter.write(header: table.csv.header, rows: table.csv.rows, toFile: files.csv)
    try TextFile.write(table.markdown, toFile: files.markdown)
    let figures = try figures(results).write(formats: [.png], only: nil)
    return AblationRun.Outcome(
      results: results, table: table.text, folder: folder,
      files: [files.json, files.csv, files.markdown] + figures, failed: [])
  }

  private func figures(_ results: AblationResults) -> FigureSet {
    FigureSet(
      files: RunFiles(store), figures: [("Variants side by side", AblationFigure(results: results))]
    )
  }

  /// Draws the figure again: `ablation`.
  public func draw(formats: [FigureFormat], only: String? = nil) throws -> [String] {
    try figures(results()).write(formats: formats, only: only)
  }

  /// Writes the table as CSV, a line a variant.
  ///
  /// - Throws: `ExperimentError.usage` for another format; one-line errors naming the file.
  public func export(_ format: ExportFormat, toFile path: String) throws {
    let path = try OutputFile.checked(path, inputs: [folder + "/" + OutcomeStore.fileName])
    guard format == .csv else {
      throw ExperimentError.usage("an ablation is exported as csv, not \(format.rawValue)")
    }
    let csv = AblationTable(try results()).csv
    try CSVWriter.write(header: csv.header, rows: csv.rows, toFile: path)
  }
}

import Analysis
import Checkpoints
import Figures
import Foundation
import Observing
import Recording
import TrainingRuns

/// An ablation's folder: what was recorded, from which table and figure follow without a network.
public struct RecordedAblation: RecordedExperiment {
  /// What a run found.
  public typealias Findings = AblationResults

  /// `ablation`.
  public static let kind = OutcomeStore.kind
  /// What it is called.
  public static let title = "an ablation"
  /// The statistics, the table as CSV and as Markdown.
  public static let documents = ["ablation.json", "ablation.csv", "ablation.md"]
  /// The table alone.
  public static let formats: [ExportFormat] = [.csv]

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
    specification = try store.specification()
  }

  /// The statistics, worked out anew from what was recorded.
  public func results() throws -> AblationResults {
    let jobs = specification.jobs
    let left = try jobs.filter { job in try job.keys.contains { try store.outcome($0) == nil } }
    let unfinished = Unfinished(recorded: jobs.count - left.count, of: jobs.count, "training")
    // Seeds of which some variants are missing would compare the others by other seeds.
    let seeds = specification.training.seeds.filter { seed in !left.contains { $0.seed == seed } }
    guard !seeds.isEmpty else {
      throw ExperimentError.failure(
        "\(folder): the ablation is not finished: \(unfinished?.words ?? "none") recorded, and of no"
          + " seed all variants; the command that began it goes on with it")
    }
    var training = specification.training
    training.seeds = seeds
    var results = AblationResults(
      name: specification.name, training: training,
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
    results.unfinished = unfinished
    return results
  }

  /// The ablation's own files.
  public var files: RunFiles { RunFiles(store) }

  /// The tables to print.
  public func table(of results: AblationResults) -> String { AblationTable(results).text }

  /// What the jobs could not use, which their outcomes name.
  public func failures(in results: AblationResults) -> [String] { [] }

  /// Writes the table as CSV and as Markdown.
  public func writeDocuments(_ results: AblationResults, to paths: [String]) throws {
    let table = AblationTable(results)
    try CSVWriter.write(header: table.csv.header, rows: table.csv.rows, toFile: paths[1])
    try TextFile.write(table.markdown, toFile: paths[2])
  }

  /// `ablation`.
  public func figures(of results: AblationResults) -> [(title: String, figure: any Figure)] {
    [("Variants side by side", AblationFigure(results: results))]
  }

  /// The page with everything in it.
  public func page(
    of results: AblationResults, table: String, figures: [(title: String, svg: String)]
  ) -> Report {
    Report(results: results, table: table, figures: figures)
  }

  /// Writes the table as CSV, a line a variant.
  public func write(_ format: ExportFormat, toFile path: String) throws {
    let csv = AblationTable(try results()).csv
    try CSVWriter.write(header: csv.header, rows: csv.rows, toFile: path)
  }
}

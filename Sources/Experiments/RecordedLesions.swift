import Analysis
import Figures
import Foundation
import Networks
import Recording
import SystemPackage

/// A lesion run's folder: what was recorded, from which costs and figure follow without the network.
public struct RecordedLesions: RecordedExperiment {
  /// The folder.
  public let folder: String
  let store: RunStore
  let description: RunDescription
  let specification: LesionSpecification
  let architecture: Architecture

  init(folder: String, store: RunStore) throws {
    self.folder = folder
    self.store = store
    description = try store.description()
    do {
      specification = try LesionSpecification(json: description.specification)
      architecture = try JSONDecoder().decode(
        Architecture.self, from: Data(description.architecture.utf8))
    } catch {
      throw ExperimentError.failure("\(folder): its specification cannot be read: \(error)")
    }
  }

  /// The costs, worked out anew from what was recorded.
  public func results() throws -> LesionResults {
    let zoom = specification.zoom
    var photographs: [[LesionObservation]] = []
    var failed: [Results.Failure] = []
    let conditions = try conditions()
    try store.forEachImage(reading: .logits) { image, rows in
      if let error = image.error {
        failed.append(Results.Failure(path: image.path.text, error: error))
        return
      }
      let seen = try observations(rows, of: image, conditions.map(\.control))
      guard seen.count == zoom.stimuli.scales.count * (conditions.count + 1) else {
        throw misfit(image)
      }
      photographs.append(seen)
    }
    guard !photographs.isEmpty else {
      throw ExperimentError.failure(
        "\(folder): no photograph could be used; the first: \(failed.first?.error ?? "none")")
    }
    return LesionResults(
      analysing: photographs, plans: conditions.map { $0.plan(architecture) },
      model: Results.Model(
        name: description.modelName, sha256: description.modelSHA256, architecture: architecture),
      protocol: zoom.stimuli.protocol.rawValue, scales: zoom.stimuli.scales,
      frozenScale: specification.frozenScale, precision: zoom.precision, failed: failed,
      options: AnalysisOptions(
        seed: zoom.seed, includesUndersampled: zoom.includesUndersampled))
  }

  /// What was done to the network, in the order of the rows.
  func conditions() throws -> [LesionCondition] {
    // Nothing was shuffled if only one photograph could be used.
    LesionCondition.all(
      specification.lesions, units: specification.zoom.units, of: architecture,
      photographs: try store.images().count { $0.error == nil })
  }

  private func observations(
    _ rows: [StimulusRow], of image: RecordedImage, _ controls: [String]
  ) throws -> [LesionObservation] {
    let intact = Dictionary(
      rows.filter { $0.control == nil }.map { ($0.scale, $0.logits) },
      uniquingKeysWith: { first, _ in first })
    let places = Dictionary(
      controls.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    return try rows.compactMap { row in
      let condition = row.control.flatMap { places[$0] }
      guard condition != nil || row.control == nil else { return nil }
      guard let logits = intact[row.scale], logits.count == row.logits.count else {
        throw misfit(image)
      }
      return LesionObservation(
        condition: condition, scale: row.scale, isUndersampled: row.isUndersampled,
        isCorrect: row.rank.map { $0 == 0 },
        comparison: OutputComparison(row.logits, to: logits))
    }
  }

  private func misfit(_ image: RecordedImage) -> RecordingError {
    .damaged(folder: folder, reason: "the rows of \(image.path.text) do not fit the run's lesions")
  }

  /// Writes results, figure and the report into the folder.
  func report() throws -> LesionRun.Outcome {
    let results = try results()
    var files = try RunFiles(store).claim([RunFiles.lesions])
    try TextFile.write(results.json() + "\n", toFile: files[0])
    let table = LesionTable(results).text
    let set = figures(results)
    files += try set.write(formats: [.png], only: nil)
    files.append(try set.writeReport { Report(results: results, table: table, figures: $0) })
    return LesionRun.Outcome(results: results, table: table, folder: folder, files: files)
  }

  private func figures(_ results: LesionResults) -> FigureSet {
    FigureSet(
      files: RunFiles(store),
      figures: [("What replacing the attention costs", LesionCosts(results: results))])
  }

  /// Draws the figure again: `lesion-costs`.
  public func draw(formats: [FigureFormat], only: String? = nil) throws -> [String] {
    try figures(results()).write(formats: formats, only: only)
  }
}

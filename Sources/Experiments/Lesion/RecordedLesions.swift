import Analysis
import Figures
import Foundation
import Networks
import Observing
import Recording
import Stimuli
import SystemPackage

/// A lesion run's folder: what was recorded, from which costs and figure follow without the network.
public struct RecordedLesions: RecordedInStore {
  /// What a run found.
  public typealias Findings = LesionResults

  /// `lesion`.
  public static let kind = "lesion"
  /// What it is called.
  public static let title = "a lesion run"
  /// The results.
  public static let documents = ["lesions.json"]
  /// Its figures.
  public static let figureNames = ["lesion-costs", "lesion-matrix"]

  /// The folder.
  public let folder: String
  /// The run's store.
  public let store: RunStore
  let description: RunDescription
  let specification: LesionSpecification
  let architecture: SelectiveNetwork

  /// Opens a lesion run whose store is open.
  public init(folder: String, store: RunStore) throws {
    self.folder = folder
    self.store = store
    (description, specification) = try store.opened { try LesionSpecification(json: $0) }
    architecture = try store.architecture(description, for: specification.zoom)
    guard Set(specification.lesions).count == specification.lesions.count else {
      throw store.damaged("specification: a lesion is named twice")
    }
  }

  /// The specification as it was begun, but reported as is asked.
  public static func presenting(_ recorded: String, as asked: String) throws -> String {
    var specification = try LesionSpecification(json: recorded)
    guard try JSONText.line(specification) == recorded else { return recorded }
    specification.zoom = try specification.zoom.presented(
      as: LesionSpecification(json: asked).zoom)
    return try JSONText.line(specification)
  }

  /// The costs, worked out anew from what was recorded.
  public func results() throws -> LesionResults {
    let zoom = specification.zoom
    var photographs: [[LesionObservation]] = []
    var failed: [FailedPhotograph] = []
    let conditions = try conditions()
    try forEachImage(conditions) { image, rows in
      if let error = image.error {
        failed.append(FailedPhotograph(path: image.path.text, error: error))
        return
      }
      photographs.append(try observations(rows, of: image, conditions.map(\.control)))
    }
    guard !photographs.isEmpty else {
      throw noneUsable(failed)
    }
    var results = LesionResults(
      analysing: photographs, plans: conditions.map { $0.plan(architecture) },
      model: AnalysedModel(
        name: description.modelName, sha256: description.modelSHA256, architecture: architecture),
      protocol: zoom.stimuli.protocol.rawValue, scales: zoom.stimuli.scales,
      frozenScale: specification.frozenScale, precision: zoom.precision, failed: failed,
      primary: specification.primary ?? LesionDeclaration(),
      options: AnalysisOptions(
        seed: zoom.seed, includesUndersampled: zoom.includesUndersampled))
    results.unfinished = try store.unfinished()
    return results
  }

  /// Hands over every photograph that is done, with its outputs, of which there has to be one for the
  /// intact network and for each condition at every scale.
  func forEachImage(
    _ conditions: [LesionCondition], _ body: (RecordedImage, [StimulusRow]) throws -> Void
  ) throws {
    let controls = [nil] + conditions.map(\.control)
    let asked = Set(
      specification.zoom.stimuli.scales.flatMap { scale in
        controls.map { StimulusKey(control: $0, scale: scale) }
      })
    try store.forEachImage(
      reading: .logits, varying: "lesions",
      areAsked: { $0.count == asked.count && Set($0) == asked }, body)
  }

  /// What was done to the network, in the order of the rows.
  func conditions() throws -> [LesionCondition] {
    // Nothing was taken from others if only one photograph could be used.
    LesionCondition.all(
      specification, of: architecture,
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
        nll: image.classIndex.flatMap {
          OutputComparison.negativeLogLikelihood(of: $0, in: row.logits)
        },
        comparison: OutputComparison(row.logits, to: logits), dose: row.dose, ownMove: row.ownMove)
    }
  }

  private func misfit(_ image: RecordedImage) -> RecordingError {
    .damaged(folder: folder, reason: "the rows of \(image.path.text) do not fit the run's lesions")
  }

  /// The costs as a table to print.
  public func table(of results: LesionResults) -> String { LesionTable(results).text }

  /// Why photographs could not be used.
  public func failures(in results: LesionResults) -> [String] { results.failed.map(\.error) }

  /// `lesion-costs`, `lesion-matrix`.
  public func figures(of results: LesionResults) -> [(title: String, figure: any Figure)] {
    var figures: [(title: String, figure: any Figure)] = [
      ("What replacing the attention costs", LesionCosts(results: results))
    ]
    if results.matrix != nil {
      figures.append(
        ("Pictures and attention of every scale", LesionMatrix(results: results)))
    }
    return figures
  }

  /// The page with everything in it.
  public func page(
    of results: LesionResults, table: String, figures: [(title: String, svg: String)]
  ) -> Report {
    Report(results: results, table: table, figures: figures)
  }
}

extension RecordedLesions: ShowsStimuli {
  var shown: (stimuli: StimulusSpecification, boxes: String?)? {
    (specification.zoom.stimuli, specification.zoom.boxes)
  }
}

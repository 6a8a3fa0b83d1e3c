import Analysis
import Checkpoints
import Figures
import Foundation
import Networks
import Observing
import Pictures
import Recording
import Stimuli
import SystemPackage
import Wording

/// A zoom's folder: what was recorded, from which results and figures follow without the network.
public struct RecordedZoom: RecordedInStore {
  /// What a run found.
  public typealias Findings = ZoomResults

  /// `zoom`.
  public static let kind = "zoom"
  /// What it is called.
  public static let title = "a zoom"
  /// The results.
  public static let documents = ["results.json"]
  /// Its figures.
  public static let figureNames = ["figure-3ab", "figure-3c", "figure-4", "shift-over-depth"]

  /// The folder.
  public let folder: String
  /// The run's store.
  public let store: RunStore
  let description: RunDescription
  let specification: ZoomSpecification
  let architecture: SelectiveNetwork

  /// Opens a zoom whose store is open.
  public init(folder: String, store: RunStore) throws {
    self.folder = folder
    self.store = store
    (description, specification) = try store.opened { try ZoomSpecification(json: $0) }
    architecture = try store.architecture(description, for: specification)
    guard description.unitNames == specification.units else {
      throw store.damaged("its units are not those of its specification")
    }
  }

  /// The specification as it was begun, but reported as is asked.
  public static func presenting(_ recorded: String, as asked: String) throws -> String {
    let old = try ZoomSpecification(json: recorded)
    // A version of before may have meant something else by what it did not write.
    guard try old.json() == recorded else { return recorded }
    return try old.presented(as: ZoomSpecification(json: asked)).json()
  }

  /// Hands over every photograph that is done, as `RunStore.forEachImage` does, with the stimuli that the
  /// specification asks for: the zoom at every scale, and of each control at most one at a scale.
  func forEachImage(
    reading parts: RowParts = [], _ body: (RecordedImage, [StimulusRow]) throws -> Void
  ) throws {
    let scales = specification.stimuli.scales
    let controls = Set(specification.controls.map(\.rawValue))
    try store.forEachImage(
      reading: parts, varying: "controls",
      areAsked: { keys in
        keys.filter { $0.control == nil }.map(\.scale).sorted() == scales
          && Set(keys).count == keys.count
          && keys.allSatisfy { key in
            (key.control.map(controls.contains) ?? true) && scales.contains(key.scale)
          }
      }, body)
  }

  /// The statistics, worked out anew from what was recorded.
  ///
  /// - Throws: If no photograph could be used, or a single scale was recorded.
  public func results() throws -> ZoomResults {
    try Self.refuseSingle(specification.stimuli.scales, folder)
    let (photographs, failed) = try photographs()
    var results = results(of: photographs, failed: failed)
    results.unfinished = try store.unfinished()
    return results
  }

  /// What was recorded of the photographs that could be used, and which could not; paths and hashes, by which
  /// runs are compared, only if asked for.
  func photographs(
    areNamed: Bool = false
  ) throws -> (usable: [RecordedPhotograph], failed: [FailedPhotograph]) {
    var photographs: [RecordedPhotograph] = []
    var failed: [FailedPhotograph] = []
    try forEachImage { image, stimuli in
      if let error = image.error {
        failed.append(FailedPhotograph(path: image.path.text, error: error))
        return
      }
      photographs.append(
        RecordedPhotograph(
          path: areNamed ? image.path.text : "", sha256: areNamed ? image.sha256 : "",
          classIndex: image.classIndex,
          classID: image.classID, stimuli: stimuli.map(Self.analysed)))
    }
    guard !photographs.isEmpty else {
      throw noneUsable(failed)
    }
    return (photographs, failed)
  }

  /// The primary family as it was asked for.
  var primary: FamilyDeclaration { specification.primary ?? FamilyDeclaration() }

  var options: AnalysisOptions {
    AnalysisOptions(
      seed: specification.seed, includesUndersampled: specification.includesUndersampled)
  }

  private func results(of photographs: [RecordedPhotograph], failed: [FailedPhotograph])
    -> ZoomResults
  {
    ZoomResults(
      analysing: photographs,
      model: AnalysedModel(
        name: description.modelName, sha256: description.modelSHA256, architecture: architecture),
      unitNames: description.unitNames, protocol: specification.stimuli.protocol.rawValue,
      scales: specification.stimuli.scales, precision: specification.precision, failed: failed,
      primary: primary, className: ImageNetClasses.name(of:), options: options)
  }

  /// The run as a comparison needs it.
  ///
  /// - Parameter label: What it is called there.
  /// - Returns: Statistics and photographs.
  /// - Throws: If the run is not finished, or no photograph could be used.
  public func compared(as label: String) throws -> ComparedRun {
    let (done, asked) = (try store.recordedImages().count, try store.images().count)
    guard done == asked else {
      throw ExperimentError.failure(
        "\(folder): is not finished: \(done) of \(counted(asked, "photograph")) recorded; the command "
          + "that began it goes on with it")
    }
    let (photographs, failed) = try photographs(areNamed: true)
    return ComparedRun(
      label: label, results: results(of: photographs, failed: failed), photographs: photographs,
      unitNames: description.unitNames, primary: primary, options: options)
  }

  /// What the run could have seen, and how many photographs a shift needs.
  ///
  /// - Parameter shift: A slope per octave above zero; nil for each unit's smallest effect of interest.
  /// - Returns: The power of the primary family.
  /// - Throws: If the run holds too few photographs, or none of the family's units.
  public func power(toFind shift: Double? = nil) throws -> Power {
    let scales = specification.stimuli.scales
    try Self.refuseSingle(scales, folder)
    let power = Power(
      analysing: try photographs().usable, architecture: architecture,
      unitNames: description.unitNames, scales: scales, primary: primary, shift: shift,
      options: options)
    guard power.photographs >= 3 else {
      throw ExperimentError.failure(
        "\(folder): has \(counted(power.photographs, "photograph")) that count; three are the fewest"
      )
    }
    guard !power.units.isEmpty else {
      throw ExperimentError.failure("\(folder): has recorded no unit of its primary family")
    }
    return power
  }

  private static func refuseSingle(_ scales: [Double], _ folder: String) throws {
    guard scales.count > 1 else {
      throw ExperimentError.failure("\(folder): was recorded at one scale; a shift needs two")
    }
  }

  private static func analysed(_ row: StimulusRow) -> RecordedStimulus {
    let ups = row.units.compactMap(\.channelsUp)
    return RecordedStimulus(
      scale: row.scale, control: row.control, isUndersampled: row.isUndersampled,
      meanAttention: row.units.map(\.means),
      channelsUp: ups.count == row.units.count ? ups : nil, rank: row.rank)
  }

  /// The results as a table to print.
  public func table(of results: ZoomResults) -> String { ZoomTable(results).text }

  /// Why photographs could not be used.
  public func failures(in results: ZoomResults) -> [String] { results.failed.map(\.error) }

  /// `figure-3ab`, `figure-3c`, `figure-4`, `shift-over-depth`.
  public func figures(of results: ZoomResults) throws -> [(title: String, figure: any Figure)] {
    let profiles = try ProfileReader(self)
    return [
      ("Single photographs", Figure3Examples(examples: profiles.examples, results: results)),
      ("All photographs", Figure3Average(results: results, profile: profiles.average)),
      ("Classes", Figure4(results: results)),
      ("Shift over depth, beside its controls", ShiftOverDepth(results: results)),
    ]
  }

  /// The page with everything in it.
  public func page(
    of results: ZoomResults, table: String, figures: [(title: String, svg: String)]
  ) -> Report {
    Report(results: results, table: table, figures: figures)
  }
}

extension RecordedZoom: ShowsStimuli {
  var shown: (stimuli: StimulusSpecification, boxes: String?)? {
    (specification.stimuli, specification.boxes)
  }
}

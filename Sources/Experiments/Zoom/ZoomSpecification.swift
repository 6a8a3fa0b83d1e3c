import Analysis
import Foundation
import Networks
import Stimuli

/// Everything that decides what a run records and reports, as it is kept in the run's store.
///
/// The seed of the analysis, the photographs that figure 3 shows and whether undersampled ones count decide only
/// how the run is reported: they may change on a finished run. Two runs with equal specifications, models and photographs hold the same numbers to the bit.
struct ZoomSpecification: Codable, Equatable {
  var stimuli: StimulusSpecification
  /// SHA-256 of the picture behind transparent ones, where that is a file; earlier versions did not
  /// record it.
  var background: String?
  /// SHA-256 of the boxes of the run's photographs, where there are any.
  var boxes: String?
  var controls: [Control]
  var units: [String]
  var precision: String
  var instructionSet: String
  var seed: UInt64
  var keep: String
  var includesUndersampled: Bool
  /// Indices of the photographs that figure 3 shows.
  var examples: [Int]
  /// The primary family; nil for the default one, which runs of before have too.
  var primary: FamilyDeclaration?
  /// How pictures become the network's input, where the model's file does not say it, or something else
  /// was asked for.
  var input: Preprocessing?

  /// The same as another asks to have it reported; what decides what is recorded stays.
  func presented(as asked: ZoomSpecification) throws -> ZoomSpecification {
    var presented = self
    presented.seed = asked.seed
    presented.examples = asked.examples
    presented.includesUndersampled = asked.includesUndersampled
    // A background is told by its content, wherever it lies.
    if background != nil, background == asked.background,
      try stimuli.over(asked.stimuli.background) == asked.stimuli
    {
      presented.stimuli = asked.stimuli
    }
    return presented
  }

  /// Canonical JSON: sorted keys, so that equal values have equal texts.
  func json() throws -> String {
    try JSONText.line(self)
  }

  init(json: String) throws {
    self = try JSONDecoder().decode(Self.self, from: Data(json.utf8))
  }

  init(
    stimuli: StimulusSpecification, background: String?, boxes: String?, controls: [Control],
    units: [String],
    precision: String, instructionSet: String, seed: UInt64, keep: String,
    includesUndersampled: Bool, examples: [Int], primary: FamilyDeclaration? = nil,
    input: Preprocessing? = nil
  ) {
    self.stimuli = stimuli
    self.background = background
    self.boxes = boxes
    self.controls = controls
    self.units = units
    self.precision = precision
    self.instructionSet = instructionSet
    self.seed = seed
    self.keep = keep
    self.includesUndersampled = includesUndersampled
    self.examples = examples
    self.primary = primary
    self.input = input
  }
}

extension StimulusSpecification {
  /// The same over another background.
  fileprivate func over(_ background: Background) throws -> StimulusSpecification {
    try StimulusSpecification(
      protocol: `protocol`, scales: scales, size: size, crop: crop, controls: controls,
      filter: filter, background: background, seed: seed, psfFactor: psfFactor)
  }
}

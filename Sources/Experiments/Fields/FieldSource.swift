import Analysis
import Checkpoints
import Files
import Foundation
import Networks
import Pictures
import Stimuli
import SystemPackage

/// What a network is shown: photographs at every scale, or noise.
struct FieldSource: Sendable {
  /// Ascending; 1 alone of noise.
  let scales: [Double]
  let shown: FieldResults.Shown
  private let photographs: [ListedPhotograph]
  private let noise: Int
  private let seed: UInt64
  private let inputCount: Int
  private let maker: StimulusMaker?
  private let limits: DecodingLimits
  private let preprocessing: Preprocessing

  /// - Throws: If no photograph is found, the boxes cannot be read, or the model takes no squares.
  init(
    _ experiment: FieldExperiment, model: GraphModel, reporting progress: some RunProgress
  ) throws {
    seed = experiment.seed
    preprocessing = model.preprocessing
    inputCount = 3 * model.picture.height * model.picture.width
    limits = DecodingLimits(maximumMegapixels: experiment.maximumMegapixels)
    guard !experiment.images.isEmpty else {
      shown = .noise
      scales = [1]
      photographs = []
      noise = experiment.noise
      maker = nil
      guard experiment.noise > 0 else {
        throw ExperimentError.usage("--noise: expected at least one picture")
      }
      return
    }
    guard model.picture.height == model.picture.width else {
      throw ExperimentError.failure(
        "\(experiment.model): takes \(model.picture.height) × \(model.picture.width) pixels; "
          + "photographs go in as squares")
    }
    shown = .photographs
    noise = 0
    let skipped: String?
    (photographs, skipped) = try ListedPhotograph.list(
      experiment.images, boxes: experiment.boxes, choice: experiment.boxChoice)
    if let skipped { progress.say(skipped) }
    do {
      let specification = try StimulusSpecification(
        protocol: experiment.zoomProtocol, scales: experiment.scales, size: model.picture.height,
        crop: preprocessing.crop, controls: [], filter: .init(preprocessing.interpolation),
        background: .gray, seed: experiment.seed)
      scales = specification.scales
      maker = try StimulusMaker(specification, limits: limits)
    } catch let error as StimulusError {
      throw ExperimentError.usage("\(error)")
    }
  }

  /// How many pictures there are.
  var count: Int { shown == .noise ? noise : photographs.count }

  /// What a picture is called in errors.
  func name(of index: Int) -> String {
    shown == .noise ? "noise \(index + 1)" : photographs[index].path.text
  }

  /// A picture's inputs at every scale, normalised.
  func inputs(of index: Int) throws -> [[Float]] {
    guard let maker else {
      return [Weights.normalNoise("\(seed)/noise \(index + 1)", count: inputCount, sigma: 1)]
    }
    return try photographs[index].stimuli(by: maker, limits: limits)
      .map { preprocessing.input(pixels: $0.pixels) }
  }
}

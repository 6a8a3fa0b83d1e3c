import Analysis
import Checkpoints
import Files
import Foundation
import Networks
import Observing
import Pictures
import Recording
import Stimuli
import SystemPackage

/// What a network is shown: photographs at every scale, or noise.
struct FieldSource: Sendable {
  /// Ascending; 1 alone of noise.
  let scales: [Double]
  let shown: FieldResults.Shown
  /// What is made of photographs; nil of noise.
  let stimuli: StimulusSpecification?
  /// SHA-256 of the photographs' boxes, where there are any.
  var boxes: String? { hasBoxes ? ListedPhotograph.digest(of: photographs) : nil }
  private let hasBoxes: Bool
  /// What lies in the photographs' folders and was not taken, in one line; nil if there is nothing.
  let skipped: String?
  var photographs: [ListedPhotograph]
  private let noise: Int
  private let seed: UInt64
  private let inputCount: Int
  private let input: PictureInput?

  /// - Throws: If no photograph is found, the boxes cannot be read, or the model takes no squares.
  init(
    _ experiment: FieldExperiment, model: GraphModel, workers: Int
  ) throws {
    seed = experiment.seed
    let preprocessing = model.preprocessing
    inputCount = 3 * model.picture.height * model.picture.width
    let limits = DecodingLimits(maximumMegapixels: experiment.maximumMegapixels)
    guard !experiment.images.isEmpty else {
      shown = .noise
      scales = [1]
      photographs = []
      (stimuli, hasBoxes, skipped) = (nil, false, nil)
      noise = experiment.noise
      input = nil
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
    var found: [ListedPhotograph]
    (found, skipped) = try ListedPhotograph.list(
      experiment.images, boxes: experiment.boxes, choice: experiment.boxChoice)
    let hashes = try ListedPhotograph.hashes(
      of: found.map(\.path), in: experiment.shard, limits: limits, workers: workers)
    for index in found.indices { found[index].sha256 = hashes[index] }
    photographs = found
    hasBoxes = experiment.boxes != nil
    do {
      let specification = try StimulusSpecification(
        protocol: experiment.zoomProtocol, scales: experiment.scales, size: model.picture.height,
        crop: preprocessing.crop, controls: [], filter: .init(preprocessing.interpolation),
        background: .gray, seed: experiment.seed)
      stimuli = specification
      scales = specification.scales
      input = PictureInput(
        maker: try StimulusMaker(specification, limits: limits), limits: limits,
        preprocessing: preprocessing)
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

  /// The pictures as the store keeps them; noise has a name and no hash.
  func recordedImages() -> [RecordedImage] {
    (0..<count).map { index in
      RecordedImage(
        index: index,
        path: shown == .noise ? FilePath(name(of: index)) : photographs[index].storedPath,
        sha256: shown == .noise ? "" : photographs[index].sha256 ?? "")
    }
  }

  /// A picture's inputs at every scale, normalised.
  func inputs(of index: Int) throws -> [[Float]] {
    guard let input else {
      return [Weights.normalNoise("\(seed)/noise \(index + 1)", count: inputCount, sigma: 1)]
    }
    return try input.inputs(of: photographs[index])
  }
}

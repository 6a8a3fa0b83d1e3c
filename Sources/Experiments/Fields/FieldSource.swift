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
  private let picture: SpatialSize
  private let preprocessing: Preprocessing
  let limits: DecodingLimits
  private let input: PictureInput?
  /// Photographs that stand in for the run's, one for one as far as they go.
  private let substitutes: [ListedPhotograph]
  /// Shows a photograph as it is.
  private let plain: PictureInput?
  /// SHA-256 of the others' hashes, where there are any.
  var others: String? {
    substitutes.isEmpty
      ? nil
      : SHA256.hexDigest(
        of: Array(substitutes.map { $0.sha256 ?? "" }.joined(separator: "\n").utf8))
  }

  /// - Throws: If no photograph is found, the boxes cannot be read, or the model takes no squares.
  init(
    _ experiment: FieldExperiment, model: GraphModel, workers: Int
  ) throws {
    seed = experiment.seed
    preprocessing = model.preprocessing
    picture = model.picture
    limits = DecodingLimits(maximumMegapixels: experiment.maximumMegapixels)
    guard !experiment.images.isEmpty else {
      shown = .noise
      scales = [1]
      photographs = []
      (stimuli, hasBoxes, skipped) = (nil, false, nil)
      noise = experiment.noise
      (input, plain, substitutes) = (nil, nil, [])
      guard FieldExperiment.noiseCounts.contains(experiment.noise) else {
        throw ExperimentError.usage(
          "--noise: expected 1 to \(FieldExperiment.noiseCounts.upperBound)")
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
    var others: [ListedPhotograph] = []
    if let paths = experiment.nulls?.others, !paths.isEmpty {
      others = Array(
        try ListedPhotograph.list(paths, boxes: nil, choice: experiment.boxChoice).photographs
          .prefix(found.count))
      let hashes = try ListedPhotograph.hashes(
        of: others.map(\.path), in: nil, limits: limits, workers: workers)
      for index in others.indices { others[index].sha256 = hashes[index] }
    }
    substitutes = others
    do {
      let specification = try StimulusSpecification(
        protocol: experiment.zoomProtocol, scales: experiment.scales, size: model.picture.height,
        crop: preprocessing.crop,
        controls: experiment.nullControls(atScales: experiment.scales.sorted()),
        filter: .init(preprocessing.interpolation), background: .gray, seed: experiment.seed)
      stimuli = specification
      scales = specification.scales
      input = PictureInput(
        maker: try StimulusMaker(specification, limits: limits), limits: limits,
        preprocessing: preprocessing)
      plain =
        others.isEmpty
        ? nil
        : try PictureInput(
          judging: preprocessing, side: model.picture.height, limits: limits)
    } catch let error as StimulusError {
      throw ExperimentError.usage("\(error)")
    }
  }

  /// The scale at which a picture is as it is; the smallest where there is none.
  var plainStep: Int { scales.firstIndex(of: 1) ?? 0 }

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

  /// A picture's inputs, normalised [3, H, W].
  struct Inputs {
    /// At every scale.
    var zoom: [[Float]]
    /// Of every control, at the scales that it has room for.
    var controls: [String: [Int: [Float]]] = [:]
  }

  /// A picture's inputs at every scale, and its controls'.
  func inputs(of index: Int) throws -> Inputs {
    guard let input else { return Inputs(zoom: [noise(index, picture)]) }
    var inputs = Inputs(zoom: [])
    for stimulus in try input.stimuli(of: photographs[index]) {
      var values = [Float](repeating: 0, count: stimulus.pixels.count)
      input.fill(&values, with: stimulus)
      guard let control = stimulus.control else {
        inputs.zoom.append(values)
        continue
      }
      if let step = scales.firstIndex(of: stimulus.scale) {
        inputs.controls[control.rawValue, default: [:]][step] = values
      }
    }
    return inputs
  }

  /// A picture's inputs at every scale, at any size of the input, without controls.
  func zooms(of index: Int, at size: SpatialSize) throws -> [[Float]] {
    guard let stimuli else { return [noise(index, size)] }
    let maker = try StimulusMaker(
      StimulusSpecification(
        protocol: stimuli.protocol, scales: scales, size: size.height, crop: stimuli.crop,
        filter: stimuli.filter, background: stimuli.background, seed: stimuli.seed),
      limits: limits)
    return try PictureInput(maker: maker, limits: limits, preprocessing: preprocessing)
      .inputs(of: photographs[index])
  }

  /// The picture of noise in a photograph's place.
  func noise(_ index: Int) -> [Float] { noise(index, picture) }

  /// The input of another photograph in a photograph's place; nil where there are no more.
  func substitute(for index: Int) throws -> [Float]? {
    guard substitutes.indices.contains(index) else { return nil }
    return try plain?.inputs(of: substitutes[index]).first
  }

  private func noise(_ index: Int, _ size: SpatialSize) -> [Float] {
    Weights.normalNoise("\(seed)/noise \(index + 1)", count: 3 * size.height * size.width, sigma: 1)
  }
}

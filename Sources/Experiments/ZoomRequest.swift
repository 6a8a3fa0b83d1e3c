import Analysis
import Checkpoints
import Engine
import Foundation
import Networks
import Pictures
import TrainingData
import Recording
import Stimuli

/// A zoom experiment with everything that it names looked up and checked.
struct ZoomRequest: Sendable {
  let experiment: ZoomExperiment
  let paths: [String]
  let labels: [(index: Int, id: String)?]
  let boxes: TargetBoxes?
  let workers: Int
  let model: Model
  private let units: UnitSelection
  let stimuli: StimulusSpecification
  private let precision: Precision
  private let instructionSet: InstructionSet
  private let hashes: [String]

  init(_ experiment: ZoomExperiment) throws {
    self.experiment = experiment
    workers = try Machine.workers(experiment.workers)
    precision = try EngineChoice.precision(experiment.precision)
    instructionSet = try EngineChoice.instructionSet(experiment.instructionSet)
    let model = try ModelSource.trained(experiment.model)
    self.model = model
    units = try UnitSelection(experiment.units, of: model.architecture)
    if experiment.controls.contains(.untrained) {
      throw ExperimentError.usage(
        "controls: "
          + Control.untrained.refusal(
            by: experiment.zoomProtocol, scales: experiment.scales))
    }
    do {
      stimuli = try StimulusSpecification(
        protocol: experiment.zoomProtocol, scales: experiment.scales,
        size: experiment.size ?? model.preprocessing.size, crop: model.preprocessing.crop,
        controls: experiment.controls, filter: .init(model.preprocessing.interpolation),
        background: experiment.background, seed: experiment.seed, psfFactor: experiment.psfFactor)
    } catch {
      throw ExperimentError.usage("\(error)")
    }
    boxes = try experiment.boxes.map { try TargetBoxes(contentsOfFile: $0) }
    paths = try ImageList(experiment.images).paths
    let known = ClassLabels(classes: model.classes, paths: paths)
    labels = paths.map { known.label(of: $0) }
    hashes = try Self.hashes(of: paths, workers: workers)
  }

  /// What photographs may be decoded.
  var limits: DecodingLimits { DecodingLimits(maximumMegapixels: experiment.maximumMegapixels) }

  /// What identifies the run, for its store.
  func description() throws -> RunDescription {
    let chosen = units.indices.map { model.architecture.units[$0] }
    let specification = RunSpecification(
      stimuli: stimuli, boxes: try boxes.map { try Self.digest(of: $0, paths: paths) },
      controls: experiment.controls, units: chosen.map(\.name), precision: precision.rawValue,
      instructionSet: instructionSet.rawValue, seed: experiment.seed,
      keep: experiment.keep.rawValue, includesUndersampled: experiment.includesUndersampled,
      examples: try exampleIndices())
    return RunDescription(
      specification: try specification.json(), modelName: model.name, modelSHA256: model.sha256,
      architecture: try JSONText.line(model.architecture),
      unitNames: chosen.map(\.name), unitChannels: chosen.map(\.width),
      branchCount: model.architecture.branches.count, toolVersion: ToolVersion.current)
  }

  /// The photographs as the store keeps them.
  func recordedImages() -> [RecordedImage] {
    paths.indices.map {
      RecordedImage(
        index: $0, path: paths[$0], sha256: hashes[$0], classIndex: labels[$0]?.index,
        classID: labels[$0]?.id)
    }
  }

  /// Compiles the network and gathers what the workers share.
  func setting() throws -> StimulusObserver.Setting {
    func plan(_ weights: Weights) throws -> Plan {
      try Plan(
        model.architecture, weights: weights, height: stimuli.size, width: stimuli.size,
        precision: precision, instructionSet: instructionSet, workers: workers)
    }
    let asksForGate = experiment.controls.contains(.gate)
    return StimulusObserver.Setting(
      maker: try StimulusMaker(stimuli, limits: limits),
      limits: limits,
      normalization: InputNormalization(model.preprocessing), plan: try plan(model.weights),
      gate: asksForGate
        ? try plan(model.weights.redrawingGates(of: model.architecture, seed: experiment.seed))
        : nil,
      units: units.indices, measure: BranchMeasure(branches: model.architecture.branches),
      keepsChannels: experiment.keep == .channels)
  }

  /// The photographs for figure 3: those named, or four evenly spaced ones.
  func exampleIndices() throws -> [Int] {
    guard experiment.examples.isEmpty else {
      return try experiment.examples.map { name in
        guard let index = paths.firstIndex(where: { $0 == name || $0.hasSuffix("/" + name) }) else {
          throw ExperimentError.usage("example '\(name)' is none of the photographs")
        }
        return index
      }
    }
    return Array(paths.indices).evenlySpaced(4)
  }

  /// SHA-256 of the boxes of some photographs.
  static func digest(of boxes: TargetBoxes, paths: [String]) throws -> String {
    let lines = paths.map { path in
      boxes[path].map { "\(path) \($0.left) \($0.top) \($0.right) \($0.bottom)" } ?? path
    }
    return SHA256.hexDigest(of: Array(lines.joined(separator: "\n").utf8))
  }

  /// SHA-256 of every photograph; empty where a file cannot be read, which its run then reports.
  private static func hashes(of paths: [String], workers: Int) throws -> [String] {
    var hashes: [String] = []
    hashes.reserveCapacity(paths.count)
    try mapInOrder(
      count: paths.count, workers: workers, makeState: {},
      transform: { _, index in (try? SHA256.hexDigest(ofFile: paths[index])) ?? "" },
      consume: { _, hash in
        hashes.append(hash)
        return true
      })
    return hashes
  }
}

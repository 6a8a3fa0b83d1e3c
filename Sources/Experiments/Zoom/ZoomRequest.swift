import Analysis
import Checkpoints
import Engine
import Files
import Foundation
import Networks
import Observing
import Pictures
import Recording
import Stimuli
import SystemPackage
import TrainingData

/// A zoom experiment with everything that it names looked up and checked.
struct ZoomRequest: Sendable {
  let experiment: ZoomExperiment
  /// The photographs in the order of their paths, or of the run that has recorded them.
  var photographs: [ListedPhotograph]
  /// What to say before the run: which files were not taken, whence the classes were.
  let notes: [String]
  let workers: Int
  let model: RunnableNetwork
  /// How pictures become the input, where the model's file does not say it.
  private let preprocessing: Preprocessing?
  /// What is recorded of it.
  private let selection: RunnableNetwork.Selection
  let stimuli: StimulusSpecification
  /// Makes the stimuli, over the background as it was hashed.
  let maker: StimulusMaker
  private let backgroundSHA256: String?
  private let hasBoxes: Bool
  private let precision: Precision
  private let instructionSet: InstructionSet
  private let primary: FamilyDeclaration

  /// Looks an experiment up.
  ///
  /// - Parameters:
  ///   - experiment: What is asked for.
  ///   - needsUnits: Whether attention is to be replaced, which selective-kernel units alone let.
  ///   - readsAll: Whether a shard looks at other shards' photographs too.
  /// - Throws: One-line errors naming the file or setting.
  init(_ experiment: ZoomExperiment, needsUnits: Bool = false, readsAll: Bool = false) throws {
    self.experiment = experiment
    workers = try Machine.workers(experiment.workers)
    precision = try EngineChoice.precision(experiment.precision)
    instructionSet = try EngineChoice.instructionSet(experiment.instructionSet)
    var input = experiment.input
    input.size = experiment.size
    let model = try ModelSource.network(experiment.model, input: input)
    preprocessing =
      input.isGiven || !model.isPreprocessingKnown ? model.preprocessing : nil
    self.model = model
    if needsUnits, model.architecture == nil { throw ModelSource.noUnits(experiment.model) }
    selection = try model.selection(experiment.units)
    if experiment.controls.contains(.gate), model.architecture == nil {
      throw ExperimentError.usage(
        "controls: gate: only gates of selective-kernel units are drawn anew")
    }
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
    let limits = DecodingLimits(maximumMegapixels: experiment.maximumMegapixels)
    (maker, backgroundSHA256) = try Self.maker(stimuli, limits: limits)
    let list = try ImageList(experiment.images)
    let boxes = try experiment.boxes.map {
      try TargetBoxes(
        contentsOf: FilePath($0), photographs: list.paths, choice: experiment.boxChoice)
    }
    hasBoxes = boxes != nil
    let classes = try ClassLabels(classes: model.classes, paths: list.paths)
    notes = [
      list.skipped.line, classes.line,
      preprocessing?.line(side: stimuli.size, isKnown: model.isPreprocessingKnown),
    ].compactMap { $0 }
    let hashes = try ListedPhotograph.hashes(
      of: list.paths, in: readsAll ? nil : experiment.shard, limits: limits, workers: workers)
    photographs = list.paths.enumerated().map { index, path in
      ListedPhotograph(
        path: path, sha256: hashes[index], target: boxes?[path],
        classIndex: classes.labels[index]?.index, classID: classes.labels[index]?.id)
    }
    primary = try experiment.primary.resolved(
      for: selection.network,
      recorded: selection.units.map { [selection] in selection.network.units[$0].name })
  }

  /// What photographs may be decoded.
  var limits: DecodingLimits { DecodingLimits(maximumMegapixels: experiment.maximumMegapixels) }

  /// What identifies the run, for its store.
  func description() throws -> RunDescription {
    let chosen = selection.units.map { selection.network.units[$0] }
    let specification = ZoomSpecification(
      stimuli: stimuli, background: backgroundSHA256,
      boxes: hasBoxes ? ListedPhotograph.digest(of: photographs) : nil,
      controls: experiment.controls, units: chosen.map(\.name), precision: precision.rawValue,
      instructionSet: instructionSet.rawValue, seed: experiment.analysisSeed ?? experiment.seed,
      keep: experiment.keep.rawValue, includesUndersampled: experiment.includesUndersampled,
      examples: try exampleIndices(),
      primary: primary == FamilyDeclaration() ? nil : primary, input: preprocessing)
    return RunDescription(
      specification: try specification.json(), modelName: model.name, modelSHA256: model.sha256,
      architecture: try JSONText.line(selection.network),
      unitNames: chosen.map(\.name), unitChannels: chosen.map(\.width),
      branchCount: selection.network.branches.count, toolVersion: ToolVersion.current,
      shard: experiment.shard)
  }

  /// Says how many of the photographs are undersampled, before anything is shown to the network.
  ///
  /// - Throws: If none would be left.
  func countPixels(reporting progress: some RunProgress) throws {
    // A shard that reads the headers of all would do so as often as there are shards.
    let own = photographs.indices.filter { experiment.shard?.holds($0) ?? true }
    let pixels = PixelCount(
      own.map { photographs[$0].path }, size: stimuli.size, crop: stimuli.crop,
      scales: stimuli.scales)
    guard let words = pixels.words(isCounted: experiment.includesUndersampled) else { return }
    guard experiment.includesUndersampled || experiment.shard != nil || !pixels.leavesNone else {
      throw ExperimentError.failure(
        "\(words); --include-undersampled counts them, without verdicts")
    }
    progress.say(words)
  }

  /// The photographs as the store keeps them.
  func recordedImages() -> [RecordedImage] {
    photographs.enumerated().map { index, photograph in
      RecordedImage(
        index: index, path: photograph.storedPath, sha256: photograph.sha256 ?? "",
        classIndex: photograph.classIndex, classID: photograph.classID)
    }
  }

  /// Compiles the network and gathers what the workers share.
  func setting() throws -> ZoomObserver.Setting {
    func plan(redrawingGates seed: UInt64? = nil) throws -> Plan {
      try model.plan(
        side: stimuli.size, precision: precision, instructionSet: instructionSet,
        workers: workers, recording: selection.gates, redrawingGates: seed)
    }
    let asksForGate = experiment.controls.contains(.gate)
    return ZoomObserver.Setting(
      picture: PictureObserver.Setting(
        input: PictureInput(maker: maker, limits: limits, preprocessing: model.preprocessing),
        plan: try plan()),
      gate: asksForGate
        ? try plan(redrawingGates: experiment.seed) : nil,
      units: selection.units, gates: selection.gates,
      measure: BranchMeasure(branches: selection.network.branches),
      keepsChannels: experiment.keep == .channels)
  }

  /// The photographs for figure 3: those named, or four evenly spaced ones.
  func exampleIndices() throws -> [Int] {
    guard experiment.examples.isEmpty else {
      return try experiment.examples.map { name in
        guard let index = photographs.firstIndex(where: { $0.path.ends(with: FilePath(name)) })
        else {
          throw ExperimentError.usage("example '\(name)' is none of the photographs")
        }
        return index
      }
    }
    return Array(photographs.indices).evenlySpaced(4)
  }

  /// What makes the stimuli, and SHA-256 of the bytes that its background was decoded from, if it has one.
  private static func maker(
    _ stimuli: StimulusSpecification, limits: DecodingLimits
  ) throws -> (StimulusMaker, backgroundSHA256: String?) {
    guard case .file(let path) = stimuli.background else {
      return (try StimulusMaker(stimuli), nil)
    }
    let bytes = try Picture.encoded(in: FilePath(path), limits: limits)
    let picture = try Picture(decoding: bytes, named: path, limits: limits)
    return (StimulusMaker(stimuli, behind: picture), SHA256.hexDigest(of: bytes))
  }
}

import Foundation
import Networks
import Observing
import TrainingData
import TrainingRuns

/// A training written down as YAML; see `Experiments/train-tiny.yaml`.
///
/// Paths in the file are relative to it. A key that is not known is an error, so that a misspelt
/// setting never runs as its default.
public struct TrainingFile {
  /// The training that the file describes.
  public private(set) var experiment: TrainingExperiment

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The YAML file.
  ///   - out: The run's folder, instead of the file's own.
  /// - Throws: `ExperimentError` naming the file, and the line where there is one.
  public init(contentsOfFile path: String, out: String? = nil) throws {
    var keys = try YAMLKeys(contentsOfFile: path)
    experiment = try Self.experiment(&keys, out: out)
    if let seed = try keys.seed("seed") { experiment.seed = seed }
    try keys.refuseUnknown()
  }

  /// What a training and an ablation have in common: everything but the seed.
  static func experiment(_ keys: inout YAMLKeys, out: String?) throws -> TrainingExperiment {
    let (base, architecture) = try network(&keys)
    let recipe = try RecipeReader.recipe(&keys, size: base.inputSize)
    let preprocessing = try preprocessing(
      &keys, size: recipe.recipe.sizes.phases.last?.size ?? base.inputSize)
    let recordedOut = try keys.string("out").map(keys.resolved)
    guard let folderOut = out ?? recordedOut else {
      throw ExperimentError.failure("\(keys.path): 'out' is missing, and --out is not given")
    }
    guard keys.has("data") else { throw keys.missing("data") }
    var data = keys.isMapping("data") ? try keys.mapping("data") : nil
    guard let place = try data?.string("folder") ?? (data == nil ? keys.string("data") : nil)
    else { throw keys.error("data", "its 'folder' is missing") }
    var experiment = TrainingExperiment(
      name: try keys.string("name") ?? base.name, architecture: architecture,
      preprocessing: preprocessing, data: keys.resolved(place), recipe: recipe.recipe,
      out: folderOut)
    experiment.checkpointMinutes = recipe.checkpointMinutes
    if data != nil {
      experiment.validation = try data?.string("validation").map(keys.resolved)
      experiment.selection = DataSelection(
        classes: try data?.strings("classes"),
        perClass: try data?.integer("perClass", in: 1...1_000_000_000),
        heldOut: try data?.number("heldOut", in: 0...0.9) ?? 0.1)
      experiment.memoryInMegabytes = try data?.integer("memory", in: 0...1_000_000_000)
      if let limit = try data?.number("maximumMegapixels") { experiment.maximumMegapixels = limit }
    }
    try data?.refuseUnknown()
    return experiment
  }

  /// The base from the catalogue and what the file makes of it.
  private static func network(
    _ keys: inout YAMLKeys
  ) throws -> (base: Catalogue.Entry, architecture: Architecture) {
    guard keys.has("model") else { throw keys.missing("model") }
    var inner = keys.isMapping("model") ? try keys.mapping("model") : nil
    guard let name = try inner?.string("base") ?? (inner == nil ? keys.string("model") : nil) else {
      throw keys.error("model", "its 'base' is missing, a name of the catalogue")
    }
    do {
      let base = try Catalogue.entry(named: name)
      let edits = try inner?.architectureEdits() ?? ArchitectureEdits()
      try inner?.refuseUnknown()
      return (base, try edits.applied(to: base.architecture))
    } catch let error as Catalogue.UnknownName {
      throw keys.error("model", "\(error)")
    } catch let error as ArchitectureError {
      throw keys.error("model", "\(error)")
    }
  }

  private static func preprocessing(_ keys: inout YAMLKeys, size: Int) throws -> Preprocessing {
    var preprocessing = Preprocessing(size: size)
    guard var input = try keys.mapping("input") else { return preprocessing }
    if let crop = try input.number("crop", in: 0.01...1) { preprocessing.crop = crop }
    if let mean = try input.numbers("mean") { preprocessing.mean = mean }
    if let std = try input.numbers("std") { preprocessing.std = std }
    if let word = try input.string("interpolation") {
      guard let value = Preprocessing.Interpolation(rawValue: word) else {
        throw input.error("interpolation", "'\(word)' is none of bicubic, bilinear")
      }
      preprocessing.interpolation = value
    }
    try input.refuseUnknown()
    do {
      try preprocessing.validate()
    } catch {
      throw keys.error("input", "\(error)")
    }
    return preprocessing
  }
}

extension YAMLKeys {
  /// What a network differs in from its base.
  mutating func architectureEdits() throws -> ArchitectureEdits {
    let any = 0...Architecture.Limits.classes.upperBound
    var edits = ArchitectureEdits()
    if var stem = try mapping("stem") {
      edits.stem = ArchitectureEdits.Stem(
        kernel: try stem.integer("kernel", in: any), stride: try stem.integer("stride", in: any),
        channels: try stem.integer("channels", in: any), pool: try stem.choice("pool"),
        hidden: try stem.integers("hidden", in: any))
      try stem.refuseUnknown()
    }
    edits.units = try integers("units", in: any)
    edits.widths = try integers("widths", in: any)
    edits.outputs = try integers("outputs", in: any)
    edits.strides = try integers("strides", in: any)
    edits.branches = try mappings("branches")?.map { keys in
      var keys = keys
      guard let kernel = try keys.integer("kernel", in: any) else { throw keys.missing("kernel") }
      let branch = Architecture.Branch(
        kernel: kernel, dilation: try keys.integer("dilation", in: any) ?? 1,
        groups: try keys.integer("groups", in: any) ?? 1)
      try keys.refuseUnknown()
      return branch
    }
    edits.gate = try choice("gate")
    edits.attention = try choice("attention")
    edits.reduction = try integer("reduction", in: any)
    edits.minimum = try integer("minimum", in: any)
    edits.squeezeExcitation = try integer("squeezeExcitation", in: any)
    edits.shortcutPool = try choice("shortcutPool")
    return edits
  }
}

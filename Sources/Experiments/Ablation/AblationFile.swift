import Analysis
import Networks
import Observing
import Stimuli
import SystemPackage
import TrainingData

/// An ablation written down as YAML; see `Experiments/ablation-dilation.yaml`.
///
/// The keys are those of a training, with `seeds` for `seed`, and with `variants`, each a name and what
/// it differs in from the base. What stands under `full` takes the place of the keys of the same name
/// where the paper's own setting is asked for. Paths are relative to the file; a key that is not known
/// is an error.
public struct AblationFile {
  /// The ablation that the file describes.
  public let experiment: AblationExperiment

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The YAML file.
  ///   - out: The ablation's folder, instead of the file's own.
  ///   - isFull: Whether the paper's own setting is asked for.
  /// - Throws: `ExperimentError` naming the file, and the line where there is one.
  public init(contentsOfFile path: String, out: String? = nil, isFull: Bool = false) throws {
    var keys = try YAMLKeys(contentsOfFile: path)
    if let kind = try keys.string("kind"), kind != AblationExperiment.kind {
      throw keys.error("kind", "expected '\(AblationExperiment.kind)', found '\(kind)'")
    }
    let full = try keys.mapping("full")
    if isFull {
      guard let full else {
        throw ExperimentError.usage("--full: \(path) has no 'full'")
      }
      keys.replace(with: full)
    }
    experiment = try AblationExperiment(&keys, out: out)
    try keys.refuseUnknown()
  }
}

extension AblationExperiment {
  /// Reads an ablation from an experiment file; see `Experiments/ablation-dilation.yaml`.
  public init(_ keys: inout YAMLKeys, out: String?) throws {
    // What `--full` takes in the place of other keys.
    _ = try keys.mapping("full")
    let training = try TrainingFile.experiment(&keys, out: out)
    guard training.recipe.minutes == nil else {
      throw keys.error("recipe", "expected 'epochs': in 'minutes' slower variants would learn less")
    }
    let seeds = try keys.seeds("seeds") ?? [1, 2, 3]
    guard !seeds.isEmpty, Set(seeds).count == seeds.count else {
      throw keys.error("seeds", "expected different numbers, at least one")
    }
    guard let list = try keys.mappings("variants") else { throw keys.missing("variants") }
    var variants: [Variant] = []
    for var item in list {
      variants.append(try Self.variant(&item, base: training.architecture))
    }
    guard variants.count > 1 else { throw keys.error("variants", "expected at least two") }
    let slugs = variants.map { AblationFolder.slug($0.name) }
    if let twice = slugs.indices.first(where: { slugs[..<$0].contains(slugs[$0]) }) {
      throw keys.error(
        "variants", "'\(variants[twice].name)': another one's name has the same letters")
    }
    self.init(training: training, seeds: seeds, variants: variants)
    if let reference = try keys.string("reference") {
      guard variants.contains(where: { $0.name == reference }) else {
        throw keys.error("reference", "'\(reference)' is none of the variants")
      }
      self.reference = reference
    }
    contrasts = try Self.contrasts(&keys, of: variants.map(\.name))
    zoom = try Self.zoom(&keys)
  }

  private static func variant(
    _ keys: inout YAMLKeys, base: Architecture
  ) throws -> AblationExperiment.Variant {
    guard let name = try keys.string("name") else { throw keys.missing("name") }
    guard !AblationFolder.slug(name).isEmpty else {
      throw keys.error("name", "expected letters or digits")
    }
    let edits = try keys.architectureEdits()
    var paper: AblationResults.PaperRow?
    if var row = try keys.mapping("paper") {
      paper = AblationResults.PaperRow(
        error: try row.number("error", in: 0...100),
        parameters: try row.number("parameters", in: 0...1e6),
        macs: try row.number("macs", in: 0...1e6), certainty: try row.choice("certainty") ?? .quoted
      )
      try row.refuseUnknown()
    }
    try keys.refuseUnknown()
    let architecture: Architecture
    do {
      architecture = try edits.applied(to: base)
    } catch {
      throw keys.error("name", "\(name): \(error)")
    }
    return AblationExperiment.Variant(name: name, architecture: architecture, paper: paper)
  }

  /// The planned differences: a list of `{of: VARIANT, minus: VARIANT}`.
  private static func contrasts(
    _ keys: inout YAMLKeys, of names: [String]
  ) throws -> [AblationResults.ContrastPlan]? {
    try keys.mappings("contrasts")?.map { item in
      var item = item
      func variant(_ key: String) throws -> String {
        guard let name = try item.string(key) else { throw item.missing(key) }
        guard names.contains(name) else {
          throw item.error(key, "'\(name)' is none of the variants")
        }
        return name
      }
      let plan = AblationResults.ContrastPlan(try variant("of"), minus: try variant("minus"))
      guard plan.variant != plan.reference else {
        throw item.error("minus", "expected another variant than '\(plan.variant)'")
      }
      try item.refuseUnknown()
      return plan
    }
  }

  /// The zoom; `zoom: none` asks for none.
  private static func zoom(_ keys: inout YAMLKeys) throws -> AblationExperiment.Zoom? {
    var zoom = AblationExperiment.Zoom()
    guard keys.has("zoom") else { return zoom }
    if !keys.isMapping("zoom") {
      guard try keys.string("zoom") == "none" else {
        throw keys.error("zoom", "expected 'none', or keys and values")
      }
      return nil
    }
    guard var inner = try keys.mapping("zoom") else { return zoom }
    zoom.images = try inner.strings("images")?.map { FilePath(keys.resolved($0)) }
    zoom.pictures = try inner.integer("pictures", in: 1...1_000_000)
    guard zoom.images == nil || zoom.pictures == nil else {
      throw inner.error("pictures", "is about validation pictures; 'images' are shown whole")
    }
    if let value: ZoomProtocol = try inner.choice("protocol") { zoom.zoomProtocol = value }
    if let scales = try inner.numbers("scales") { zoom.scales = scales }
    zoom.controls = try inner.controls(of: zoom.zoomProtocol, scales: zoom.scales)
    zoom.primary = try inner.family()
    if try inner.strings("lesions") == ["none"] {
      zoom.lesions = []
    } else if let lesions = try inner.lesions() {
      zoom.lesions = lesions
    }
    try inner.refuseUnknown()
    return zoom
  }
}

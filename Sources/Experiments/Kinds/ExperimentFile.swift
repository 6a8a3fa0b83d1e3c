import Analysis
import Foundation
import Stimuli
import SystemPackage

/// An experiment written down as YAML; see `Experiments/zoom.yaml`.
///
/// Paths in the file are relative to it. A key that is not known is an error, so that a misspelt
/// setting never runs as its default.
public struct ExperimentFile {
  /// The experiment that the file describes.
  public let experiment: ZoomExperiment
  /// What is put in the attention's place, of a lesion experiment; nil of a zoom.
  public let lesions: [Lesion]?
  /// What is judged, of a lesion experiment.
  public let lesionPrimary: LesionDeclaration

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The YAML file.
  ///   - out: The run's folder, instead of the file's own.
  /// - Throws: `ExperimentError` naming the file, and the line where there is one.
  public init(contentsOfFile path: String, out: String? = nil) throws {
    var keys = try YAMLKeys(contentsOfFile: path)
    let kind: Kind = try keys.choice("kind") ?? .zoom
    lesions = kind == .lesion ? try keys.lesions() ?? Lesion.allCases : nil
    lesionPrimary = kind == .lesion ? try keys.lesionDeclaration() : LesionDeclaration()
    experiment = try Self.zoom(&keys, kind, out: out)
    try keys.refuseUnknown()
  }

  private enum Kind: String, CaseIterable { case zoom, lesion }

  private static func zoom(
    _ keys: inout YAMLKeys, _ kind: Kind, out: String?
  ) throws -> ZoomExperiment {
    guard let images = try keys.strings("images") else {
      throw ExperimentError.failure("\(keys.path): 'images' is missing")
    }
    let recordedOut = try keys.string("out").map(keys.resolved)
    guard let folderOut = out ?? recordedOut else {
      throw ExperimentError.failure("\(keys.path): 'out' is missing, and --out is not given")
    }
    var experiment = ZoomExperiment(
      images: images.map { FilePath(keys.resolved($0)) }, out: folderOut)
    if let model = try keys.string("model") {
      experiment.model = ModelSource.isFile(model) ? keys.resolved(model) : model
    }
    if let value: ZoomProtocol = try keys.choice("protocol") { experiment.zoomProtocol = value }
    experiment.scales = try keys.numbers("scales") ?? experiment.zoomProtocol.usualScales
    if kind == .zoom {
      experiment.controls = try keys.controls(
        of: experiment.zoomProtocol, scales: experiment.scales)
      if let value = try keys.number("psfFactor") { experiment.psfFactor = value }
    }
    if let units = try keys.strings("units") { experiment.units = units }
    if let boxes = try keys.string("boxes") { experiment.boxes = keys.resolved(boxes) }
    if let choice: BoxChoice = try keys.choice("boxChoice") { experiment.boxChoice = choice }
    if let background = try keys.string("background") {
      experiment.background =
        switch StimulusSpecification.Background(background) {
        case .file(let path): .file(keys.resolved(path))
        case let named: named
        }
    }
    experiment.size = try keys.integer("size")
    if let value: ZoomExperiment.PrecisionChoice = try keys.choice("precision") {
      experiment.precision = value
    }
    experiment.instructionSet = try keys.string("instructionSet")
    if let seed = try keys.seed("seed") { experiment.seed = seed }
    experiment.workers = try keys.integer("workers")
    if kind == .zoom {
      experiment.primary = try keys.family()
      if let value: ZoomExperiment.Detail = try keys.choice("keep") { experiment.keep = value }
      if let examples = try keys.strings("examples") { experiment.examples = examples }
    }
    if let value = try keys.boolean("includeUndersampled") {
      experiment.includesUndersampled = value
    }
    if let value = try keys.number("maximumMegapixels") { experiment.maximumMegapixels = value }
    return experiment
  }
}

extension YAMLKeys {
  /// The controls that a list names, or the usual ones.
  mutating func controls(of zoomProtocol: ZoomProtocol, scales: [Double]) throws -> [Control] {
    try list("controls") { try Control.list($0, protocol: zoomProtocol, scales: scales) }
      ?? zoomProtocol.usualControls(atScales: scales)
  }

  /// The primary family: `primary`, `direction`, `smallestEffect`.
  mutating func family() throws -> FamilyDeclaration {
    FamilyDeclaration(
      units: try strings("primary"), direction: try choice("direction") ?? .larger,
      smallestEffects: try numbers("smallestEffect"))
  }

  /// The lesions that a list names.
  mutating func lesions() throws -> [Lesion]? { try list("lesions", Lesion.list) }

  /// What is judged of lesions: `primary`, `measures`, and `bounds`, a number for each measure.
  mutating func lesionDeclaration() throws -> LesionDeclaration {
    var declaration = LesionDeclaration(
      lesions: try list("primary") { try Lesion.list($0).map(\.rawValue) },
      measures: try list("measures", LesionMeasure.list))
    if var bounds = try mapping("bounds") {
      for measure in LesionMeasure.allCases {
        if let value = try bounds.number(measure.rawValue) { declaration.bounds[measure] = value }
      }
      try bounds.refuseUnknown()
    }
    return declaration
  }

  private mutating func list<Value>(
    _ key: String, _ read: ([String]) throws -> [Value]
  ) throws -> [Value]? {
    guard let words = try strings(key) else { return nil }
    do {
      return try read(words)
    } catch {
      throw self.error(key, "\(error)")
    }
  }
}

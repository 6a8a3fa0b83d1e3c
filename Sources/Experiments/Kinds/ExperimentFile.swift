import Analysis
import Observing
import Stimuli
import SystemPackage

/// An experiment written down as YAML; see `Experiments/zoom.yaml`.
///
/// Paths in the file are relative to it. A key that is not known is an error, so that a misspelt
/// setting never runs as its default.
public struct ExperimentFile {
  /// The experiment that the file describes.
  public let experiment: any Experiment

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The YAML file.
  ///   - out: The run's folder, instead of the file's own.
  /// - Throws: `ExperimentError` naming the file, and the line where there is one.
  public init(contentsOfFile path: String, out: String? = nil) throws {
    var keys = try YAMLKeys(contentsOfFile: path)
    let name = try keys.string("kind") ?? ZoomExperiment.kind
    guard let kind = ExperimentKinds.named(name) else {
      let known = ExperimentKinds.names.joined(separator: ", ")
      throw keys.error("kind", "'\(name)' is none of \(known)")
    }
    experiment = try kind.init(&keys, out: out)
    try keys.refuseUnknown()
  }
}

extension YAMLKeys {
  /// The photographs' files and folders.
  mutating func images() throws -> [FilePath]? {
    try strings("images")?.map { FilePath(resolved($0)) }
  }

  /// The run's folder: the file's `out`, or the one that is named instead.
  mutating func folder(_ named: String?) throws -> String {
    let own = try string("out").map(resolved)
    guard let folder = named ?? own else {
      throw ExperimentError.failure("\(path): 'out' is missing, and --out is not given")
    }
    return folder
  }

  /// A network's name, or its file.
  mutating func model() throws -> String? {
    try string("model").map { ModelSource.isFile($0) ? resolved($0) : $0 }
  }

  /// A list that is read as the command line's is.
  mutating func list<Value>(
    _ key: String, _ read: ([String]) throws -> [Value]
  ) throws -> [Value]? {
    guard let words = try strings(key) else { return nil }
    do {
      return try read(words)
    } catch {
      throw self.error(key, "\(error)")
    }
  }

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
}

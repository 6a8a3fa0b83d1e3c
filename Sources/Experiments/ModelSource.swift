import Checkpoints
import Files
import Foundation
import Memory
import Networks
import SystemPackage

/// Finds the model that a user names: a bundled one, a weight file, or a catalogue's.
public enum ModelSource {
  /// Models whose weights ship with the product.
  public static let bundled = ["sknet26-tiny"]

  /// Whether a name means a file rather than a catalogue's entry, which may have a point in it too.
  public static func isFile(_ name: String) -> Bool {
    if name.contains("/") || FilePath(name).exists { return true }
    return FilePath(name).extension?.isEmpty == false && (try? Catalogue.entry(named: name)) == nil
  }

  /// The file that a model is read from; nil for a catalogue's entry without one.
  static func file(_ name: String) -> String? {
    if isFile(name) { return name }
    return bundled.contains(name) ? try? BundledFiles.path(name + ".safetensors") : nil
  }

  /// A model with trained weights.
  ///
  /// - Throws: `ExperimentError` for a catalogue's name, which has no weights here.
  public static func trained(_ name: String) throws -> Model {
    if isFile(name) { return try Model(contentsOfFile: name) }
    let entry = try Catalogue.entry(named: name)
    guard bundled.contains(entry.name) else {
      throw ExperimentError.failure(
        "\(entry.name): no weights ship with it; give a weight file instead")
    }
    return try Model(contentsOfFile: BundledFiles.path(entry.name + ".safetensors"))
  }

  /// An architecture with its input size, for what needs no trained weights.
  public static func architecture(_ name: String) throws -> (
    name: String, architecture: Architecture, size: Int
  ) {
    if isFile(name) {
      let model = try Model(contentsOfFile: name)
      return (model.name, model.architecture, model.preprocessing.size)
    }
    let entry = try Catalogue.entry(named: name)
    return (entry.name, entry.architecture, entry.inputSize)
  }

  /// Checks that there is room for a network's weights before they are made.
  static func requireMemory(for architecture: Architecture) throws(MemoryError) {
    let values = architecture.parameters.reduce(ByteCount(0)) { $0 + ByteCount($1.shape, of: 4) }
    try ProcessMemory.require(values, for: "a network's weights")
  }

  /// A network to time: trained weights where there are any, otherwise weights by formula.
  public static func runnable(_ name: String) throws -> (
    name: String, architecture: Architecture, size: Int, weights: Weights
  ) {
    if isFile(name) {
      let model = try Model(contentsOfFile: name)
      return (model.name, model.architecture, model.preprocessing.size, model.weights)
    }
    let entry = try Catalogue.entry(named: name)
    try requireMemory(for: entry.architecture)
    return (
      entry.name, entry.architecture, entry.inputSize, Weights.formula(for: entry.architecture)
    )
  }
}

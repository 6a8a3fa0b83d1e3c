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

  /// A model with trained weights; of an ONNX file the network of selective-kernel units that it is.
  ///
  /// - Throws: `ExperimentError` for a catalogue's name, which has no weights here, and for an ONNX file
  ///   whose network is another.
  public static func trained(_ name: String, input: InputChoice = InputChoice()) throws -> Model {
    guard isFile(name) else {
      let entry = try Catalogue.entry(named: name)
      guard bundled.contains(entry.name) else {
        throw ExperimentError.failure(
          "\(entry.name): no weights ship with it; give a weight file instead")
      }
      var model = try Model(contentsOfFile: BundledFiles.path(entry.name + ".safetensors"))
      model.preprocessing = try input.applied(to: model.preprocessing)
      return model
    }
    guard try FileFormat.isONNX(name) else {
      var model = try Model(contentsOfFile: name)
      model.preprocessing = try input.applied(to: model.preprocessing)
      return model
    }
    let found = try GraphModel(contentsOfFile: name, size: input.size)
    guard let model = Model(recognizing: found, path: name) else {
      throw ExperimentError.failure(
        "\(name): is no network of selective-kernel units, as this needs;"
          + " 'evaluate', 'benchmark', 'inspect' and 'probe' take any")
    }
    var result = model
    result.preprocessing = try input.applied(to: model.preprocessing)
    return result
  }

  /// Any network that can be run, with what is needed to give it pictures.
  ///
  /// - Throws: As `trained`, but for an ONNX file of any network.
  static func network(_ name: String, input: InputChoice = InputChoice()) throws -> RunnableNetwork
  {
    guard isFile(name), try FileFormat.isONNX(name) else {
      return RunnableNetwork(try trained(name, input: input))
    }
    let found = try GraphModel(contentsOfFile: name, size: input.size)
    var network =
      Model(recognizing: found, path: name).map { RunnableNetwork($0) }
      ?? RunnableNetwork(found)
    network.preprocessing = try input.applied(to: network.preprocessing)
    return network
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
  static func runnable(_ name: String, size: Int? = nil) throws -> RunnableNetwork {
    if isFile(name) { return try network(name, input: InputChoice(size: size)) }
    let entry = try Catalogue.entry(named: name)
    try requireMemory(for: entry.architecture)
    return RunnableNetwork(
      Model(
        name: entry.name, architecture: entry.architecture,
        preprocessing: Preprocessing(size: size ?? entry.inputSize),
        weights: Weights.formula(for: entry.architecture)))
  }
}

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
    return FilePath(name).extension?.isEmpty == false && (try? Catalogue.found(named: name)) == nil
  }

  /// The file that a model is read from; nil for a catalogue's entry without one.
  package static func file(_ name: String) -> String? {
    if isFile(name) { return name }
    return bundled.contains(name) ? try? BundledFiles.path(name + ".safetensors") : nil
  }

  /// A model with trained weights; of an ONNX file the network of selective-kernel units that it is.
  ///
  /// - Throws: `ExperimentError` for a catalogue's name, which has no weights here, and for an ONNX file
  ///   whose network is another.
  public static func trained(_ name: String, input: InputChoice = InputChoice()) throws -> Model {
    guard isFile(name) else {
      let entry: Catalogue.Entry
      switch try Catalogue.found(named: name) {
      case .units(let found): entry = found
      case .graph(let found):
        throw ExperimentError.failure(
          "\(found.name): no weights ship with it; give an ONNX file instead")
      }
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
      throw noUnits(name)
    }
    var result = model
    result.preprocessing = try input.applied(to: model.preprocessing)
    return result
  }

  /// Why a command refuses a network of another kind.
  package static func noUnits(_ name: String) -> ExperimentError {
    .failure(
      "\(name): is no network of selective-kernel units, as this needs;"
        + " 'evaluate', 'benchmark', 'inspect' and 'probe' take any, 'zoom' those with gates")
  }

  /// Any network that can be run, with what is needed to give it pictures.
  ///
  /// - Throws: As `trained`, but for an ONNX file of any network.
  package static func network(_ name: String, input: InputChoice = InputChoice()) throws
    -> RunnableNetwork
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
  package static func requireMemory(for architecture: Architecture) throws(MemoryError) {
    let values = architecture.parameters.reduce(ByteCount(0)) { $0 + ByteCount($1.shape, of: 4) }
    try ProcessMemory.require(values, for: "a network's weights")
  }

  /// A network to time: trained weights where there are any, otherwise random ones.
  package static func runnable(_ name: String, size: Int? = nil) throws -> RunnableNetwork {
    if isFile(name) { return try network(name, input: InputChoice(size: size)) }
    switch try Catalogue.found(named: name) {
    case .units(let entry):
      var network = RunnableNetwork(try random(entry, size: size))
      network.hasRandomWeights = true
      return network
    case .graph(let entry): return RunnableNetwork(try random(entry, size: size))
    }
  }

  private static func random(_ entry: Catalogue.Entry, size: Int?) throws -> Model {
    try requireMemory(for: entry.architecture)
    return Model(
      name: entry.name, architecture: entry.architecture,
      preprocessing: Preprocessing(size: size ?? entry.inputSize),
      weights: Weights.formula(for: entry.architecture))
  }

  private static func random(_ entry: Catalogue.GraphEntry, size: Int?) throws -> GraphModel {
    let graph = try entry.graph()
    let picture = SpatialSize(side: size ?? entry.inputSize)
    let counts = graph.counts(try graph.shapes(picture: picture))
    try ProcessMemory.require(
      counts.reduce(ByteCount(0)) { $0 + ByteCount([$1.parameters], of: 4) },
      for: "a network's weights")
    return GraphModel(
      name: entry.name, graph: graph,
      randomWeights: try .formula(for: graph, picture: picture),
      preprocessing: Preprocessing(size: picture.height))
  }

  /// Any network as a graph: a catalogue's or bundled one, a weight file, an ONNX file.
  ///
  /// A catalogue's network without weights has random ones, which follow from its tensors' names.
  public static func graph(_ name: String, size: Int? = nil) throws -> GraphModel {
    try check(size)
    return try sized(name).graph(size: size)
  }

  /// A network that was found, for inputs of several sizes: its file is read once.
  package struct Sized {
    private enum Found {
      case file(GraphModelFile, isRandom: Bool)
      case entry(Catalogue.GraphEntry)
    }

    private let found: Found

    fileprivate init(_ name: String) throws {
      if isFile(name) {
        found = .file(try GraphModelFile(path: name), isRandom: false)
        return
      }
      switch try Catalogue.found(named: name) {
      case .graph(let entry): found = .entry(entry)
      case .units(let entry):
        let isRandom = !bundled.contains(entry.name)
        found = .file(
          GraphModelFile(try isRandom ? random(entry, size: nil) : trained(name)),
          isRandom: isRandom)
      }
    }

    /// The network as a graph.
    ///
    /// - Parameter size: Side of the input in pixels; nil for the model's.
    /// - Returns: The network.
    /// - Throws: As `ModelSource.graph`.
    package func graph(size: Int? = nil) throws -> GraphModel {
      try check(size)
      switch found {
      case .entry(let entry): return try random(entry, size: size)
      case .file(let file, let isRandom):
        var model = try file.model(size: size)
        model.hasRandomWeights = isRandom
        return model
      }
    }
  }

  /// Any network, as `graph` takes them, for inputs of several sizes.
  package static func sized(_ name: String) throws -> Sized { try Sized(name) }

  /// What can be said of a network without its weights.
  package struct Outline {
    package var name: String
    package var graph: Graph
    package var picture: SpatialSize
    /// The short description, where the network is one of residual units.
    package var architecture: Architecture?
    /// How the catalogue reads the network where others differ.
    package var reading: String?
  }

  /// Any network's structure: as `graph`, but a catalogue's needs no weights.
  package static func outline(_ name: String, size: Int? = nil) throws -> Outline {
    try check(size)
    if !isFile(name) {
      switch try Catalogue.found(named: name) {
      case .graph(let entry):
        return Outline(
          name: entry.name, graph: try entry.graph(),
          picture: SpatialSize(side: size ?? entry.inputSize), reading: entry.reading)
      case .units(let entry) where !bundled.contains(entry.name):
        return Outline(
          name: entry.name, graph: try entry.architecture.graph(),
          picture: SpatialSize(side: size ?? entry.inputSize), architecture: entry.architecture)
      case .units: break
      }
    }
    let model = try graph(name, size: size)
    return Outline(
      name: model.name, graph: model.graph, picture: model.picture,
      architecture: model.architecture)
  }

  private static func check(_ size: Int?) throws(ExperimentError) {
    if let size, size < 1 { throw .usage("--size must be positive, not \(size)") }
  }
}

extension GraphModel {
  /// Has a network's name say that its weights are random, if they are.
  ///
  /// - Returns: A sentence that says so; nil for a trained network.
  package mutating func nameUntrained() -> String? {
    guard hasRandomWeights else { return nil }
    defer { name += " (random weights)" }
    return
      "\(name): no weights ship with it; these are random, so that what is measured is an untrained network"
  }
}

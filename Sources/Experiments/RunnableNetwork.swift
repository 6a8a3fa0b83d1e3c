import Checkpoints
import Engine
import Networks

/// Any network that pictures can be shown to.
struct RunnableNetwork: Sendable {
  private enum Kind: Sendable {
    case units(Architecture)
    case graph(Graph, picture: SpatialSize)
  }

  var name: String
  var preprocessing: Preprocessing
  /// Whether the preprocessing is the model's own.
  var isPreprocessingKnown: Bool
  var classes: [String]?
  /// Whether the weights were made up rather than trained.
  var hasRandomWeights = false
  private var kind: Kind
  private var weights: Weights

  /// A network of selective-kernel units.
  init(_ model: Model) {
    name = model.name
    preprocessing = model.preprocessing
    isPreprocessingKnown = model.isPreprocessingKnown
    classes = model.classes
    kind = .units(model.architecture)
    weights = model.weights
  }

  /// Any other.
  init(_ model: GraphModel) {
    name = model.name
    preprocessing = model.preprocessing
    isPreprocessingKnown = model.isPreprocessingKnown
    classes = model.classes
    hasRandomWeights = model.hasRandomWeights
    kind = .graph(model.graph, picture: model.picture)
    weights = model.weights
  }

  /// Branches of a unit; none where there are no units.
  var branches: [Architecture.Branch] {
    if case .units(let architecture) = kind { architecture.branches } else { [] }
  }

  /// Whether the network has no classifier, as far as its description says.
  var isHeadless: Bool {
    if case .units(let architecture) = kind { architecture.classes == 0 } else { false }
  }

  /// Compiles the network for square pictures.
  ///
  /// - Throws: `EngineError` or `MemoryError`; `ExperimentError` where a file fixes another size.
  func plan(
    side: Int, precision: Precision, instructionSet: InstructionSet = .best, workers: Int
  ) throws -> Plan {
    switch kind {
    case .units(let architecture):
      return try Plan(
        architecture, weights: weights, height: side, width: side, precision: precision,
        instructionSet: instructionSet, workers: workers)
    case .graph(let graph, let picture):
      guard picture == SpatialSize(side: side) else {
        throw ExperimentError.failure(
          "\(name): was read for \(picture.height) × \(picture.width) pixels, not \(side)")
      }
      return try Plan(
        graph, weights: weights, picture: picture, precision: precision,
        instructionSet: instructionSet, workers: workers)
    }
  }
}

extension Model {
  /// The network of selective-kernel units that an ONNX file's graph is; nil if it is another.
  init?(recognizing found: GraphModel, path: String) {
    let claimed = found.claimedArchitecture.flatMap {
      RecognizedNetwork(
        found.graph, weights: found.weights, picture: found.picture, claimed: $0)
    }
    guard
      let network = claimed
        ?? RecognizedNetwork(found.graph, weights: found.weights, picture: found.picture)
    else { return nil }
    self.init(
      name: found.name, architecture: network.architecture, preprocessing: found.preprocessing,
      classes: found.classes, weights: network.weights, sha256: found.sha256, path: path)
    isPreprocessingKnown = found.isPreprocessingKnown
  }
}

import Checkpoints
import Engine
import Networks

/// Any network that pictures can be shown to.
package struct RunnableNetwork: Sendable {
  private enum Kind: Sendable {
    case units(Architecture)
    case graph(Graph, picture: SpatialSize)
  }

  package var name: String
  package var preprocessing: Preprocessing
  /// Whether the preprocessing is the model's own.
  package var isPreprocessingKnown: Bool
  package var classes: [String]?
  /// Hash of the file that it was read from.
  package var sha256: String
  /// Whether the weights were made up rather than trained.
  package var hasRandomWeights = false
  private var kind: Kind
  private var weights: Weights

  /// A network of selective-kernel units.
  package init(_ model: Model) {
    name = model.name
    preprocessing = model.preprocessing
    isPreprocessingKnown = model.isPreprocessingKnown
    classes = model.classes
    sha256 = model.sha256
    kind = .units(model.architecture)
    weights = model.weights
  }

  /// Any other.
  package init(_ model: GraphModel) {
    name = model.name
    preprocessing = model.preprocessing
    isPreprocessingKnown = model.isPreprocessingKnown
    classes = model.classes
    sha256 = model.sha256
    hasRandomWeights = model.hasRandomWeights
    kind = .graph(model.graph, picture: model.picture)
    weights = model.weights
  }

  /// Branches of a unit; none where there are no units.
  package var branches: [Architecture.Branch] {
    if case .units(let architecture) = kind { architecture.branches } else { [] }
  }

  /// The short description, where the network is one of residual units.
  package var architecture: Architecture? {
    if case .units(let architecture) = kind { architecture } else { nil }
  }

  /// Whether the network has no classifier, as far as its description says.
  package var isHeadless: Bool {
    if case .units(let architecture) = kind { architecture.classes == 0 } else { false }
  }

  /// Compiles the network for square pictures.
  ///
  /// - Parameters:
  ///   - side: Of the pictures, in pixels.
  ///   - precision: Number format.
  ///   - instructionSet: What to use of the processor.
  ///   - workers: Runners that will share the plan.
  ///   - gates: Gates of a network that is none of residual units whose weights are recorded.
  ///   - seed: Draws the gates anew, of residual units alone.
  /// - Returns: The plan.
  /// - Throws: `EngineError` or `MemoryError`; `ExperimentError` where a file fixes another size.
  package func plan(
    side: Int, precision: Precision, instructionSet: InstructionSet = .best, workers: Int,
    recording gates: [RecordedGate] = [], redrawingGates seed: UInt64? = nil
  ) throws -> Plan {
    switch kind {
    case .units(let architecture):
      return try Plan(
        architecture,
        weights: seed.map { weights.redrawingGates(of: architecture, seed: $0) } ?? weights,
        height: side, width: side, precision: precision,
        instructionSet: instructionSet, workers: workers)
    case .graph(let graph, let picture):
      guard picture == SpatialSize(side: side) else {
        throw ExperimentError.failure(
          "\(name): was read for \(picture.height) × \(picture.width) pixels, not \(side)")
      }
      return try Plan(
        graph, weights: weights, picture: picture, precision: precision,
        instructionSet: instructionSet, workers: workers, recording: gates.map(\.node))
    }
  }
}

extension RunnableNetwork {
  /// What of a network is recorded.
  package struct Selection {
    /// The network as recordings know it.
    package var network: SelectiveNetwork
    /// Indices into its units, ascending.
    package var units: [Int]
    /// The gates in their order, where the network is none of residual units.
    package var gates: [RecordedGate] = []
  }

  /// The units, or the gates, that some patterns name; all without patterns.
  ///
  /// - Throws: `ExperimentError.usage` for a network without any, patterns that match none, and gates that
  ///   choose between branches of different sizes, which have no measure together.
  package func selection(_ patterns: [String]) throws -> Selection {
    let graph: Graph
    let picture: SpatialSize
    switch kind {
    case .units(let architecture):
      let network = SelectiveNetwork(architecture)
      return Selection(
        network: network, units: try UnitSelection(patterns, of: network).indices)
    case .graph(let found, let size): (graph, picture) = (found, size)
    }
    let shapes = try graph.shapes(picture: picture)
    let all = graph.recordedGates(shapes)
    guard !all.isEmpty else {
      throw ExperimentError.failure(
        "\(name) has no gate that chooses between branches"
          + (graph.gates(shapes).isEmpty ? "" : "; its gates weigh one map each")
          + "; 'sknet inspect' lists them")
    }
    let chosen =
      try patterns.isEmpty
      ? all : UnitSelection.matching(patterns, all.map(\.name), "gate").map { all[$0] }
    let classes = shapes[graph.output]?.reduce(1, *) ?? 0
    guard let network = SelectiveNetwork(gates: chosen, classes: classes) else {
      let list = chosen.map { gate in
        "\(gate.name) (\(gate.sizes.map(String.init).joined(separator: ", ")))"
      }
      throw ExperimentError.usage(
        "\(name): its gates choose between branches of different sizes: "
          + list.joined(separator: "; ") + "; name those of one kind by --gates")
    }
    return Selection(network: network, units: Array(chosen.indices), gates: chosen)
  }
}

extension Model {
  /// The network of selective-kernel units that an ONNX file's graph is; nil if it is another.
  package init?(recognizing found: GraphModel, path: String) {
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

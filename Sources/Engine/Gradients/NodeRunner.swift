import Networks

/// Runs a network, shows or replaces some of its nodes' values, and takes nodes' gradients with respect to the
/// picture.
public protocol NodeRunner: AnyObject {
  /// Runs one picture.
  ///
  /// - Parameters:
  ///   - input: `[channels, height, width]`, normalised.
  ///   - replacements: Values that stand in for nodes' own, as many as they have; those of nodes that nothing
  ///     wanted depends on are ignored.
  /// - Throws: If the input or a replacement has another size, or values are not finite.
  func run(_ input: [Float], replacing replacements: [Int: [Float]]) throws

  /// The last run's value of a node, without the batch's axis; empty if nothing wanted depends on it.
  func value(of node: Int) -> [Float]

  /// The last run's value of a wanted map's channels at a position, counted row by row.
  func values(of node: Int, atPosition position: Int) -> [Float]

  /// The gradient, with respect to the picture, of a weighted sum of a node's values in the last run.
  ///
  /// - Parameters:
  ///   - node: A node that is wanted.
  ///   - seed: The weight of each of its values.
  ///   - held: Nodes that are taken as constants; replaced ones always are.
  /// - Returns: `[channels, height, width]`.
  /// - Throws: If the node is none of those or has another number of values, or a step fails.
  func gradient(of node: Int, seed: [Float], holding held: Set<Int>) throws -> [Float]
}

/// A network made ready for gradients of some of its nodes: compiled where patterns take all that they depend
/// on, by plain steps otherwise.
public enum Differentiable: Sendable {
  case compiled(GradientPlan)
  /// `reason` names the node or layer that no pattern has the way back of.
  case plain(GraphProgram, nodes: [Int], reason: String)

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - weights: Its tensors.
  ///   - picture: Size of the input in pixels.
  ///   - targets: The nodes whose gradients are wanted.
  ///   - gates: Nodes that hold gates' weights, to be read, and all held or replaced at once.
  ///   - instructionSet: What to use of the processor.
  ///   - workers: Runners that will be made, for which there must be memory.
  /// - Throws: `EngineError` naming the node or tensor that cannot be used, `MemoryError`.
  public init(
    _ graph: Graph, weights: Weights, picture: SpatialSize, targets: [Int], gates: [Int],
    instructionSet: InstructionSet = .best, workers: Int = 1
  ) throws {
    do {
      self = .compiled(
        try GradientPlan(
          graph, weights: weights, picture: picture, targets: targets, gates: gates,
          instructionSet: instructionSet, workers: workers))
    } catch let unsupported as GradientPlan.Unsupported {
      self = .plain(
        try GraphProgram(graph, weights: weights, picture: picture), nodes: targets + gates,
        reason: unsupported.problem)
    }
  }

  /// A runner for one thread at a time; without gradients it takes less memory.
  ///
  /// - Throws: `MemoryError` if its memory cannot be had, `EngineError` if oneDNN fails.
  public func runner(takingGradients: Bool = true) throws -> any NodeRunner {
    switch self {
    case .compiled(let plan): try GradientRunner(plan, takingGradients: takingGradients)
    case .plain(let program, let nodes, _):
      try GraphRunner(program, nodes: nodes, takingGradients: takingGradients)
    }
  }
}

extension GraphRunner: NodeRunner {}

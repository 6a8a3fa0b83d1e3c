import Memory
import Networks
import Wording

/// Runs a graph on one thread at a time and takes gradients with respect to the picture.
///
/// The three verbs on nodes: a run *records* every node that it reaches, some nodes' values can be
/// *replaced*, and a node's *gradient* is taken with some nodes held constant.
public final class GraphRunner {
  /// What is run.
  public let program: GraphProgram
  /// The nodes that a run works out, ascending.
  public let order: [Int]

  private var values: [Buffer?]
  /// Of each node on a way from the picture.
  private var gradients: [Buffer?]
  private let scratch: Buffer
  /// In the nodes' order.
  private var steps: [GraphStep] = []
  private var isReplaced: [Bool]
  /// Whether the gradient that is being taken passes through a node, and whether it passes through one that takes
  /// the node's value.
  private var isOnWay: [Bool]
  private var isNeeded: [Bool]

  /// Takes the memory for the nodes that are asked for and all that they need.
  ///
  /// - Parameters:
  ///   - program: What to run.
  ///   - nodes: The nodes that are wanted; nil for the network's output.
  ///   - takingGradients: Whether their gradients may be asked for, which takes as much memory again.
  /// - Throws: `EngineError.architecture` naming a node that cannot be run.
  public init(
    _ program: GraphProgram, nodes: [Int]? = nil, takingGradients: Bool = true
  ) throws(EngineError) {
    self.program = program
    let graph = program.graph
    order = try program.order(for: nodes ?? [graph.output])
    values = [Buffer?](repeating: nil, count: graph.nodes.count)
    gradients = values
    isReplaced = values.map { _ in false }
    isOnWay = isReplaced
    isNeeded = isReplaced
    let depends = takingGradients ? graph.dependsOnPicture : isReplaced
    func buffer(_ index: Int) throws(EngineError) -> Buffer {
      try takingMemory { () throws(MemoryError) in
        try Buffer(bytes: 4 * program.count(of: index))
      }
    }
    let bytes = order.reduce(ByteCount(0)) {
      $0 + ByteCount([program.count(of: $1)], of: depends[$1] ? 8 : 4)
    }
    try takingMemory { () throws(MemoryError) in
      try ProcessMemory.require(bytes, for: "the graph's values")
    }
    for index in order {
      if case .constant(let constant) = graph.nodes[index].operation {
        values[index] = program.tensors[constant.tensor]
      } else {
        values[index] = try buffer(index)
      }
      if depends[index] { gradients[index] = try buffer(index) }
    }
    let scratchBytes = program.scratchBytes(of: order)
    scratch = try takingMemory { () throws(MemoryError) in try Buffer(bytes: scratchBytes) }
    steps = order.map(step)
  }

  /// Runs one picture.
  ///
  /// - Parameters:
  ///   - input: `[channels, height, width]`, normalised.
  ///   - replacements: Values that stand in for nodes' own, as many as they have.
  /// - Throws: `EngineError` if the input or a replacement has another size.
  public func run(
    _ input: [Float], replacing replacements: [Int: [Float]] = [:]
  ) throws(EngineError) {
    for (node, numbers) in replacements where numbers.count != program.count(of: node) {
      throw .intervention(
        "node '\(abbreviated(program.graph.nodes[node].name))' has \(program.count(of: node))"
          + " values, \(numbers.count) were given")
    }
    for index in order { isReplaced[index] = replacements[index] != nil }
    try Library.single { () throws(EngineError) in
      for (place, index) in order.enumerated() {
        guard let target = values[index] else { continue }
        if let numbers = replacements[index] {
          target.floats.update(from: numbers, count: numbers.count)
        } else if program.graph.nodes[index].isPicture {
          guard input.count == target.count else {
            throw .input(expected: target.count, found: input.count)
          }
          target.floats.update(from: input, count: input.count)
        } else {
          try steps[place].forward()
        }
      }
    }
  }

  /// The last run's value of a node, without the batch's axis; empty if the run did not reach it.
  public func value(of node: Int) -> [Float] {
    guard let buffer = values[node] else { return [] }
    return Array(UnsafeBufferPointer(start: buffer.floats, count: program.count(of: node)))
  }

  /// The gradient, with respect to the picture, of a weighted sum of a node's values in the last run.
  ///
  /// - Parameters:
  ///   - node: A node that the run reached.
  ///   - seed: The weight of each of its values.
  ///   - held: Nodes that are taken as constants; replaced ones always are.
  /// - Returns: `[channels, height, width]`; zeros where the node does not depend on the picture but
  ///   through what is held.
  /// - Throws: `EngineError` if a step fails.
  public func gradient(
    of node: Int, seed: [Float], holding held: Set<Int> = []
  ) throws(EngineError) -> [Float] {
    let graph = program.graph
    guard let picture = graph.nodes.firstIndex(where: \.isPicture), values[node] != nil,
      seed.count == program.count(of: node)
    else {
      throw .intervention(
        "node '\(abbreviated(graph.nodes[node].name))' has \(program.count(of: node)) values,"
          + " \(seed.count) weights were given")
    }
    markWay(from: picture, to: node, holding: held)
    guard isOnWay[picture] else {
      return [Float](repeating: 0, count: program.count(of: picture))
    }
    guard let result = gradients[picture] else {
      throw .intervention("the runner was made without memory for gradients")
    }
    for index in order where isOnWay[index] {
      gradients[index]?.floats.update(repeating: 0, count: program.count(of: index))
    }
    gradients[node]?.floats.update(from: seed, count: seed.count)
    try Library.single { () throws(EngineError) in
      for (place, index) in order.enumerated().reversed() where isOnWay[index] {
        for input in steps[place].inputs.indices {
          let source = steps[place].inputs[input].node
          steps[place].inputs[input].gradient = isOnWay[source] ? gradients[source]?.floats : nil
        }
        try steps[place].backward()
      }
    }
    return Array(UnsafeBufferPointer(start: result.floats, count: result.count))
  }

  /// Marks the nodes on paths from the picture to a node that lead through no constant.
  private func markWay(from picture: Int, to node: Int, holding held: Set<Int>) {
    let graph = program.graph
    for index in order {
      isNeeded[index] = index == node
      isOnWay[index] =
        index <= node && !isReplaced[index] && !held.contains(index)
        && (index == picture || graph.nodes[index].inputs.contains { isOnWay[$0] })
    }
    for index in order.reversed() where isOnWay[index] {
      isOnWay[index] = isNeeded[index]
      guard isNeeded[index] else { continue }
      for input in graph.nodes[index].inputs { isNeeded[input] = true }
    }
  }

  private func step(_ index: Int) -> GraphStep {
    let node = program.graph.nodes[index]
    return GraphStep(
      program: program, node: node, shape: program.shapes[index] ?? [],
      inputs: node.inputs.map { input in
        // The order holds every input of every node in it.
        guard let buffer = values[input] else { preconditionFailure("node \(input) was not run") }
        return GraphStep.Input(
          node: input, shape: program.shapes[input] ?? [], values: buffer.floats)
      }, output: values[index]?.floats ?? scratch.floats, gradient: gradients[index]?.floats,
      scratch: scratch.floats)
  }
}

extension Graph.Node {
  var isPicture: Bool { if case .picture = operation { true } else { false } }
}

extension GraphRunner {
  /// Weights for the mean over a map's middle positions of the sum over its channels.
  ///
  /// The middle is one row or two, one column or two, as the map is odd or even.
  ///
  /// - Parameters:
  ///   - shape: `[1, C, H, W]`, or one without rows and columns, of which all counts.
  ///   - layout: Where these lie, if it is not as in `shape`.
  /// - Returns: A weight for each value.
  public static func middleSeed(_ shape: [Int], layout: MapLayout? = nil) -> [Float] {
    guard let layout = layout ?? MapLayout(shape) else {
      return [Float](repeating: 1, count: shape.reduce(1, *))
    }
    let rows = (layout.height - 1) / 2...layout.height / 2
    let columns = (layout.width - 1) / 2...layout.width / 2
    var seed = [Float](repeating: 0, count: layout.count)
    for channel in 0..<layout.channels {
      for row in rows {
        for column in columns {
          seed[layout.place(channel: channel, row: row, column: column)] =
            1 / Float(rows.count * columns.count)
        }
      }
    }
    return seed
  }
}

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
  private var gradients: [Buffer?]
  private let scratch: Buffer
  /// Of each node that a run works out.
  private var tables: [StepTables?]
  private var replaced: Set<Int> = []

  /// Takes the memory for the nodes that are asked for and all that they need.
  ///
  /// - Parameters:
  ///   - program: What to run.
  ///   - nodes: The nodes that are wanted; nil for the network's output.
  /// - Throws: `EngineError.architecture` naming a node that cannot be run.
  public init(_ program: GraphProgram, nodes: [Int]? = nil) throws(EngineError) {
    self.program = program
    order = try program.order(for: nodes ?? [program.graph.output])
    values = [Buffer?](repeating: nil, count: program.graph.nodes.count)
    gradients = values
    tables = [StepTables?](repeating: nil, count: values.count)
    var scratchCount = 0
    let bytes = order.reduce(ByteCount(0)) { $0 + ByteCount([program.count(of: $1)], of: 4) }
    try takingMemory { () throws(MemoryError) in
      try ProcessMemory.require(bytes, for: "the graph's values")
    }
    for index in order {
      let node = program.graph.nodes[index]
      if case .constant(let constant) = node.operation {
        values[index] = program.tensors[constant.tensor]
      } else {
        values[index] = try takingMemory { () throws(MemoryError) in
          try Buffer(bytes: 4 * program.count(of: index))
        }
      }
      if let shape = program.shapes[index], let first = node.inputs.first,
        let input = program.shapes[first]
      {
        scratchCount = max(scratchCount, node.operation.scratchCount(input: input, output: shape))
        tables[index] = StepTables(
          node.operation, inputs: node.inputs.map { program.shapes[$0] ?? [] }, output: shape)
      }
    }
    scratch = try takingMemory { () throws(MemoryError) in
      try Buffer(bytes: 4 * scratchCount)
    }
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
    replaced = Set(replacements.keys)
    try Library.single { () throws(EngineError) in
      for index in order {
        guard let target = values[index] else { continue }
        if let numbers = replacements[index] {
          target.floats.update(from: numbers, count: numbers.count)
          continue
        }
        let node = program.graph.nodes[index]
        switch node.operation {
        case .constant: continue
        case .picture:
          guard input.count == target.count else {
            throw .input(expected: target.count, found: input.count)
          }
          target.floats.update(from: input, count: input.count)
        default: try step(index).forward()
        }
      }
    }
  }

  /// The last run's value of a node, without the batch's axis; empty if the run did not reach it.
  public func value(of node: Int) -> [Float] {
    guard let buffer = values[node] else { return [] }
    return Array(UnsafeBufferPointer(start: buffer.floats, count: program.count(of: node)))
  }

  /// The last run's value of a map's channels at a position, counted row by row.
  public func values(of node: Int, atPosition position: Int) -> [Float] {
    guard let shape = program.shapes[node], shape.count == 4, let buffer = values[node] else {
      return []
    }
    let positions = shape[2] * shape[3]
    return (0..<shape[1]).map { buffer.floats[$0 * positions + position] }
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
    let constant = held.union(replaced)
    let reach = steps(from: picture, to: node, constant: constant)
    for index in reach + [node, picture] {
      let count = program.count(of: index)
      if gradients[index] == nil {
        gradients[index] = try takingMemory { () throws(MemoryError) in
          try Buffer(bytes: 4 * count)
        }
      }
      gradients[index]?.floats.update(repeating: 0, count: count)
    }
    gradients[node]?.floats.update(from: seed, count: seed.count)
    let isReached = Set(reach)
    if !constant.contains(node) {
      try Library.single { () throws(EngineError) in
        for index in reach.reversed() where index != picture {
          try step(index).backward { isReached.contains($0) }
        }
      }
    }
    guard isReached.contains(picture) || node == picture, let buffer = gradients[picture] else {
      return [Float](repeating: 0, count: program.count(of: picture))
    }
    return Array(UnsafeBufferPointer(start: buffer.floats, count: buffer.count))
  }

  /// The nodes on paths from the picture to a node that lead through no constant, ascending.
  private func steps(from picture: Int, to node: Int, constant: Set<Int>) -> [Int] {
    let graph = program.graph
    var depends: Set<Int> = constant.contains(picture) ? [] : [picture]
    for index in order where index <= node && !constant.contains(index) {
      if graph.nodes[index].inputs.contains(where: depends.contains) { depends.insert(index) }
    }
    var needed: Set<Int> = [node]
    for index in order.reversed() where needed.contains(index) && depends.contains(index) {
      needed.formUnion(graph.nodes[index].inputs)
    }
    return order.filter { depends.contains($0) && needed.contains($0) }
  }

  private func step(_ index: Int) -> GraphStep {
    let node = program.graph.nodes[index]
    return GraphStep(
      program: program, node: node, shape: program.shapes[index] ?? [],
      inputs: node.inputs.map { input in
        // The order holds every input of every node in it.
        guard let buffer = values[input] else { preconditionFailure("node \(input) was not run") }
        return GraphStep.Input(
          node: input, shape: program.shapes[input] ?? [], values: buffer.floats,
          gradient: gradients[input]?.floats)
      }, output: values[index]?.floats ?? scratch.floats, gradient: gradients[index]?.floats,
      scratch: scratch.floats, tables: tables[index])
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
  /// - Parameter shape: `[1, C, H, W]`, or one without rows and columns, of which all counts.
  /// - Returns: A weight for each value.
  public static func middleSeed(_ shape: [Int]) -> [Float] {
    let count = shape.reduce(1, *)
    guard shape.count == 4 else { return [Float](repeating: 1, count: count) }
    let rows = (shape[2] - 1) / 2...shape[2] / 2
    let columns = (shape[3] - 1) / 2...shape[3] / 2
    var seed = [Float](repeating: 0, count: count)
    for channel in 0..<shape[1] {
      for row in rows {
        for column in columns {
          seed[(channel * shape[2] + row) * shape[3] + column] =
            1 / Float(rows.count * columns.count)
        }
      }
    }
    return seed
  }
}

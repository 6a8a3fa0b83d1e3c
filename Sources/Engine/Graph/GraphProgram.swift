import Memory
import Networks
import Wording

/// A graph with its weights, ready to be run step by step at one size of picture.
///
/// Every operation of the graph is done by its own plain step in float32, forwards and backwards: what
/// the compiled `Plan` does fast for selective-kernel networks, this does for any network.
public final class GraphProgram: Sendable {
  /// The network.
  public let graph: Graph
  /// Size of the picture.
  public let picture: SpatialSize
  /// For each node the shape of its value, the batch's axis of 1 included; nil where it is unknown.
  public let shapes: [[Int]?]
  /// The tensors by name.
  let tensors: [String: Buffer]

  /// Checks the weights against the graph and takes them up.
  ///
  /// - Throws: `EngineError` if shapes do not fit, or tensors are missing, misshapen or not finite.
  public init(_ graph: Graph, weights: Weights, picture: SpatialSize) throws(EngineError) {
    self.graph = graph
    self.picture = picture
    do throws(GraphError) {
      shapes = try graph.shapes(picture: picture)
    } catch {
      throw .architecture(error.description)
    }
    var tensors: [String: Buffer] = [:]
    var problems: [String] = []
    for node in graph.nodes {
      let input = node.inputs.first.flatMap { [shapes] in shapes[$0] }
      for needed in graph.tensors(of: node, input: input) where tensors[needed.name] == nil {
        guard let tensor = weights[needed.name] else {
          problems.append("'\(needed.name)' is missing")
          continue
        }
        let isVector = needed.shape.count == 1 && tensor.values.count == needed.shape[0]
        guard tensor.shape == needed.shape || isVector else {
          problems.append("'\(needed.name)' is \(tensor.shape), expected \(needed.shape)")
          continue
        }
        guard tensor.values.allSatisfy(\.isFinite) else {
          problems.append("'\(needed.name)' is not finite")
          continue
        }
        tensors[needed.name] = try takingMemory { () throws(MemoryError) in
          try Buffer(tensor.values)
        }
      }
      if case .activation(.parametricReLU(let slopes)) = node.operation,
        let tensor = weights[slopes]
      {
        tensors[slopes] = try takingMemory { () throws(MemoryError) in
          try Buffer(tensor.values)
        }
      }
    }
    guard problems.isEmpty else { throw .weights(problems) }
    self.tensors = tensors
  }

  /// The nodes that some nodes need, ascending.
  ///
  /// - Throws: `EngineError.architecture` naming one that cannot be run.
  func order(for targets: [Int]) throws(EngineError) -> [Int] {
    let order = graph.ancestors(of: targets)
    for index in order {
      if case .unknown(let operation) = graph.nodes[index].operation {
        throw .architecture(
          "node '\(abbreviated(graph.nodes[index].name))': the operation \(abbreviated(operation))"
            + " is not understood")
      }
      guard shapes[index] != nil else {
        throw .architecture("node '\(abbreviated(graph.nodes[index].name))': its shape is unknown")
      }
    }
    return order
  }

  /// Number of values of a node; 0 where its shape is unknown.
  func count(of node: Int) -> Int { shapes[node]?.reduce(1, *) ?? 0 }

  /// The numbers of a tensor that `init` has taken up.
  func tensor(_ name: String) -> UnsafePointer<Float> {
    guard let buffer = tensors[name] else { preconditionFailure("no tensor \(name)") }
    return UnsafePointer(buffer.floats)
  }
}

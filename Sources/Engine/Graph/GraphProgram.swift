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
  public convenience init(
    _ graph: Graph, weights: Weights, picture: SpatialSize
  ) throws(EngineError) {
    try self.init(graph, weights: weights, picture: picture, nodes: Set(graph.nodes.indices))
  }

  /// The same for some nodes alone: no other's tensors are taken up.
  init(
    _ graph: Graph, weights: Weights, picture: SpatialSize, nodes: Set<Int>
  ) throws(EngineError) {
    self.graph = graph
    self.picture = picture
    do throws(GraphError) {
      shapes = try graph.shapes(picture: picture)
    } catch {
      throw .architecture(error.description)
    }
    var tensors: [String: Buffer] = [:]
    for (name, tensor) in try weights.tensors(of: graph, shapes, nodes: nodes.sorted()) {
      tensors[name] = try takingMemory { () throws(MemoryError) in try Buffer(tensor.values) }
    }
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

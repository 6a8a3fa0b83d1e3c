import Foundation
import Networks
import SwiftProtobuf
import Wording

/// Reads the graph of an ONNX file for pictures of one size.
///
/// Arithmetic over shapes is done while reading, so that only what works on pictures is left. An
/// operator that is not understood becomes `Operation.unknown`: what follows it has no shape, and
/// running it is refused.
///
/// - SeeAlso: github.com/onnx/onnx/blob/main/docs/Operators.md, opsets 11 to 21.
struct ONNXReader {
  /// What a name stands for while the graph is read.
  enum Value {
    /// A value that depends on the picture, or a tensor that has become a node.
    case node(Int)
    /// Numbers known now: shapes, axes, small constants.
    case known(KnownNumbers)
    /// A tensor among the weights.
    case tensor(name: String, shape: [Int])
  }

  let path: String
  let opset: Int
  let picture: SpatialSize
  var graph = Graph()
  var weights = Weights()
  var shapes: [[Int]?] = []
  var values: [String: Value] = [:]
  /// Nodes of tensors that have become one.
  private var constants: [String: Int] = [:]
  /// Values of the tensors that the file holds, and of those worked out from them.
  var held = 0
  var workedOut = 0

  init(path: String, opset: Int, picture: SpatialSize) {
    self.path = path
    self.opset = opset
    self.picture = picture
  }

  /// Adds a node and gives its value a shape.
  mutating func add(
    _ name: String, _ operation: Graph.Operation, _ inputs: [Int]
  ) throws(CheckpointError) -> Int {
    do throws(GraphError) {
      let index = try graph.add(name, operation, inputs)
      shapes.append(
        try graph.nodes[index].shape(inputs: inputs.map { shapes[$0] }, picture: picture))
      return index
    } catch {
      throw CheckpointError(
        file: path, place: "node '\(abbreviated(error.node))'", problem: error.problem)
    }
  }

  /// A node for a value: itself, or a constant with its numbers.
  mutating func node(_ value: Value, named name: String) throws(CheckpointError) -> Int {
    switch value {
    case .node(let index): return index
    case .tensor(let tensor, let shape):
      if let index = constants[tensor] { return index }
      let index = try add(free(tensor), .constant(.init(tensor: tensor, shape: shape)), [])
      constants[tensor] = index
      return index
    case .known(let numbers):
      if let index = constants[name] { return index }
      let tensor = free(name)
      weights[tensor] = Tensor(shape: numbers.shape, values: numbers.values.map { Float($0) })
      let index = try add(
        tensor, .constant(.init(tensor: tensor, shape: numbers.shape, isLearnt: false)), [])
      constants[name] = index
      return index
    }
  }

  /// A name that no node has yet.
  func free(_ name: String) -> String {
    var candidate = name
    var count = 1
    while graph.index(named: candidate) != nil || values[candidate] != nil && candidate != name {
      count += 1
      candidate = "\(name)/\(count)"
    }
    return candidate
  }

  /// The shape of a value, where it is known.
  func shape(of value: Value) -> [Int]? {
    switch value {
    case .node(let index): shapes[index]
    case .tensor(_, let shape): shape
    case .known(let numbers): numbers.shape
    }
  }

  /// The numbers of a value that does not depend on the picture and is small.
  func known(_ value: Value?) -> KnownNumbers? {
    switch value {
    case .known(let numbers): numbers
    case .tensor(let name, let shape):
      weights[name].flatMap { tensor in
        tensor.values.count <= KnownNumbers.most
          ? KnownNumbers(
            values: tensor.values.map { Double($0) }, shape: shape, isInteger: false) : nil
      }
    default: nil
    }
  }
}

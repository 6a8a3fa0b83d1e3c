import Networks

extension Weights {
  /// Refuses tensors that are missing, left over, misshapen or not finite.
  ///
  /// PyTorch's `num_batches_tracked` is no part of the function and is ignored.
  func check(against parameters: [Parameter]) throws(EngineError) {
    var problems: [String] = []
    for parameter in parameters {
      guard let tensor = self[parameter.name] else {
        problems.append("'\(parameter.name)' \(parameter.shape) is missing")
        continue
      }
      if tensor.shape != parameter.shape {
        problems.append("'\(parameter.name)' is \(tensor.shape), expected \(parameter.shape)")
      } else if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
        problems.append("'\(parameter.name)' holds \(tensor.values[index]) at index \(index)")
      }
    }
    let known = Set(parameters.map(\.name))
    for name in tensors.keys.sorted()
    where !known.contains(name) && !name.hasSuffix("num_batches_tracked") {
      problems.append("'\(name)' is not part of the network")
    }
    if !problems.isEmpty { throw .weights(problems) }
  }

  /// The tensors that some nodes of a graph take.
  ///
  /// - Throws: `EngineError.weights` naming those that are missing, misshapen or not finite.
  func tensors(
    of graph: Graph, _ shapes: [[Int]?], nodes: some Sequence<Int>
  ) throws(EngineError) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    var problems: [String] = []
    for index in nodes {
      let node = graph.nodes[index]
      let input = node.inputs.first.flatMap { shapes[$0] }
      for needed in graph.tensors(of: node, input: input) where tensors[needed.name] == nil {
        guard let tensor = self[needed.name] else {
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
        tensors[needed.name] = tensor
      }
    }
    guard problems.isEmpty else { throw .weights(problems) }
    return tensors
  }
}

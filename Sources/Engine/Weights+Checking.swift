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
}

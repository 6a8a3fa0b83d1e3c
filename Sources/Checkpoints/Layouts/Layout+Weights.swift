import Networks
import Wording

extension Layout {
  /// Reads the tensors of a network, checking that they are exactly those that it needs.
  ///
  /// - Parameters:
  ///   - architecture: The network.
  ///   - tensors: The file's tensors.
  /// - Returns: The parameters under our names.
  /// - Throws: `CheckpointError` that counts the missing, unexpected and mis-shaped tensors by their
  ///   foreign names and shows the first of each, or names the first tensor with a NaN, an
  ///   infinity or a negative variance.
  func weights(
    for architecture: Architecture, from tensors: NamedTensors
  ) throws(CheckpointError) -> Weights {
    let parameters = architecture.parameters
    let places = parameters.map { place(of: $0, branches: architecture.branches.count) }
    try check(parameters, places, tensors, architecture)
    var weights = Weights()
    // Select layers that share a tensor follow one another, so that remembering one reads it once.
    var last: (name: String, tensor: Tensor)?
    for (parameter, place) in zip(parameters, places) {
      guard let place else { throw tensors.missing(parameter.name) }
      let tensor: Tensor
      if let last, last.name == place.name {
        tensor = last.tensor
      } else {
        tensor = try tensors.tensor(place.name)
        try checkValues(tensor, of: parameter, name: place.name, path: tensors.path)
        last = (place.name, tensor)
      }
      guard tensor.shape != parameter.shape else {
        weights[parameter.name] = tensor
        continue
      }
      let start = place.firstRow * (parameter.count / parameter.shape[0])
      weights[parameter.name] = Tensor(
        shape: parameter.shape, values: Array(tensor.values[start..<start + parameter.count]))
    }
    return weights
  }

  private func checkValues(
    _ tensor: Tensor, of parameter: Parameter, name: String, path: String
  ) throws(CheckpointError) {
    if let index = tensor.values.firstIndex(where: { !$0.isFinite }) {
      throw CheckpointError(
        file: path, place: "tensor '\(name)'",
        problem: "value \(index) is \(tensor.values[index]), expected finite numbers",
        advice: "the training that wrote this file has diverged")
    }
    // A batch norm divides by the root of its variance.
    if parameter.name.hasSuffix("running_var"), let least = tensor.values.min(), least < 0 {
      throw CheckpointError(
        file: path, place: "tensor '\(name)'",
        problem: "a variance of \(least), expected none below 0")
    }
  }

  private func check(
    _ parameters: [Parameter], _ places: [Place?], _ tensors: NamedTensors,
    _ architecture: Architecture
  ) throws(CheckpointError) {
    var seen: Set<String> = []
    var missing: [String] = []
    var misshapen: [String] = []
    for (parameter, place) in zip(parameters, places) {
      let name = place?.name ?? parameter.name
      guard seen.insert(name).inserted else { continue }
      guard let place, let found = tensors.shapes[name] else {
        missing.append(name)
        continue
      }
      if found != place.shape {
        misshapen.append("\(name) expected \(place.shape), found \(brief(found))")
      }
    }
    let extra = tensors.shapes.keys.filter { !seen.contains($0) }.sorted().map(abbreviated)
    let faults = [
      ("missing", missing), ("unexpected", extra), ("wrongly shaped", misshapen),
    ].filter { !$0.1.isEmpty }
    guard !faults.isEmpty else { return }
    let list = faults.map { kind, names in
      "\(names.count) \(kind): \(names.prefix(3).joined(separator: ", "))"
        + (names.count > 3 ? ", …" : "")
    }
    let network = variant(architecture).map { "\($0) in \(title)" } ?? title
    throw CheckpointError(
      file: tensors.path, place: "tensors", problem: list.joined(separator: "; "),
      advice: tensors.partAdvice ?? "expected exactly those of \(network)")
  }
}

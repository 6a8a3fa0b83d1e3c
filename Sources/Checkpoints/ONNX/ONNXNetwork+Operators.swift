import Networks

extension ONNXNetwork {
  /// Adds max(x, 0).
  mutating func relu(_ input: String, as name: String) -> String {
    graph.add("Relu", [input], as: name)
  }

  /// Adds a convolution that keeps the size at stride 1, the batch norm of `parameter.bn` folded in.
  mutating func convolution(
    _ parameter: String, from input: String, as name: String, stride: Int = 1, dilation: Int = 1,
    groups: Int = 1
  ) throws(CheckpointError) -> String {
    let shape = try take(parameter + ".conv.weight")
    for field in ["weight", "bias", "running_mean", "running_var"] {
      _ = try take("\(parameter).bn.\(field)")
    }
    let folded = { [weights, epsilon = architecture.epsilon, path] () throws in
      do throws(FoldedConvolution.Fault) {
        return try FoldedConvolution(folding: parameter, in: weights, epsilon: epsilon)
      } catch {
        throw CheckpointError(file: path, place: "batch norm", problem: error.problem)
      }
    }
    let weight = graph.add(
      NamedArray(parameter + ".weight", shape: shape, floats: try folded().weights))
    let bias = graph.add(
      NamedArray(parameter + ".bias", shape: [shape[0]], floats: try folded().bias))
    return graph.add(
      "Conv", [input, weight, bias], as: name,
      [
        "kernel_shape": .integers([shape[2], shape[3]]), "strides": .integers([stride, stride]),
        "dilations": .integers([dilation, dilation]), "group": .integer(groups),
        "pads": .integers([Int](repeating: dilation * (shape[2] - 1) / 2, count: 4)),
      ])
  }

  /// Adds a parameter as it is.
  mutating func constant(_ parameter: String) throws(CheckpointError) -> String {
    try constant(parameter, joining: [parameter])
  }

  /// Adds the rows of some parameters, one after the other, as one constant.
  mutating func constant(
    _ name: String, joining parameters: [String]
  ) throws(CheckpointError) -> String {
    var shape: [Int] = []
    for parameter in parameters {
      let added = try take(parameter)
      shape = [(shape.first ?? 0) + added[0]] + added.dropFirst()
    }
    let weights = weights
    return graph.add(
      NamedArray(
        name, shape: shape, floats: parameters.flatMap { weights[$0]?.values ?? [] }))
  }

  /// Adds a list of whole numbers, the same for all who ask.
  mutating func constant(_ name: String, _ values: [Int]) -> String {
    graph.constants.contains { $0.name == name }
      ? name : graph.add(NamedArray(name, shape: [values.count], integers: values))
  }
}

import Networks

extension ONNXNetwork {
  /// Adds the sum of a unit's branches, weighed by attention where the network has it.
  mutating func joined(
    _ branches: [String], of unit: Unit
  ) throws(CheckpointError) -> String {
    guard branches.count > 1 else { return branches[0] }
    let sum = graph.add("Sum", branches, as: unit.name + "/fuse/sum")
    switch architecture.gate {
    case .sum: return sum
    case .softmax:
      let attention = try addAttention(to: unit, from: sum)
      let name = unit.name + "/select"
      let parts = branches.indices.map { "\(name)/part.\($0)" }
      graph.add("Split", [attention], as: name + "/split", results: parts, ["axis": .integer(1)])
      // [N, 1, C] to [N, C, 1, 1].
      let shape = constant("shape.channels", [0, -1, 1, 1])
      let weighed = branches.indices.map { m in
        let weight = graph.add("Reshape", [parts[m], shape], as: "\(name)/weight.\(m)")
        return graph.add("Mul", [branches[m], weight], as: "\(name)/weighed.\(m)")
      }
      return graph.add("Sum", weighed, as: name)
    case nil:
      throw unknown("\(branches.count) branches and no gate")
    }
  }

  /// Adds equations 2 to 5: mean, fuse, select, softmax over the branches.
  private mutating func addAttention(
    to unit: Unit, from sum: String
  ) throws(CheckpointError) -> String {
    let (p, n, branches) = (unit.prefix, unit.name, architecture.branches.indices)
    let mean = graph.add("GlobalAveragePool", [sum], as: n + "/fuse/mean")
    let fused = relu(
      try convolution(p + "fuse", from: mean, as: n + "/fuse/conv"), as: n + "/fuse")
    // One convolution makes the logits of all branches.
    var inputs = [fused]
    for field in architecture.selectBias ? ["weight", "bias"] : ["weight"] {
      inputs.append(
        try constant(
          "\(p)select.\(field)", joining: branches.map { "\(p)select.\($0).\(field)" }))
    }
    let logits = graph.add(
      "Conv", inputs, as: n + "/select/conv", ["kernel_shape": .integers([1, 1])])
    let shape = constant("shape.branches", [0, branches.count, -1])
    return graph.add(
      "Softmax", [graph.add("Reshape", [logits, shape], as: n + "/select/logits")],
      as: "attention." + n, ["axis": .integer(1)])
  }

  /// Adds squeeze-and-excitation.
  mutating func excited(
    _ input: String, of unit: Unit
  ) throws(CheckpointError) -> String {
    let (p, n) = (unit.prefix, unit.name)
    let size: KeyValuePairs<String, ONNXGraph.Attribute> = ["kernel_shape": .integers([1, 1])]
    let mean = graph.add("GlobalAveragePool", [input], as: n + "/squeeze/mean")
    let squeezed = graph.add(
      "Conv", [mean, try constant(p + "squeeze.weight"), try constant(p + "squeeze.bias")],
      as: n + "/squeeze/conv", size)
    let logits = graph.add(
      "Conv",
      [
        relu(squeezed, as: n + "/squeeze"), try constant(p + "excite.weight"),
        try constant(p + "excite.bias"),
      ], as: n + "/excite/conv", size)
    let weight = graph.add("Sigmoid", [logits], as: n + "/excite/weight")
    return graph.add("Mul", [input, weight], as: n + "/excite")
  }
}

import Networks

extension ONNXNetwork {
  /// Adds the sum of a unit's branches, weighed by attention where the network has it.
  mutating func joined(
    _ branches: [String], of unit: Unit
  ) throws(CheckpointError) -> String {
    guard branches.count > 1 else { return branches[0] }
    let sum = graph.add("Sum", branches, as: unit.name + "/fuse/sum")
    guard let gate = architecture.gate else {
      throw unknown("\(branches.count) branches and no gate")
    }
    guard unit.hasAttention else { return sum }
    let weights =
      architecture.attentionScope == .position
      ? try addPositionAttention(to: unit, from: sum, gate)
      : try addMapAttention(to: unit, from: sum, gate)
    let weighed = branches.indices.map { m in
      graph.add("Mul", [branches[m], weights[m]], as: "\(unit.name)/select/weighed.\(m)")
    }
    return graph.add("Sum", weighed, as: unit.name + "/select")
  }

  /// Adds equations 2 to 5: mean, fuse, select, the gate over the branches.
  ///
  /// - Returns: The branches' weights, each `[N, C, 1, 1]`.
  private mutating func addMapAttention(
    to unit: Unit, from sum: String, _ gate: Architecture.Gate
  ) throws(CheckpointError) -> [String] {
    let n = unit.name
    let mean = graph.add("GlobalAveragePool", [sum], as: n + "/fuse/mean")
    // [N, M · C, 1, 1] to [N, M, C].
    let logits = graph.add(
      "Reshape",
      [
        try addLogits(of: unit, from: mean),
        constant("shape.branches", [0, unit.branches.count, -1]),
      ], as: n + "/select/logits")
    var attention = "attention." + n
    if architecture.attentionScope == .shared {
      // One weight for all channels, written out for each.
      attention = graph.add(
        "Expand",
        [
          addGate(gate, logits, as: n + "/select/shared"),
          constant("shape.shared.\(unit.width)", [1, 1, unit.width]),
        ], as: attention)
    } else {
      attention = addGate(gate, logits, as: attention)
    }
    let parts = split(attention, unit)
    let shape = constant("shape.channels", [0, -1, 1, 1])
    return parts.indices.map { m in
      graph.add("Reshape", [parts[m], shape], as: "\(n)/select/weight.\(m)")
    }
  }

  /// Adds the same at every position; the attention that goes out is the mean over them.
  ///
  /// - Returns: The branches' weights, each `[N, C, H, W]`.
  private mutating func addPositionAttention(
    to unit: Unit, from sum: String, _ gate: Architecture.Gate
  ) throws(CheckpointError) -> [String] {
    let n = unit.name
    let logits = try addLogits(of: unit, from: sum)
    // [N, M · C, H, W] to [N, M, C, H · W].
    let apart = graph.add(
      "Reshape",
      [
        logits,
        constant("shape.positions.\(unit.width)", [0, unit.branches.count, unit.width, -1]),
      ], as: n + "/select/logits")
    let attention = addGate(gate, apart, as: n + "/select/positions")
    _ = graph.add(
      "ReduceMean", [attention], as: "attention." + n,
      ["axes": .integers([3]), "keepdims": .integer(0)])
    let shape = graph.add("Shape", [sum], as: n + "/select/shape")
    let parts = split(attention, unit)
    return parts.indices.map { m in
      graph.add("Reshape", [parts[m], shape], as: "\(n)/select/weight.\(m)")
    }
  }

  /// Adds fuse and select; one convolution makes the logits of all branches.
  private mutating func addLogits(
    of unit: Unit, from input: String
  ) throws(CheckpointError) -> String {
    let (p, n, branches) = (unit.prefix, unit.name, unit.branches.indices)
    let fused = relu(
      try convolution(p + "fuse", from: input, as: n + "/fuse/conv"), as: n + "/fuse")
    var inputs = [fused]
    for field in architecture.selectBias ? ["weight", "bias"] : ["weight"] {
      inputs.append(
        try constant(
          "\(p)select.\(field)", joining: branches.map { "\(p)select.\($0).\(field)" }))
    }
    return graph.add("Conv", inputs, as: n + "/select/conv", ["kernel_shape": .integers([1, 1])])
  }

  private mutating func addGate(
    _ gate: Architecture.Gate, _ logits: String, as name: String
  ) -> String {
    gate == .sigmoid
      ? graph.add("Sigmoid", [logits], as: name)
      : graph.add("Softmax", [logits], as: name, ["axis": .integer(1)])
  }

  /// Adds the branches' parts of an attention.
  private mutating func split(_ attention: String, _ unit: Unit) -> [String] {
    let parts = unit.branches.indices.map { "\(unit.name)/select/part.\($0)" }
    graph.add(
      "Split", [attention], as: unit.name + "/select/split", results: parts, ["axis": .integer(1)])
    return parts
  }

  /// Adds squeeze-and-excitation by the parameters that start with `p`.
  mutating func excited(
    _ input: String, _ p: String, as n: String
  ) throws(CheckpointError) -> String {
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

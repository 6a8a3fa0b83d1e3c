import Networks

extension ONNXNetwork {
  /// Adds a unit on half of the channels, whose other half passes, and the shuffle of both.
  mutating func addShuffleUnit(
    _ unit: Unit, from input: String
  ) throws(CheckpointError) -> String {
    let (p, n) = (unit.prefix, unit.name)
    var halves = [input, input]
    if unit.hasProjection {
      let thinned = try convolution(
        p + "shortcut.depthwise", from: input, as: n + "/shortcut/depthwise", stride: unit.stride,
        groups: unit.input)
      halves[0] = relu(
        try convolution(p + "shortcut.pointwise", from: thinned, as: n + "/shortcut/conv"),
        as: n + "/shortcut")
    } else {
      halves = [n + "/left", n + "/right"]
      graph.add("Split", [input], as: n + "/split", results: halves, ["axis": .integer(1)])
    }
    halves[1] = relu(try addPath(unit, from: halves[1]), as: n + "/path")
    if architecture.squeezeExcitation != nil { halves[1] = try excited(halves[1], p, as: n) }
    return shuffled(halves, channels: unit.pathOutput, as: n)
  }

  /// Adds the head: a last 1×1 convolution.
  mutating func addHead(_ input: String) throws(CheckpointError) -> String {
    let value = relu(try convolution("head", from: input, as: "head/conv"), as: "head")
    return architecture.excitesHead ? try excited(value, "head.", as: "head") : value
  }

  /// Adds a join of two halves whose channels alternate.
  private mutating func shuffled(_ halves: [String], channels: Int, as name: String) -> String {
    let joined = graph.add("Concat", halves, as: name + "/join", ["axis": .integer(1)])
    let apart = constant("shape.halves.\(channels)", [0, 2, channels, -1])
    let alternating = graph.add(
      "Transpose", [graph.add("Reshape", [joined, apart], as: name + "/halves")],
      as: name + "/shuffle", ["perm": .integers([0, 2, 1, 3])])
    let shape = graph.add("Shape", [joined], as: name + "/shape")
    return graph.add("Reshape", [alternating, shape], as: name)
  }
}

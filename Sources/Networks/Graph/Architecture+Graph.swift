extension Architecture {
  /// The network as a graph, its nodes named after units, branches and gates.
  ///
  /// A unit's output is the node of its name, its attention `attention.UNIT`, `[1, M, C]`; with a gate
  /// at every position that is the mean over them. Tensors have this project's names.
  ///
  /// - Throws: `GraphError` if the network has more nodes than a graph may.
  public func graph() throws(GraphError) -> Graph {
    var maker = GraphMaker(architecture: self)
    try maker.addNetwork()
    return maker.graph
  }
}

/// Writes a selective-kernel network down as nodes.
private struct GraphMaker {
  let architecture: Architecture
  var graph = Graph()

  mutating func addNetwork() throws(GraphError) {
    var value = try graph.add("input", .picture(channels: 3))
    for layer in architecture.stem.convolutions {
      let name = layer.name.replacing(".", with: "/")
      value = try addConvolution(
        layer.name, as: name, from: value, channels: layer.output,
        kernel: architecture.stem.kernel, stride: layer.stride, isRectified: true)
    }
    switch architecture.stem.pool {
    case .none: break
    case .padded, .ceil:
      let isPadded = architecture.stem.pool == .padded
      value = try graph.add(
        "stem/pool",
        .pool(
          .init(
            .maximum,
            window: .init(
              kernel: .init(3, 3), stride: .init(2, 2),
              before: isPadded ? .init(1, 1) : .init(0, 0), roundsUp: !isPadded))), [value])
    }
    for unit in architecture.units {
      value =
        architecture.block == .shuffle
        ? try addShuffleUnit(unit, from: value) : try addUnit(unit, from: value)
    }
    if let head = architecture.head {
      value = try addConvolution(
        "head", as: "head", from: value, channels: head, isRectified: true)
      if architecture.excitesHead {
        value = try addExcitation("head.", as: "head", from: value, channels: head)
      }
    }
    guard architecture.classes > 0 else {
      graph.output = try graph.add(
        "classifier/features", .reduction(.mean, axes: [2, 3], keepsAxes: false), [value])
      return
    }
    try graph.addClassifier(from: value, classes: architecture.classes)
  }

  // MARK: Units

  private mutating func addUnit(_ unit: Unit, from input: Int) throws(GraphError) -> Int {
    let n = unit.name
    let joined = try addBranchesAndJoin(unit, from: input)
    var value = try addExpand(unit, from: joined)
    if architecture.squeezeExcitation != nil {
      value = try addExcitation(unit.prefix, as: n, from: value, channels: unit.output)
    }
    let shortcut = unit.hasProjection ? try addShortcut(unit, from: input) : input
    let sum = try graph.add(n + "/sum", .combination(.add), [value, shortcut])
    return try graph.add(n, .activation(.relu), [sum])
  }

  private mutating func addShortcut(_ unit: Unit, from input: Int) throws(GraphError) -> Int {
    var source = input
    if unit.poolsShortcut {
      let stride = Graph.Operation.Pair(unit.stride)
      let pool: Graph.Operation.Pool =
        architecture.shortcutPool == .padded
        ? .init(
          .meanWithPadding,
          window: .init(kernel: .init(2), stride: stride, before: .init(0), after: .init(1)))
        : .init(.mean, window: .init(kernel: stride, stride: stride, roundsUp: true))
      source = try graph.add(unit.name + "/shortcut/pool", .pool(pool), [input])
    }
    return try addConvolution(
      unit.prefix + "shortcut", as: unit.name + "/shortcut", from: source, channels: unit.output,
      stride: unit.poolsShortcut ? 1 : unit.stride)
  }

  private mutating func addShuffleUnit(_ unit: Unit, from input: Int) throws(GraphError) -> Int {
    let (p, n, half) = (unit.prefix, unit.name, unit.pathOutput)
    var halves = [input, input]
    if !unit.hasProjection {
      let share = unit.pathInput
      halves[0] = try graph.add(
        n + "/left", .slice(axis: 1, start: 0, count: share, step: 1), [input])
      halves[1] = try graph.add(
        n + "/right", .slice(axis: 1, start: share, count: share, step: 1), [input])
    }
    halves[1] = try graph.add(
      n + "/path", .activation(.relu),
      [try addExpand(unit, from: try addBranchesAndJoin(unit, from: halves[1]))])
    if architecture.squeezeExcitation != nil {
      halves[1] = try addExcitation(p, as: n, from: halves[1], channels: half)
    }
    if unit.hasProjection {
      let thinned = try addConvolution(
        p + "shortcut.depthwise", as: n + "/shortcut/depthwise", from: input, channels: unit.input,
        kernel: 3, stride: unit.stride, groups: unit.input)
      halves[0] = try addConvolution(
        p + "shortcut.pointwise", as: n + "/shortcut", from: thinned, channels: half,
        isRectified: true)
    }
    let joined = try graph.add(n + "/join", .concatenation(axis: 1), halves)
    return try graph.addShuffle(n, from: joined, channels: 2 * half)
  }

  /// Reduce, branches and what joins them.
  private mutating func addBranchesAndJoin(
    _ unit: Unit, from input: Int
  ) throws(GraphError) -> Int {
    var value = input
    if architecture.block != .basic {
      value = try addConvolution(
        unit.prefix + "reduce", as: unit.name + "/reduce", from: value, channels: unit.width,
        isRectified: true)
    }
    return try addJoin(of: try addBranches(unit, from: value), unit)
  }

  private mutating func addExpand(_ unit: Unit, from input: Int) throws(GraphError) -> Int {
    try addConvolution(
      unit.prefix + "expand", as: unit.name + "/expand", from: input, channels: unit.pathOutput,
      kernel: architecture.block == .basic ? 3 : 1)
  }

  private mutating func addBranches(_ unit: Unit, from input: Int) throws(GraphError) -> [Int] {
    let share = architecture.branchInput(of: unit)
    let splits = architecture.splitInput && unit.branches.count > 1
    var outputs: [Int] = []
    for (m, branch) in unit.branches.enumerated() {
      let name = "\(unit.name)/branch.\(m)"
      let source =
        splits
        ? try graph.add(
          "\(unit.name)/slice.\(m)", .slice(axis: 1, start: m * share, count: share, step: 1),
          [input]) : input
      outputs.append(
        try addConvolution(
          unit.prefix + "branches.\(m)", as: name, from: source, channels: unit.width,
          kernel: branch.kernel, stride: unit.stride, dilation: branch.dilation,
          groups: min(branch.groups, share), isRectified: unit.rectifiesBranches))
    }
    return outputs
  }

  // MARK: Fuse and select

  private mutating func addJoin(of branches: [Int], _ unit: Unit) throws(GraphError) -> Int {
    guard branches.count > 1 else { return branches[0] }
    let n = unit.name
    guard unit.hasAttention else { return try addChain(.add, branches, as: n + "/select") }
    let sum = try addChain(.add, branches, as: n + "/fuse/sum")
    let weights =
      architecture.attentionScope == .position
      ? try addPositionGate(unit, from: sum) : try addGate(unit, from: sum)
    var weighed: [Int] = []
    for m in branches.indices {
      weighed.append(
        try graph.add(
          "\(n)/select/weighed.\(m)", .combination(.multiply), [branches[m], weights[m]]))
    }
    return try addChain(.add, weighed, as: n + "/select")
  }

  /// Some values together, one after the other; the last of the chain has the name.
  private mutating func addChain(
    _ combination: Graph.Operation.Combination, _ values: [Int], as name: String
  ) throws(GraphError) -> Int {
    var result = values[0]
    for index in values.indices.dropFirst() {
      result = try graph.add(
        index == values.count - 1 ? name : "\(name)/first.\(index)", .combination(combination),
        [result, values[index]])
    }
    return result
  }

  /// The branches' logits, of the mean over positions or of the map itself.
  private mutating func addLogits(_ unit: Unit, from input: Int) throws(GraphError) -> [Int] {
    let (p, n) = (unit.prefix, unit.name)
    let fused = try addConvolution(
      p + "fuse", as: n + "/fuse", from: input, channels: unit.attentionWidth, isRectified: true)
    var logits: [Int] = []
    for m in unit.branches.indices {
      logits.append(
        try graph.add(
          "\(n)/select.\(m)",
          .convolution(
            .init(
              weights: "\(p)select.\(m).weight",
              bias: architecture.selectBias ? "\(p)select.\(m).bias" : nil,
              channels: architecture.logitCount(of: unit), window: .init(kernel: .init(1, 1)))),
          [fused]))
    }
    return logits
  }

  /// Equations 2 to 5; the weights come as `[1, C, 1, 1]` each.
  private mutating func addGate(_ unit: Unit, from sum: Int) throws(GraphError) -> [Int] {
    let (n, count) = (unit.name, unit.branches.count)
    let mean = try graph.add(
      n + "/fuse/mean", .reduction(.mean, axes: [2, 3], keepsAxes: true), [sum])
    let logits = try addLogits(unit, from: mean)
    let channels = architecture.logitCount(of: unit)
    var rows: [Int] = []
    for (m, value) in logits.enumerated() {
      rows.append(try graph.add("\(n)/select/row.\(m)", .reshape([1, 1, channels]), [value]))
    }
    let stacked = try graph.add(n + "/select/logits", .concatenation(axis: 1), rows)
    let isShared = architecture.attentionScope == .shared
    let gate: Graph.Operation =
      architecture.gate == .sigmoid ? .activation(.sigmoid) : .softmax(axis: 1)
    var attention = try graph.add(
      isShared ? n + "/select/shared" : "attention." + n, gate, [stacked])
    if isShared {
      attention = try graph.add(
        "attention." + n, .expansion([1, count, unit.width]), [attention])
    }
    var weights: [Int] = []
    for m in 0..<count {
      let part = try graph.add(
        "\(n)/select/part.\(m)", .slice(axis: 1, start: m, count: 1, step: 1), [attention])
      weights.append(
        try graph.add("\(n)/select/weight.\(m)", .reshape([1, unit.width, 1, 1]), [part]))
    }
    return weights
  }

  /// The same at every position; the weights come as `[1, C, H, W]` each.
  private mutating func addPositionGate(_ unit: Unit, from sum: Int) throws(GraphError) -> [Int] {
    let n = unit.name
    let logits = try addLogits(unit, from: sum)
    var weights: [Int] = []
    if architecture.gate == .sigmoid {
      for (m, value) in logits.enumerated() {
        weights.append(try graph.add("\(n)/select/weight.\(m)", .activation(.sigmoid), [value]))
      }
    } else {
      // A softmax over maps that stay apart: exp(x − max) over the sum of all.
      let largest = try addChain(.maximum, logits, as: n + "/select/largest")
      var powers: [Int] = []
      for (m, value) in logits.enumerated() {
        let rest = try graph.add(
          "\(n)/select/rest.\(m)", .combination(.subtract), [value, largest])
        powers.append(try graph.add("\(n)/select/power.\(m)", .activation(.exp), [rest]))
      }
      let total = try addChain(.add, powers, as: n + "/select/total")
      for (m, power) in powers.enumerated() {
        weights.append(
          try graph.add("\(n)/select/weight.\(m)", .combination(.divide), [power, total]))
      }
    }
    var rows: [Int] = []
    for (m, weight) in weights.enumerated() {
      let mean = try graph.add(
        "\(n)/select/mean.\(m)", .reduction(.mean, axes: [2, 3], keepsAxes: false), [weight])
      rows.append(try graph.add("\(n)/select/row.\(m)", .reshape([1, 1, unit.width]), [mean]))
    }
    _ = try graph.add("attention." + n, .concatenation(axis: 1), rows)
    return weights
  }

  // MARK: Layers

  /// A convolution that keeps the size at stride 1, its batch norm and, if asked for, ReLU, which then
  /// has the name.
  private mutating func addConvolution(
    _ parameter: String, as name: String, from input: Int, channels: Int, kernel: Int = 1,
    stride: Int = 1, dilation: Int = 1, groups: Int = 1, isRectified: Bool = false
  ) throws(GraphError) -> Int {
    try graph.addConvolution(
      name, parameters: parameter, from: input, channels: channels,
      window: .centred(kernel, stride: stride, dilation: dilation), groups: groups,
      epsilon: architecture.epsilon, activation: isRectified ? .relu : nil)
  }

  /// Squeeze-and-excitation by the parameters that start with `p`.
  private mutating func addExcitation(
    _ p: String, as name: String, from input: Int, channels: Int
  ) throws(GraphError) -> Int {
    let reduction = architecture.squeezeExcitation?.reduction ?? 1
    func layer(_ field: String, _ channels: Int) -> Graph.Operation {
      .convolution(
        .init(
          weights: "\(p)\(field).weight", bias: "\(p)\(field).bias", channels: channels,
          window: .init(kernel: .init(1, 1))))
    }
    let mean = try graph.add(
      name + "/squeeze/mean", .reduction(.mean, axes: [2, 3], keepsAxes: true), [input])
    let squeezed = try graph.add(
      name + "/squeeze/conv", layer("squeeze", channels / reduction), [mean])
    let hidden = try graph.add(name + "/squeeze", .activation(.relu), [squeezed])
    let logits = try graph.add(name + "/excite/conv", layer("excite", channels), [hidden])
    let weight = try graph.add(name + "/excite/weight", .activation(.sigmoid), [logits])
    return try graph.add(name + "/excite", .combination(.multiply), [input, weight])
  }
}

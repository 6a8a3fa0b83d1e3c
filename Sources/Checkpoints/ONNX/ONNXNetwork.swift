import Networks

/// Walks a network once and writes down the ONNX operators that compute it.
///
/// From `input` to `logits`, batch norms folded. A unit's values begin with its name: `SK_3_4/reduce`,
/// `SK_3_4/branch.0`; its output is `SK_3_4`, its attention `attention.SK_3_4` `[N, M, C]`.
struct ONNXNetwork {
  /// What has been written down.
  var graph = ONNXGraph()

  let architecture: Architecture
  let weights: Weights
  /// The file to name in errors.
  let path: String
  private let size: Int
  private let shapes: [String: [Int]]
  /// Parameters that no operator has taken in yet.
  private var unused: Set<String>

  private init(_ model: Model, path: String) {
    architecture = model.architecture
    weights = model.weights
    size = model.preprocessing.size
    self.path = path
    shapes = Dictionary(
      uniqueKeysWithValues: architecture.parameters.map { ($0.name, $0.shape) })
    unused = Set(shapes.keys)
  }

  /// The graph of a network.
  ///
  /// - Parameters:
  ///   - model: The network; `input` is `[N, 3, H, W]` of its preprocessing's size.
  ///   - attention: Whether the units' attention goes out too.
  ///   - path: The file to name in errors.
  /// - Returns: The operators, and how to get the constants.
  /// - Throws: `CheckpointError` if the network has a part that is not known here, or no attention
  ///   where it is asked for.
  static func graph(
    of model: Model, attention: Bool, path: String
  ) throws(CheckpointError) -> ONNXGraph {
    var network = ONNXNetwork(model, path: path)
    try network.addNetwork(attention: attention)
    return network.graph
  }

  private mutating func addNetwork(attention: Bool) throws(CheckpointError) {
    guard !attention || architecture.hasAttention else {
      throw CheckpointError(
        file: path, place: "attention", problem: "the network's units do not weigh their branches",
        advice: "leave the attention out")
    }
    graph.addInput("input", [.named("N"), .fixed(3), .fixed(size), .fixed(size)])
    var value = try addStem("input")
    for unit in architecture.units {
      value =
        architecture.block == .shuffle
        ? try addShuffleUnit(unit, from: value) : try addUnit(unit, from: value)
    }
    if architecture.head != nil { value = try addHead(value) }
    try addClassifier(value)
    for unit in architecture.units where attention && unit.hasAttention {
      graph.addOutput(
        "attention." + unit.name,
        [.named("N"), .fixed(unit.branches.count), .fixed(unit.width)])
    }
    if let name = unused.min() { throw unknown("a tensor '\(name)'") }
  }

  // MARK: Parts of the network

  private mutating func addStem(_ input: String) throws(CheckpointError) -> String {
    let stem = architecture.stem
    var value = input
    for layer in stem.convolutions {
      let name = layer.name.replacing(".", with: "/")
      value = relu(
        try convolution(layer.name, from: value, as: name + "/conv", stride: layer.stride), as: name
      )
    }
    switch stem.pool {
    case .none: return value
    case .padded: return pooled(value, padding: 1, roundsUp: false)
    case .ceil: return pooled(value, padding: 0, roundsUp: true)
    }
  }

  private mutating func pooled(_ input: String, padding: Int, roundsUp: Bool) -> String {
    graph.add(
      "MaxPool", [input], as: "stem/pool",
      [
        "kernel_shape": .integers([3, 3]), "strides": .integers([2, 2]),
        "pads": .integers([Int](repeating: padding, count: 4)),
        "ceil_mode": .integer(roundsUp ? 1 : 0),
      ])
  }

  private mutating func addUnit(
    _ unit: Unit, from input: String
  ) throws(CheckpointError) -> String {
    let (p, n) = (unit.prefix, unit.name)
    var value = try addPath(unit, from: input)
    if architecture.squeezeExcitation != nil { value = try excited(value, p, as: n) }
    let shortcut = unit.hasProjection ? try addShortcut(unit, from: input) : input
    return relu(graph.add("Add", [value, shortcut], as: n + "/sum"), as: n)
  }

  private mutating func addShortcut(
    _ unit: Unit, from input: String
  ) throws(CheckpointError) -> String {
    var value = input
    if unit.poolsShortcut {
      let window = ONNXGraph.Attribute.integers([unit.stride, unit.stride])
      value = graph.add(
        "AveragePool", [input], as: unit.name + "/shortcut/pool",
        [
          "kernel_shape": window, "strides": window, "ceil_mode": .integer(1),
          "count_include_pad": .integer(0),
        ])
    }
    return try convolution(
      unit.prefix + "shortcut", from: value, as: unit.name + "/shortcut",
      stride: unit.poolsShortcut ? 1 : unit.stride)
  }

  /// Reduce, branches, expand: what lies beside the shortcut.
  mutating func addPath(_ unit: Unit, from input: String) throws(CheckpointError) -> String {
    let (p, n) = (unit.prefix, unit.name)
    var value = input
    if architecture.block != .basic {
      value = relu(
        try convolution(p + "reduce", from: value, as: n + "/reduce/conv"), as: n + "/reduce")
    }
    value = try joined(try addBranches(unit, from: value), of: unit)
    return try convolution(p + "expand", from: value, as: n + "/expand")
  }

  /// The branches' outputs, each `[N, C, H, W]`.
  private mutating func addBranches(
    _ unit: Unit, from input: String
  ) throws(CheckpointError) -> [String] {
    let branches = unit.branches
    var inputs = [String](repeating: input, count: branches.count)
    if architecture.splitInput, branches.count > 1 {
      inputs = branches.indices.map { "\(unit.name)/slice.\($0)" }
      graph.add(
        "Split", [input], as: unit.name + "/split", results: inputs, ["axis": .integer(1)])
    }
    var outputs: [String] = []
    for (m, branch) in branches.enumerated() {
      let name = "\(unit.name)/branch.\(m)"
      let value = try convolution(
        unit.prefix + "branches.\(m)", from: inputs[m], as: name + "/conv", stride: unit.stride,
        dilation: branch.dilation,
        groups: min(branch.groups, architecture.branchInput(of: unit)))
      outputs.append(unit.rectifiesBranches ? relu(value, as: name) : value)
    }
    return outputs
  }

  private mutating func addClassifier(_ input: String) throws(CheckpointError) {
    guard architecture.classes > 0 else { return }
    let mean = graph.add("GlobalAveragePool", [input], as: "classifier/mean")
    let features = graph.add("Flatten", [mean], as: "classifier/features")
    let logits = graph.add(
      "Gemm", [features, try constant("classifier.weight"), try constant("classifier.bias")],
      as: "logits", ["transB": .integer(1)])
    graph.addOutput(logits, [.named("N"), .fixed(architecture.classes)])
  }

  // MARK: What the parts are made of

  /// The shape of a parameter, which counts as used.
  mutating func take(_ parameter: String) throws(CheckpointError) -> [Int] {
    guard let shape = shapes[parameter], unused.remove(parameter) != nil else {
      throw unknown("no tensor '\(parameter)'")
    }
    return shape
  }

  /// The error for what this writer has no operators for.
  func unknown(_ part: String) -> CheckpointError {
    CheckpointError(
      file: path, place: "ONNX graph", problem: "cannot be written for a network with \(part)")
  }
}

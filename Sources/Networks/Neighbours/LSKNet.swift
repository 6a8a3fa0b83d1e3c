extension Catalogue.GraphEntry {
  /// LSKNet-T: selection between kernels at every position.
  ///
  /// A unit's output is the node of its name, `LSK_1_1`, its selection `attention.LSK_1_1`, `[1, 2, H, W]`.
  ///
  /// - SeeAlso: Li et al. 2023, "Large selective kernel network for remote sensing object detection".
  static let lskNetT = Self(
    name: "lsknet-t", title: "LSKNet-T", aliases: ["lsknet_t", "lsknet"]
  ) { () throws(GraphError) in
    var maker = LSKNet()
    return try maker.network()
  }
}

private struct LSKNet {
  private var graph = Graph()

  private static let stages: [(channels: Int, units: Int, expansion: Int)] = [
    (32, 3, 8), (64, 3, 8), (160, 5, 4), (256, 2, 4),
  ]

  mutating func network() throws(GraphError) -> Graph {
    var value = try graph.add("input", .picture(channels: 3))
    for (index, stage) in Self.stages.enumerated() {
      let (number, channels) = (index + 1, stage.channels)
      let embedding = try graph.addConvolution(
        "patch_embed\(number)/proj", from: value, channels: channels,
        window: index == 0 ? .centred(7, stride: 4) : .centred(3, stride: 2), epsilon: nil,
        activation: nil)
      value = try graph.addNorm(
        "patch_embed\(number)", from: embedding, epsilon: 1e-5, activation: nil)
      for unit in 1...stage.units {
        value = try addUnit(
          "LSK_\(number)_\(unit)", value, channels, hidden: channels * stage.expansion)
      }
      value = try normalize("norm\(number)", value)
    }
    try graph.addClassifier("head", from: value, classes: 1000)
    return graph
  }

  private mutating func addUnit(
    _ name: String, _ input: Int, _ channels: Int, hidden: Int
  ) throws(GraphError) -> Int {
    var value = try graph.addNorm(name + "/norm1", from: input, epsilon: 1e-5, activation: nil)
    let shortcut = value
    value = try convolve(name + "/proj_1", value, channels, activation: .gelu)
    value = try addSelection(name, value, channels)
    value = try convolve(name + "/proj_2", value, channels)
    value = try graph.add(name + "/attended", .combination(.add), [value, shortcut])
    let middle = try scale(
      name + "/layer_scale_1", value, channels, onto: input, as: name + "/middle")
    value = try graph.addNorm(name + "/norm2", from: middle, epsilon: 1e-5, activation: nil)
    value = try convolve(name + "/fc1", value, hidden)
    value = try convolve(
      name + "/dwconv", value, hidden, .centred(3), groups: hidden, activation: .gelu)
    value = try convolve(name + "/fc2", value, channels)
    return try scale(name + "/layer_scale_2", value, channels, onto: middle, as: name)
  }

  /// A depthwise 5×5, a depthwise 7×7 dilated by 3 behind it, and two maps of weights for them, from the
  /// mean and the maximum of their channels.
  private mutating func addSelection(
    _ name: String, _ input: Int, _ channels: Int
  ) throws(GraphError) -> Int {
    let narrow = try convolve(name + "/conv0", input, channels, .centred(5), groups: channels)
    let wide = try convolve(
      name + "/conv_spatial", narrow, channels, .centred(7, dilation: 3), groups: channels)
    let branches = [
      try convolve(name + "/branch.0", narrow, channels / 2),
      try convolve(name + "/branch.1", wide, channels / 2),
    ]
    let joined = try graph.add(name + "/branches", .concatenation(axis: 1), branches)
    var pooled: [Int] = []
    for kind in [Graph.Operation.Reduction.mean, .maximum] {
      pooled.append(
        try graph.add(
          "\(name)/\(kind.rawValue)", .reduction(kind, axes: [1], keepsAxes: true), [joined]))
    }
    let both = try graph.add(name + "/pooled", .concatenation(axis: 1), pooled)
    let logits = try convolve(name + "/conv_squeeze", both, 2, .centred(7))
    let gate = try graph.add("attention." + name, .activation(.sigmoid), [logits])
    var weighed: [Int] = []
    for (index, branch) in branches.enumerated() {
      let part = try graph.add(
        "\(name)/part.\(index)", .slice(axis: 1, start: index, count: 1, step: 1), [gate])
      weighed.append(
        try graph.add("\(name)/weighed.\(index)", .combination(.multiply), [branch, part]))
    }
    let sum = try graph.add(name + "/select", .combination(.add), weighed)
    let expanded = try convolve(name + "/conv", sum, channels)
    return try graph.add(name + "/gated", .combination(.multiply), [input, expanded])
  }

  private mutating func convolve(
    _ name: String, _ input: Int, _ channels: Int, _ window: Graph.Operation.Window = .centred(1),
    groups: Int = 1, activation: Activation? = nil
  ) throws(GraphError) -> Int {
    try graph.addConvolution(
      name, from: input, channels: channels, window: window, groups: groups, epsilon: nil,
      activation: activation)
  }

  /// A value times a learnt factor a channel, added to another.
  private mutating func scale(
    _ factor: String, _ value: Int, _ channels: Int, onto other: Int, as name: String
  ) throws(GraphError) -> Int {
    let factors = try graph.add(
      factor,
      .constant(
        .init(tensor: factor.replacing("/", with: "."), shape: [1, channels, 1, 1])))
    let product = try graph.add(factor + "/scaled", .combination(.multiply), [value, factors])
    return try graph.add(name, .combination(.add), [other, product])
  }

  /// Layer normalisation over channels, at each position.
  private mutating func normalize(_ name: String, _ value: Int) throws(GraphError) -> Int {
    let last = try graph.add(name + "/last", .transpose([0, 2, 3, 1]), [value])
    let normal = try graph.add(
      name + "/norm",
      .normalization(
        .init(
          scope: .axes(from: 3), scale: name + ".weight", shift: name + ".bias", epsilon: 1e-6)),
      [last])
    return try graph.add(name, .transpose([0, 3, 1, 2]), [normal])
  }
}

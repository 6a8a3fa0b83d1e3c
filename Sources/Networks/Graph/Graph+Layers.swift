/// Layers of several nodes each, as networks are written down.
extension Graph {
  /// A convolution, its batch norm or its bias, and a function: the last of them has the name.
  ///
  /// - Parameters:
  ///   - name: The layer's name.
  ///   - parameters: What the names of its tensors start with; nil for the name with dots for slashes.
  ///   - input: The node that it sees.
  ///   - channels: Channels that go out.
  ///   - window: Where it looks.
  ///   - groups: Number of groups.
  ///   - epsilon: Added to the batch norm's variance; nil for a bias in the norm's place.
  ///   - activation: The function; nil for none.
  /// - Returns: The last node.
  /// - Throws: `GraphError` if a name is taken or there are too many nodes.
  mutating func addConvolution(
    _ name: String, parameters: String? = nil, from input: Int, channels: Int,
    window: Operation.Window, groups: Int = 1, epsilon: Double?, activation: Activation? = .relu
  ) throws(GraphError) -> Int {
    let p = parameters ?? Self.parameterName(name)
    let convolution = try add(
      epsilon == nil && activation == nil ? name : name + "/conv",
      .convolution(
        .init(
          weights: p + (epsilon == nil ? ".weight" : ".conv.weight"),
          bias: epsilon == nil ? p + ".bias" : nil, channels: channels, groups: groups,
          window: window)), [input])
    guard let epsilon else {
      return try activation.map { function throws(GraphError) in
        try add(name, .activation(function), [convolution])
      } ?? convolution
    }
    return try addNorm(
      name, parameters: p + ".bn", from: convolution, epsilon: epsilon, activation: activation)
  }

  /// A batch norm and a function: the last of them has the name.
  mutating func addNorm(
    _ name: String, parameters: String? = nil, from input: Int, epsilon: Double,
    activation: Activation? = .relu
  ) throws(GraphError) -> Int {
    let p = (parameters ?? Self.parameterName(name)) + "."
    let norm = try add(
      activation == nil ? name : name + "/norm",
      .batchNorm(
        .init(
          scale: p + "weight", shift: p + "bias", mean: p + "running_mean",
          variance: p + "running_var", epsilon: epsilon)), [input])
    guard let activation else { return norm }
    return try add(name, .activation(activation), [norm])
  }

  /// The mean over positions and a linear layer, which becomes the output.
  mutating func addClassifier(
    _ name: String = "classifier", from input: Int, classes: Int
  ) throws(GraphError) {
    let features = try add(
      name + "/features", .reduction(.mean, axes: [2, 3], keepsAxes: false), [input])
    output = try add(
      "logits",
      .linear(.init(weights: name + ".weight", bias: name + ".bias", features: classes)),
      [features])
  }

  /// Two groups' channels in turn: ⌊i / 2⌋ of the first, then of the second.
  mutating func addShuffle(
    _ name: String, from input: Int, channels: Int
  ) throws(GraphError) -> Int {
    try add(
      name,
      .selection(
        axis: 1, indices: (0..<channels).map { $0 / 2 + $0 % 2 * (channels / 2) },
        dropsAxis: false), [input])
  }

  private static func parameterName(_ name: String) -> String { name.replacing("/", with: ".") }
}

extension Graph.Operation.Window {
  /// Square windows that keep the size at stride 1; the kernel is odd.
  static func centred(_ kernel: Int, stride: Int = 1, dilation: Int = 1) -> Self {
    centred(.init(kernel, kernel), stride: stride, dilation: dilation)
  }

  /// Windows that keep the size at stride 1; the kernel's sides are odd.
  static func centred(_ kernel: Graph.Operation.Pair, stride: Int = 1, dilation: Int = 1) -> Self {
    Self(
      kernel: kernel, stride: .init(stride, stride), dilation: .init(dilation, dilation),
      before: .init(dilation * (kernel.rows - 1) / 2, dilation * (kernel.columns - 1) / 2))
  }

  /// Square windows within the map; a last one that is not full counts if `roundsUp`.
  static func within(_ kernel: Int, stride: Int = 1, roundsUp: Bool = false) -> Self {
    Self(
      kernel: .init(kernel, kernel), stride: .init(stride, stride), before: .init(0, 0),
      roundsUp: roundsUp)
  }
}

extension Graph.Operation.Pair {
  /// The same number for both.
  init(_ side: Int) { self.init(side, side) }
}

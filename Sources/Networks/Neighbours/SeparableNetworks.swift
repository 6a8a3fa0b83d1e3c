/// Networks of depthwise and pointwise convolutions.
extension Catalogue.GraphEntry {
  /// Xception.
  ///
  /// - SeeAlso: Chollet 2017, figure 5.
  static let xception = Self(
    name: "xception", title: "Xception", aliases: ["legacy_xception"], inputSize: 299,
    reading:
      "padded evenly, as in PyTorch; TensorFlow pads maps of even size on one side only"
  ) { () throws(GraphError) in
    var network = SeparableNetwork(epsilon: 1e-3)
    try network.convolve("conv1", 32, .within(3, stride: 2))
    try network.convolve("conv2", 64, .within(3))
    for (index, channels) in [128, 256, 728].enumerated() {
      try network.addXceptionBlock(
        "block\(index + 1)", [channels, channels], stride: 2, startsRectified: index > 0)
    }
    for index in 4...11 {
      try network.addXceptionBlock("block\(index)", [728, 728, 728], stride: 1)
    }
    try network.addXceptionBlock("block12", [728, 1024], stride: 2)
    try network.separate("conv3", 1536)
    try network.separate("conv4", 2048)
    return try network.classified()
  }

  /// MobileNet of width 1.
  ///
  /// - SeeAlso: Howard et al. 2017, table 1.
  static let mobileNetV1 = Self(
    name: "mobilenet_v1", title: "MobileNetV1", aliases: ["mobilenet", "mobilenetv1_100"],
    reading:
      "ReLU6 and uneven padding at stride 2, as TensorFlow has them for pictures of even size"
  ) { () throws(GraphError) in
    var network = SeparableNetwork(epsilon: 1e-3, activation: .clip(lower: 0, upper: 6))
    try network.convolve("conv1", 32, .halving)
    let layers =
      [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)]
      + Array(repeating: (512, 1), count: 5) + [(1024, 2), (1024, 1)]
    for (index, (channels, stride)) in layers.enumerated() {
      let name = "conv\(index + 2)"
      try network.convolveEach(name + "/dw", stride == 2 ? .halving : .centred(3))
      try network.convolve(name, channels)
    }
    return try network.classified()
  }

  /// MobileNetV2 of width 1.
  ///
  /// - SeeAlso: Sandler et al. 2018, table 2.
  static let mobileNetV2 = Self(
    name: "mobilenet_v2", title: "MobileNetV2", aliases: ["mobilenetv2_100"]
  ) { () throws(GraphError) in
    try inverted(
      [(16, 1, 1), (24, 2, 2), (32, 3, 2), (64, 4, 2), (96, 3, 1), (160, 3, 2), (320, 1, 1)],
      groups: 1)
  }

  /// IGCV3-D of width 1: MobileNetV2's units twice as often, their pointwise convolutions in two groups.
  ///
  /// - SeeAlso: Sun et al. 2018, "IGCV3: Interleaved low-rank group convolutions".
  static let igcv3 = Self(
    name: "igcv3", title: "IGCV3-D", aliases: ["igcv3_w1", "igcv", "igcv3-d"],
    reading:
      "channels interleaved once a unit, between its first pointwise convolution and the depthwise"
  ) { () throws(GraphError) in
    try inverted(
      [(16, 1, 1), (24, 4, 2), (32, 6, 2), (64, 8, 2), (96, 6, 1), (160, 6, 2), (320, 1, 1)],
      groups: 2)
  }

  /// Inverted residual units: channels, number and first stride of every stage.
  private static func inverted(
    _ stages: [(channels: Int, count: Int, stride: Int)], groups: Int
  ) throws(GraphError) -> Graph {
    var network = SeparableNetwork(epsilon: 1e-5, activation: .clip(lower: 0, upper: 6))
    try network.convolve("conv1", 32, .centred(3, stride: 2))
    for (stage, (channels, count, stride)) in stages.enumerated() {
      for unit in 0..<count {
        try network.addInvertedUnit(
          "unit_\(stage + 1)_\(unit + 1)", channels, stride: unit == 0 ? stride : 1,
          expansion: stage == 0 ? 1 : 6, groups: groups)
      }
    }
    try network.convolve("conv2", 1280)
    return try network.classified()
  }
}

private struct SeparableNetwork {
  private var graph = Graph()
  private var value = 0
  /// Channels of the value.
  private var channels = 3
  private let epsilon: Double
  private let activation: Activation

  init(epsilon: Double, activation: Activation = .relu) {
    self.epsilon = epsilon
    self.activation = activation
  }

  mutating func convolve(
    _ name: String, _ channels: Int, _ window: Graph.Operation.Window = .centred(1),
    groups: Int = 1, isLinear: Bool = false
  ) throws(GraphError) {
    if graph.nodes.isEmpty { value = try graph.add("input", .picture(channels: 3)) }
    value = try graph.addConvolution(
      name, from: value, channels: channels, window: window, groups: groups, epsilon: epsilon,
      activation: isLinear ? nil : activation)
    self.channels = channels
  }

  /// A depthwise convolution.
  mutating func convolveEach(
    _ name: String, _ window: Graph.Operation.Window
  ) throws(GraphError) {
    try convolve(name, channels, window, groups: channels)
  }

  /// A depthwise 3×3 and a pointwise convolution with nothing between them.
  mutating func separate(
    _ name: String, _ output: Int, isLinear: Bool = false
  ) throws(GraphError) {
    value = try graph.add(
      name + "/dw",
      .convolution(
        .init(
          weights: name.replacing("/", with: ".") + ".dw.weight", channels: channels,
          groups: channels, window: .centred(3))), [value])
    try convolve(name, output, isLinear: isLinear)
  }

  /// Separable convolutions with ReLU before them, a pool and a shortcut.
  mutating func addXceptionBlock(
    _ name: String, _ outputs: [Int], stride: Int, startsRectified: Bool = true
  ) throws(GraphError) {
    let (input, inputChannels) = (value, channels)
    for (index, output) in outputs.enumerated() {
      if index > 0 || startsRectified {
        value = try graph.add("\(name)/relu\(index + 1)", .activation(.relu), [value])
      }
      try separate("\(name)/conv\(index + 1)", output, isLinear: true)
    }
    if stride > 1 {
      value = try graph.add(
        name + "/pool", .pool(.init(.maximum, window: .centred(3, stride: stride))), [value])
    }
    var shortcut = input
    if stride > 1 || inputChannels != channels {
      shortcut = try graph.addConvolution(
        name + "/shortcut", from: input, channels: channels, window: .centred(1, stride: stride),
        epsilon: epsilon, activation: nil)
    }
    value = try graph.add(name, .combination(.add), [value, shortcut])
  }

  /// Wide inside, narrow at its ends, the shortcut between those; groups' channels in turn.
  mutating func addInvertedUnit(
    _ name: String, _ output: Int, stride: Int, expansion: Int, groups: Int
  ) throws(GraphError) {
    let (input, inputChannels) = (value, channels)
    if expansion > 1 || groups > 1 {
      try convolve(
        name + "/expand", expansion * channels, groups: groups, isLinear: groups > 1)
    }
    if groups > 1 {
      value = try graph.addShuffle(name + "/shuffle", from: value, channels: channels)
    }
    try convolveEach(name + "/dw", .centred(3, stride: stride))
    let adds = stride == 1 && inputChannels == output
    try convolve(adds ? name + "/project" : name, output, groups: groups, isLinear: true)
    if adds { value = try graph.add(name, .combination(.add), [value, input]) }
  }

  mutating func classified() throws(GraphError) -> Graph {
    try graph.addClassifier(from: value, classes: 1000)
    return graph
  }
}

extension Graph.Operation.Window {
  /// A 3×3 at stride 2, padded below and to the right alone.
  fileprivate static let halving = Self(
    kernel: .init(3), stride: .init(2), before: .init(0), after: .init(1))
}

extension Catalogue.GraphEntry {
  /// GoogLeNet with its branches of 1×1, 3×3 and 5×5.
  ///
  /// - SeeAlso: Szegedy et al. 2015, table 1.
  static let googLeNet = Self(
    name: "googlenet", title: "GoogLeNet", aliases: ["inception_v1", "inception"],
    reading:
      "batch norm in place of biases and local response normalisation; no auxiliary classifiers"
  ) { () throws(GraphError) in try GoogLeNet.network(wideKernel: 5, lastPool: 3) }

  /// GoogLeNet as torchvision has it: a second 3×3 where the paper has the 5×5.
  static let googLeNetTorchvision = Self(
    name: "googlenet-torchvision", title: "GoogLeNet (3×3)",
    reading: "3×3 where the paper has 5×5, and a last pool of 2×2; no auxiliary classifiers"
  ) { () throws(GraphError) in try GoogLeNet.network(wideKernel: 3, lastPool: 2) }
}

private struct GoogLeNet {
  private var graph = Graph()

  /// Channels of a module: 1×1; before and of 3×3; before and of 5×5; after the pool.
  private typealias Module = (Int, (Int, Int), (Int, Int), Int)

  private static let stages: [[Module]] = [
    [(64, (96, 128), (16, 32), 32), (128, (128, 192), (32, 96), 64)],
    [
      (192, (96, 208), (16, 48), 64), (160, (112, 224), (24, 64), 64),
      (128, (128, 256), (24, 64), 64), (112, (144, 288), (32, 64), 64),
      (256, (160, 320), (32, 128), 128),
    ],
    [(256, (160, 320), (32, 128), 128), (384, (192, 384), (48, 128), 128)],
  ]

  static func network(wideKernel: Int, lastPool: Int) throws(GraphError) -> Graph {
    var maker = GoogLeNet()
    try maker.addNetwork(wideKernel, lastPool)
    return maker.graph
  }

  private mutating func addNetwork(_ wideKernel: Int, _ lastPool: Int) throws(GraphError) {
    var value = try graph.add("input", .picture(channels: 3))
    value = try convolve("conv1", value, 64, .centred(7, stride: 2))
    value = try pool("pool1", value, 3)
    value = try convolve("conv2/reduce", value, 64)
    value = try convolve("conv2", value, 192, .centred(3))
    value = try pool("pool2", value, 3)
    for (index, modules) in Self.stages.enumerated() {
      for (letter, module) in zip("abcde", modules) {
        value = try add("inception_\(index + 3)\(letter)", module, value, wideKernel)
      }
      guard index < 2 else { break }
      value = try pool("pool\(index + 3)", value, index == 1 ? lastPool : 3)
    }
    try graph.addClassifier(from: value, classes: 1000)
  }

  private mutating func add(
    _ name: String, _ module: Module, _ input: Int, _ wideKernel: Int
  ) throws(GraphError) -> Int {
    let (single, narrow, wide, pooled) = module
    let first = try convolve(name + "/1x1", input, single)
    var second = try convolve(name + "/3x3/reduce", input, narrow.0)
    second = try convolve(name + "/3x3", second, narrow.1, .centred(3))
    var third = try convolve(name + "/wide/reduce", input, wide.0)
    third = try convolve(name + "/wide", third, wide.1, .centred(wideKernel))
    var last = try graph.add(name + "/pool", .pool(.init(.maximum, window: .centred(3))), [input])
    last = try convolve(name + "/pool/1x1", last, pooled)
    return try graph.add(name, .concatenation(axis: 1), [first, second, third, last])
  }

  private mutating func convolve(
    _ name: String, _ input: Int, _ channels: Int, _ window: Graph.Operation.Window = .centred(1)
  ) throws(GraphError) -> Int {
    try graph.addConvolution(
      name, from: input, channels: channels, window: window, epsilon: 1e-3)
  }

  private mutating func pool(_ name: String, _ input: Int, _ kernel: Int) throws(GraphError) -> Int
  {
    try graph.add(
      name, .pool(.init(.maximum, window: .within(kernel, stride: 2, roundsUp: true))), [input])
  }
}

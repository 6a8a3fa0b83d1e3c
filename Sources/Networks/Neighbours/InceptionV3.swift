extension Catalogue.GraphEntry {
  /// Inception v3.
  ///
  /// - SeeAlso: Szegedy et al. 2016; torchvision and TensorFlow's slim agree on its layers.
  static let inceptionV3 = Self(
    name: "inception_v3", title: "Inception v3", inputSize: 299,
    reading: "no auxiliary classifier"
  ) { () throws(GraphError) in
    var maker = InceptionV3()
    return try maker.network()
  }
}

private struct InceptionV3 {
  private var graph = Graph()

  /// A convolution of a branch: channels, rows and columns of its kernel, stride.
  private struct Layer {
    let channels: Int
    let window: Graph.Operation.Window

    /// Padded to keep the size.
    init(_ channels: Int, _ rows: Int = 1, _ columns: Int? = nil) {
      self.channels = channels
      window = .centred(Graph.Operation.Pair(rows, columns ?? rows))
    }

    /// Without padding.
    init(_ channels: Int, within kernel: Int, stride: Int = 1) {
      self.channels = channels
      window = .within(kernel, stride: stride)
    }
  }

  mutating func network() throws(GraphError) -> Graph {
    let picture = try graph.add("input", .picture(channels: 3))
    var value = try chain(
      "stem", picture,
      [Layer(32, within: 3, stride: 2), Layer(32, within: 3), Layer(64, 3)])
    value = try pool("stem/pool", value)
    value = try chain("stem2", value, [Layer(80), Layer(192, within: 3)])
    value = try pool("stem2/pool", value)
    for (letter, pooled) in [("b", 32), ("c", 64), ("d", 64)] {
      value = try addSquares("mixed_5" + letter, value, pooled)
    }
    value = try addReduction(
      "mixed_6a", value,
      [
        [Layer(384, within: 3, stride: 2)],
        [Layer(64), Layer(96, 3), Layer(96, within: 3, stride: 2)],
      ])
    for (letter, width) in [("b", 128), ("c", 160), ("d", 160), ("e", 192)] {
      value = try addLines("mixed_6" + letter, value, width)
    }
    value = try addReduction(
      "mixed_7a", value,
      [
        [Layer(192), Layer(320, within: 3, stride: 2)],
        [Layer(192), Layer(192, 1, 7), Layer(192, 7, 1), Layer(192, within: 3, stride: 2)],
      ])
    for letter in ["b", "c"] { value = try addFans("mixed_7" + letter, value) }
    try graph.addClassifier(from: value, classes: 1000)
    return graph
  }

  /// Branches of 1×1, 5×5, two 3×3, and a pool.
  private mutating func addSquares(
    _ name: String, _ input: Int, _ pooled: Int
  ) throws(GraphError) -> Int {
    try join(
      name,
      [
        chain(name + "/1x1", input, [Layer(64)]),
        chain(name + "/5x5", input, [Layer(48), Layer(64, 5)]),
        chain(name + "/3x3", input, [Layer(64), Layer(96, 3), Layer(96, 3)]),
        addPooled(name, input, pooled),
      ])
  }

  /// Branches of 1×1, of 7×7 in two lines and in four, and a pool.
  private mutating func addLines(
    _ name: String, _ input: Int, _ width: Int
  ) throws(GraphError) -> Int {
    let twice = [
      Layer(width), Layer(width, 7, 1), Layer(width, 1, 7), Layer(width, 7, 1), Layer(192, 1, 7),
    ]
    return try join(
      name,
      [
        chain(name + "/1x1", input, [Layer(192)]),
        chain(name + "/7x7", input, [Layer(width), Layer(width, 1, 7), Layer(192, 7, 1)]),
        chain(name + "/7x7_twice", input, twice), addPooled(name, input, 192),
      ])
  }

  /// Branches of 1×1, of 3×3 that ends in two lines side by side, of two such, and a pool.
  private mutating func addFans(_ name: String, _ input: Int) throws(GraphError) -> Int {
    let single = try chain(name + "/3x3", input, [Layer(384)])
    let twice = try chain(name + "/3x3_twice", input, [Layer(448), Layer(384, 3)])
    var parts = [try chain(name + "/1x1", input, [Layer(320)])]
    for (branch, source) in [("/3x3", single), ("/3x3_twice", twice)] {
      parts.append(
        try join(
          name + branch,
          [
            chain(name + branch + "/rows", source, [Layer(384, 1, 3)]),
            chain(name + branch + "/columns", source, [Layer(384, 3, 1)]),
          ]))
    }
    return try join(name, parts + [addPooled(name, input, 192)])
  }

  /// Branches of stride 2, and a pool of the input itself.
  private mutating func addReduction(
    _ name: String, _ input: Int, _ branches: [[Layer]]
  ) throws(GraphError) -> Int {
    var parts: [Int] = []
    for (index, layers) in branches.enumerated() {
      parts.append(try chain("\(name)/branch.\(index)", input, layers))
    }
    return try join(name, parts + [pool(name + "/pool", input)])
  }

  private mutating func addPooled(
    _ name: String, _ input: Int, _ channels: Int
  ) throws(GraphError) -> Int {
    let mean = try graph.add(
      name + "/pool", .pool(.init(.meanWithPadding, window: .centred(3))), [input])
    return try chain(name + "/pool/1x1", mean, [Layer(channels)])
  }

  /// Layers after one another, numbered from 1.
  private mutating func chain(
    _ name: String, _ input: Int, _ layers: [Layer]
  ) throws(GraphError) -> Int {
    var value = input
    for (index, layer) in layers.enumerated() {
      value = try graph.addConvolution(
        "\(name)/conv\(index + 1)", from: value, channels: layer.channels, window: layer.window,
        epsilon: 1e-3)
    }
    return value
  }

  private mutating func pool(_ name: String, _ input: Int) throws(GraphError) -> Int {
    try graph.add(name, .pool(.init(.maximum, window: .within(3, stride: 2))), [input])
  }

  private mutating func join(_ name: String, _ parts: [Int]) throws(GraphError) -> Int {
    try graph.add(name, .concatenation(axis: 1), parts)
  }
}

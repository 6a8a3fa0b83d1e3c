extension Catalogue.GraphEntry {
  /// DenseNet-121: every layer sees all layers before it in its block.
  ///
  /// - SeeAlso: Huang et al. 2017, table 1, growth rate 32.
  static let denseNet121 = Self(
    name: "densenet121", title: "DenseNet-121"
  ) { () throws(GraphError) in
    var graph = Graph()
    let (growth, epsilon) = (32, 1e-5)
    var channels = 64
    var value = try graph.add("input", .picture(channels: 3))
    value = try graph.addConvolution(
      "stem", from: value, channels: channels, window: .centred(7, stride: 2), epsilon: epsilon)
    value = try graph.add(
      "stem/pool", .pool(.init(.maximum, window: .centred(3, stride: 2))), [value])
    for (block, count) in [6, 12, 24, 16].enumerated() {
      for layer in 1...count {
        let name = "block\(block + 1)/layer\(layer)"
        let rectified = try graph.addNorm(name + "/norm", from: value, epsilon: epsilon)
        let narrow = try graph.addConvolution(
          name + "/narrow", from: rectified, channels: 4 * growth, window: .centred(1),
          epsilon: epsilon)
        let grown = try graph.add(
          name + "/conv",
          .convolution(
            .init(
              weights: name.replacing("/", with: ".") + ".conv.weight", channels: growth,
              window: .centred(3))), [narrow])
        value = try graph.add(name, .concatenation(axis: 1), [value, grown])
        channels += growth
      }
      let end = block < 3 ? "transition\(block + 1)" : "norm"
      value = try graph.addNorm(
        block < 3 ? end + "/norm" : end, from: value, epsilon: epsilon)
      guard block < 3 else { break }
      channels /= 2
      value = try graph.add(
        end + "/conv",
        .convolution(
          .init(weights: end + ".conv.weight", channels: channels, window: .centred(1))), [value])
      value = try graph.add(end, .pool(.init(.mean, window: .within(2, stride: 2))), [value])
    }
    try graph.addClassifier(from: value, classes: 1000)
    return graph
  }
}

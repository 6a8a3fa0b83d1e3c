/// Networks of one layer after the other.
extension Catalogue.GraphEntry {
  /// AlexNet as torchvision has it, which is the later one of a single column.
  ///
  /// - SeeAlso: Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks".
  static let alexNet = Self(
    name: "alexnet", title: "AlexNet", reading: asConvolutions
  ) { () throws(GraphError) in
    var network = try PlainNetwork()
    try network.convolve(64, .init(kernel: .init(11), stride: .init(4), before: .init(2)))
    try network.pool(3)
    try network.convolve(192, .centred(5))
    try network.pool(3)
    for channels in [384, 256, 256] { try network.convolve(channels, .centred(3)) }
    try network.pool(3)
    return try network.classified(side: 6)
  }

  /// VGG-16, without batch norm.
  ///
  /// - SeeAlso: Simonyan and Zisserman 2015, configuration D.
  static let vgg16 = Self(
    name: "vgg16", title: "VGG-16", reading: asConvolutions
  ) { () throws(GraphError) in
    var network = try PlainNetwork()
    for (count, channels) in [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)] {
      for _ in 0..<count { try network.convolve(channels, .centred(3)) }
      try network.pool(2)
    }
    return try network.classified(side: 7)
  }

  private static let asConvolutions =
    "the linear layers that see the whole map as convolutions, and the mean of what they say: the same"
    + " at 224 pixels, and at more an answer for every place"
}

/// Convolutions with biases and ReLU, pools, and linear layers at the end.
private struct PlainNetwork {
  private var graph = Graph()
  private var value: Int
  private var (stage, number) = (1, 1)

  init() throws(GraphError) { value = try graph.add("input", .picture(channels: 3)) }

  mutating func convolve(_ channels: Int, _ window: Graph.Operation.Window) throws(GraphError) {
    value = try graph.addConvolution(
      "conv\(stage)_\(number)", from: value, channels: channels, window: window, epsilon: nil)
    number += 1
  }

  mutating func pool(_ kernel: Int) throws(GraphError) {
    value = try graph.add(
      "pool\(stage)", .pool(.init(.maximum, window: .within(kernel, stride: 2))), [value])
    (stage, number) = (stage + 1, 1)
  }

  /// Two layers of 4,096 features and 1,000 classes.
  mutating func classified(side: Int) throws(GraphError) -> Graph {
    for (name, kernel) in [("fc6", side), ("fc7", 1)] {
      value = try graph.addConvolution(
        name, from: value, channels: 4096, window: .within(kernel), epsilon: nil)
    }
    try graph.addClassifier("fc8", from: value, classes: 1000)
    return graph
  }
}

extension Catalogue {
  /// A network of the catalogue that is no stack of residual units: written down as a graph.
  public struct GraphEntry: Sendable {
    /// Name on the command line, lower case: `inception_v3`.
    public var name: String
    /// Name as its paper writes it: `Inception v3`.
    public var title: String
    /// Other names that lead here.
    public var aliases: [String] = []
    /// Side of the input that the network was designed for, in pixels.
    public var inputSize = 224
    /// How the network is read here where its paper and its implementations differ; nil where they do not.
    public var reading: String?

    let make: @Sendable () throws(GraphError) -> Graph

    /// Writes the network down.
    ///
    /// - Throws: `GraphError` only if the catalogue itself is wrong.
    public func graph() throws(GraphError) -> Graph { try make() }
  }

  /// The networks that are compared with the paper's and are none of residual units.
  public static let graphEntries: [GraphEntry] = [
    .alexNet, .vgg16, .googLeNet, .googLeNetTorchvision, .inceptionV3, .xception, .mobileNetV1,
    .mobileNetV2, .igcv3, .denseNet121, .lskNetT,
  ]

  /// A network of the catalogue.
  public enum Found: Sendable {
    /// One of residual units, with the short description that trainings and experiments need.
    case units(Entry)
    /// Any other.
    case graph(GraphEntry)
  }
}

extension Weights {
  /// Weights by formula for any graph: random, and always the same.
  ///
  /// - Throws: `GraphError` naming a node whose inputs do not fit.
  public static func formula(for graph: Graph, picture: SpatialSize) throws(GraphError) -> Weights {
    let shapes = try graph.shapes(picture: picture)
    var weights = Weights()
    for node in graph.nodes {
      let input = node.inputs.first.flatMap { shapes[$0] }
      for tensor in graph.tensors(of: node, input: input) where weights[tensor.name] == nil {
        weights[tensor.name] = Formula.tensor(tensor.name, shape: tensor.shape)
      }
    }
    return weights
  }
}

import Foundation
import Networks

/// Any network as a graph, with its weights and all that is needed to give it pictures.
public struct GraphModel: Sendable {
  /// What it is called.
  public var name: String
  /// The network.
  public var graph: Graph
  /// Its tensors by the names that the graph's nodes have for them.
  public var weights: Weights
  /// How pictures become its input.
  public var preprocessing: Preprocessing
  /// Size of the picture that the graph is for.
  public var picture: SpatialSize
  /// The short description, where the network is one of selective-kernel units.
  public var architecture: Architecture?
  /// What an ONNX file says that its short description is, which its graph must bear out.
  package var claimedArchitecture: Architecture?
  /// Names of the classes in the order of the logits, where they are known.
  public var classes: [String]?
  /// Whether the file says how pictures become its input; if not, ImageNet's usual way is taken.
  public var isPreprocessingKnown = true
  /// Whether the weights were made up rather than trained.
  public var hasRandomWeights = false
  /// Hash of the file that it was read from, in hexadecimal; empty for a model made in memory.
  public var sha256: String

  /// Joins the parts of a network without trained weights.
  public init(
    name: String, graph: Graph, randomWeights weights: Weights, preprocessing: Preprocessing
  ) {
    self.name = name
    self.graph = graph
    self.weights = weights
    self.preprocessing = preprocessing
    picture = SpatialSize(side: preprocessing.size)
    hasRandomWeights = true
    sha256 = ""
  }

  /// Makes the graph of a network of selective-kernel units.
  ///
  /// - Parameters:
  ///   - model: The network.
  ///   - size: Side of the input in pixels; nil for the model's.
  /// - Throws: `GraphError` if the network has more nodes than a graph may.
  public init(_ model: Model, size: Int? = nil) throws(GraphError) {
    name = model.name
    graph = try model.architecture.graph()
    weights = model.weights
    preprocessing = model.preprocessing
    picture = SpatialSize(side: size ?? model.preprocessing.size)
    architecture = model.architecture
    classes = model.classes
    sha256 = model.sha256
  }

  /// Reads a network, telling the format of the file from its content: ONNX, or what `Model` reads.
  ///
  /// ONNX says nothing of how pictures become its input: ImageNet's usual mean and deviation are taken,
  /// unless this project wrote the file, and 1,000 outputs are ImageNet's classes.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - size: Side of the input in pixels; nil for the model's.
  /// - Throws: `CheckpointError` if the file cannot be read, or has another size fixed; `GraphError` if
  ///   the network has more nodes than a graph may.
  public init(contentsOfFile path: String, size: Int? = nil) throws {
    self = try GraphModelFile(path: path).model(size: size)
  }

  fileprivate init(name: String, model: ONNXModel, sha256: String) {
    self.name = name
    graph = model.graph
    weights = model.weights
    picture = model.picture
    self.sha256 = sha256
    func noted<Value: Decodable>(_ type: Value.Type, _ key: String) -> Value? {
      guard let text = model.metadata[key], text.utf8.count <= SafetensorsFile.longestText else {
        return nil
      }
      return try? JSONDecoder().decode(type, from: Data(text.utf8))
    }
    let outputs = try? model.graph.shapes(picture: model.picture)[model.graph.output]
    let count = outputs?.reduce(1, *) ?? 0
    if let own = noted(Preprocessing.self, "input"), (try? own.validate()) != nil {
      preprocessing = own
    } else {
      preprocessing = Preprocessing(size: min(model.picture.height, model.picture.width))
      isPreprocessingKnown = false
    }
    if let names = noted([String].self, "classes"), names.count == count {
      classes = names
    } else if count == ImageNetClasses.ids.count {
      classes = ImageNetClasses.ids
    }
    claimedArchitecture = noted(Architecture.self, "architecture")
  }
}

/// A network's file, read once for pictures of several sizes.
package struct GraphModelFile: Sendable {
  private enum Content: Sendable {
    case onnx(ONNXMessage, sha256: String)
    case units(Model)
  }

  private let content: Content

  /// Reads a file, telling its format from its content.
  ///
  /// - Throws: `CheckpointError` if the file cannot be read.
  package init(path: String) throws {
    let file = try WeightFile(path: path)
    guard try FileFormat.recognized(in: file) == .onnx else {
      content = .units(try Model(contentsOfFile: path))
      return
    }
    content = .onnx(try ONNXMessage(file), sha256: try SHA256.hexDigest(of: file))
  }

  /// A network that was read, or made, before.
  package init(_ model: Model) { content = .units(model) }

  /// The network for pictures of a size.
  ///
  /// - Parameter size: Side of the input in pixels; nil for the model's.
  /// - Returns: The network.
  /// - Throws: `CheckpointError` if another size is fixed, or what an ONNX file says is no network; `GraphError` if
  ///   the network has more nodes than a graph may.
  package func model(size: Int? = nil) throws -> GraphModel {
    switch content {
    case .units(let model): return try GraphModel(model, size: size)
    case .onnx(let message, let sha256):
      return GraphModel(
        name: URL(filePath: message.path).deletingPathExtension().lastPathComponent,
        model: try ONNXModel(message, size: size.map { SpatialSize(side: $0) }), sha256: sha256)
    }
  }
}

import Foundation
import Networks
import SwiftProtobuf
import Wording

/// What an ONNX file holds: a graph for pictures of one size, and its weights.
package struct ONNXModel: Sendable {
  /// The network.
  package var graph: Graph
  /// Its tensors.
  package var weights: Weights
  /// Size of the picture that it was read for.
  package var picture: SpatialSize
  /// What its writer says beside it.
  package var metadata: [String: String]

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file; numbers outside of it must lie in its own folder.
  ///   - size: Size of the picture where the file leaves it open; nil for 224 × 224.
  /// - Throws: `CheckpointError` if the file cannot be read, breaks a rule of the format, or has
  ///   another size fixed.
  package init(contentsOfFile path: String, size: SpatialSize? = nil) throws(CheckpointError) {
    try self.init(ONNXMessage(WeightFile(path: path)), size: size)
  }

  /// Makes the network of what was read, for one size of picture.
  ///
  /// - Throws: As above.
  init(_ message: ONNXMessage, size: SpatialSize?) throws(CheckpointError) {
    let (model, path) = (message.model, message.path)
    func fail(_ problem: String, _ advice: String? = nil) -> CheckpointError {
      CheckpointError(file: path, problem: problem, advice: advice)
    }
    guard let own = model.opsetImport.first(where: { $0.domain.isEmpty || $0.domain == "ai.onnx" })
    else { throw fail("does not say which operators it uses") }
    guard (11...21).contains(own.version) else {
      throw fail(
        "uses opset \(own.version), expected 11 to 21", "export it again with opset_version=17")
    }
    let message = model.graph
    guard message.node.count <= Graph.Limits.nodes else {
      throw fail("has \(message.node.count) nodes, more than the \(Graph.Limits.nodes) allowed")
    }
    guard message.sparseInitializer.isEmpty else { throw fail("has sparse tensors") }
    let initialized = Set(message.initializer.map(\.name))
    let inputs = message.input.filter { !initialized.contains($0.name) }
    guard let input = inputs.first, inputs.count == 1 else {
      throw fail("expected one input, a picture, found \(inputs.count)")
    }
    let place = try Self.picture(input, size: size, path: path)
    picture = place.size
    var reader = ONNXReader(path: path, opset: Int(own.version), picture: place.size)
    try reader.addPicture(input.name, place)
    for tensor in message.initializer { try reader.addTensor(tensor) }
    for node in message.node { try reader.add(ONNXNode(node)) }
    guard let output = message.output.first, let value = reader.values[output.name] else {
      throw fail("has no output that any node makes")
    }
    reader.graph.output = try reader.node(value, named: output.name)
    guard reader.graph.dependsOnPicture[reader.graph.output] else {
      throw fail("its output '\(abbreviated(output.name))' does not depend on its input")
    }
    graph = reader.graph
    weights = reader.usedWeights()
    metadata = Dictionary(
      model.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// Where rows, columns and channels of the input lie, and how many.
  struct Place {
    var size: SpatialSize
    var channels: Int
    /// Whether channels come last, as TensorFlow has them.
    var channelsLast: Bool
  }

  private static func picture(
    _ input: ONNXValueInfoProto, size: SpatialSize?, path: String
  ) throws(CheckpointError) -> Place {
    func fail(_ problem: String, _ advice: String? = nil) -> CheckpointError {
      CheckpointError(
        file: path, place: "input '\(abbreviated(input.name))'", problem: problem, advice: advice)
    }
    let dimensions = input.type.tensorType.shape.dim
    guard dimensions.count == 4 else {
      throw fail("expected [N, C, H, W], found \(dimensions.count) axes")
    }
    let fixed = dimensions.map { $0.hasDimValue && $0.dimValue > 0 ? Int($0.dimValue) : nil }
    if let batch = fixed[0], batch != 1 {
      throw fail(
        "was exported for batches of \(batch) pictures",
        "export it with a batch of 1 or a batch size left open")
    }
    let few = 1...16
    let channelsLast =
      !(fixed[1].map(few.contains) ?? false) && (fixed[3].map(few.contains) ?? false)
    guard let channels = channelsLast ? fixed[3] : fixed[1], channels == 3 || channels == 1 else {
      throw fail("expected 1 or 3 channels, found \(fixed[1].map { "\($0)" } ?? "an open number")")
    }
    let own = channelsLast ? [fixed[1], fixed[2]] : [fixed[2], fixed[3]]
    let asked =
      size.map { [$0.height, $0.width] } ?? [own[0] ?? own[1] ?? 224, own[1] ?? own[0] ?? 224]
    for (own, asked) in zip(own, asked) where own != nil && own != asked {
      throw fail(
        "is fixed at \(own ?? 0) pixels, not \(asked)",
        "leave --size out, or export the network with height and width left open")
    }
    let sides = Architecture.Limits.inputSide
    guard asked.allSatisfy(sides.contains) else {
      throw fail("expected sides of 1 to \(sides.upperBound) pixels, found \(asked)")
    }
    return Place(
      size: SpatialSize(height: asked[0], width: asked[1]), channels: channels,
      channelsLast: channelsLast)
  }
}

extension ONNXReader {
  mutating func addPicture(_ name: String, _ place: ONNXModel.Place) throws(CheckpointError) {
    let picture = try add(
      place.channelsLast ? free(name + "/picture") : name, .picture(channels: place.channels), [])
    values[name] = .node(
      place.channelsLast ? try add(name, .transpose([0, 2, 3, 1]), [picture]) : picture)
  }

  /// Takes an initialiser up: whole numbers and truths as numbers, all else as a weight.
  mutating func addTensor(
    _ message: ONNXTensorProto, name: String? = nil
  ) throws(CheckpointError) {
    let tensor = try ONNXTensor(message, name: name, path: path)
    guard values[tensor.name] == nil else {
      throw fault(tensor.name, "there are two values of this name")
    }
    if tensor.isInteger {
      guard tensor.count <= KnownNumbers.most else {
        throw fault(tensor.name, "has \(tensor.count) whole numbers, too many to be shapes or axes")
      }
      values[tensor.name] = .known(
        KnownNumbers(integers: try tensor.integers(), shape: tensor.shape))
    } else {
      held += tensor.count
      weights[tensor.name] = Tensor(shape: tensor.shape, values: try tensor.floats())
      values[tensor.name] = .tensor(name: tensor.name, shape: tensor.shape)
    }
  }

  /// The tensors that the graph's nodes name.
  func usedWeights() -> Weights {
    var used = Weights()
    for (index, node) in graph.nodes.enumerated() {
      let input = (node.inputs.first ?? index) == index ? nil : shapes[node.inputs[0]]
      for tensor in graph.tensors(of: node, input: input) {
        used[tensor.name] = weights[tensor.name]
      }
    }
    return used
  }

  func fault(_ node: String, _ problem: String) -> CheckpointError {
    CheckpointError(file: path, place: "node '\(abbreviated(node))'", problem: problem)
  }

  /// Adds a node of the file: by its rule, by working it out, or as one that is not understood.
  mutating func add(_ node: ONNXNode) throws(CheckpointError) {
    for output in node.outputs where values[output] != nil && !output.isEmpty {
      throw fault(output, "there are two values of this name")
    }
    guard let result = node.outputs.first, !result.isEmpty else { return }
    var inputs: [Value?] = []
    for input in node.inputs {
      guard !input.isEmpty else {
        inputs.append(nil)
        continue
      }
      guard let value = values[input] else {
        throw fault(node.name, "takes '\(abbreviated(input))', which nothing before it makes")
      }
      inputs.append(value)
    }
    if try fold(node, inputs) { return }
    if try addLayer(node, inputs) { return }
    if try addRearrangement(node, inputs) { return }
    try addUnknown(node, inputs)
  }

  /// Adds a node that is listed and not understood, for each of its results.
  mutating func addUnknown(
    _ node: ONNXNode, _ inputs: [Value?]
  ) throws(CheckpointError) {
    var sources: [Int] = []
    for (value, name) in zip(inputs, node.inputs) {
      if let value { sources.append(try self.node(value, named: name)) }
    }
    for output in node.outputs where !output.isEmpty {
      values[output] = .node(try add(output, .unknown(node.type), sources))
    }
  }
}

import Kernels
import Networks

/// A network of selective-kernel units that a graph turned out to be.
public struct RecognizedNetwork: Sendable {
  /// The short description.
  public var architecture: Architecture
  /// Its tensors by this project's names, batch norms folded into the convolutions.
  public var weights: Weights

  /// Recognises a graph that computes what a network of selective-kernel units does, step by step; nil
  /// where it is another network.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - weights: Its tensors.
  ///   - picture: Size of its input.
  ///   - claimed: What its file says that it is; nil to tell from the steps.
  public init?(
    _ graph: Graph, weights: Weights, picture: SpatialSize, claimed: Architecture? = nil
  ) {
    guard let found = try? PlannedNetwork(graph).lowered(picture, sk_portable),
      let architecture = claimed ?? Architecture(stepsOf: found),
      (try? architecture.validate()) != nil,
      let own = try? PlannedNetwork(architecture).lowered(picture, sk_portable),
      own.erased == found.erased
    else { return nil }
    var taken = TakenWeights(epsilon: architecture.epsilon, source: weights)
    let steps = own.steps.filter { if case .probe = $0 { false } else { true } }
    guard zip(steps, found.steps).allSatisfy({ taken.take($0, from: $1) }),
      (try? taken.weights.check(against: architecture.parameters)) != nil
    else { return nil }
    self.architecture = architecture
    self.weights = taken.weights
  }
}

/// The tensors of one network taken from another that does the same.
private struct TakenWeights {
  let epsilon: Double
  let source: Weights
  var weights = Weights()

  mutating func take(_ own: LoweredStep, from other: LoweredStep) -> Bool {
    switch (own, other) {
    case (.dense(let own, _, _, _), .dense(let other, _, _, _)): return take(own, from: other)
    case (.grouped(let own, _, _, _), .grouped(let other, _, _, _)):
      for (own, other) in zip(own, other) where !take(own, from: other) { return false }
      return own.count == other.count
    case (.gate(let own, _), .gate(let other, _)): return take(own, from: other)
    case (.classify(let own, _, _, _), .classify(let other, _, _, _)):
      guard let folded = try? FoldedConvolution(other, in: source) else { return false }
      weights[own.weights] = Tensor(
        shape: [own.outputs, own.inputs], values: folded.weights)
      return put(folded.bias, own.bias, own.norm)
    default: return true
    }
  }

  private mutating func take(_ own: LoweredConvolution, from other: LoweredConvolution) -> Bool {
    guard let folded = try? FoldedConvolution(other, in: source) else { return false }
    weights[own.operation.weights] = Tensor(shape: folded.shape, values: folded.weights)
    return put(folded.bias, own.operation.bias, own.norm)
  }

  private mutating func take(_ own: LoweredGate, from other: LoweredGate) -> Bool {
    guard let fuse = try? FoldedConvolution(other.fuse, in: source) else { return false }
    weights[own.fuse.weights] = Tensor(
      shape: [own.fuse.outputs, own.fuse.inputs, 1, 1], values: fuse.weights)
    guard put(fuse.bias, own.fuse.bias, own.fuse.norm) else { return false }
    let layers = other.layers.compactMap { try? FoldedConvolution($0, in: source) }
    guard layers.count == other.layers.count else { return false }
    let hidden = own.hidden
    var kernels = own.layers.map { [Float](repeating: .nan, count: $0.outputs * hidden) }
    var biases = own.layers.map { [Float](repeating: 0, count: $0.outputs) }
    for (own, other) in zip(own.logits.joined(), other.logits.joined()) {
      let values = layers[other.layer].weights[other.row * hidden..<(other.row + 1) * hidden]
      let place = own.row * hidden..<(own.row + 1) * hidden
      // Channels that share a row must have the same.
      let before = kernels[own.layer][place]
      guard before.first?.isNaN != false || Array(before) == Array(values) else { return false }
      kernels[own.layer].replaceSubrange(place, with: values)
      biases[own.layer][own.row] = layers[other.layer].bias[other.row]
    }
    for (index, layer) in own.layers.enumerated() {
      weights[layer.weights] = Tensor(
        shape: [layer.outputs, layer.inputs, 1, 1], values: kernels[index])
      guard put(biases[index], layer.bias, layer.norm) else { return false }
    }
    return true
  }

  /// A layer's bias, or the batch norm that only adds it.
  private mutating func put(
    _ bias: [Float], _ name: String?, _ norm: Graph.Operation.BatchNorm?
  ) -> Bool {
    guard let norm else {
      guard let name else { return bias.allSatisfy { $0 == 0 } }
      weights[name] = Tensor(shape: [bias.count], values: bias)
      return true
    }
    func put(_ name: String, _ value: Float) {
      weights[name] = Tensor(
        shape: [bias.count], values: [Float](repeating: value, count: bias.count))
    }
    put(norm.scale, 1)
    put(norm.mean, 0)
    put(norm.variance, Float(1 - epsilon))
    weights[norm.shift] = Tensor(shape: [bias.count], values: bias)
    return true
  }
}

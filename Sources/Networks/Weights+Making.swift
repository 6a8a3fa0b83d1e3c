import Foundation

extension Weights {
  /// Weights by formula, for benchmarks and tests: any network without a weight file.
  public static func formula(for architecture: Architecture) -> Weights {
    Weights(
      Dictionary(
        uniqueKeysWithValues: architecture.parameters.map {
          ($0.name, Formula.tensor($0.name, shape: $0.shape))
        }))
  }

  /// Weights as training starts from them, by seed: He for convolutions, σ 0.01 for the gate and the
  /// classifier, batch norms at identity.
  ///
  /// - SeeAlso: The fillers of the official prototxt.
  public static func initialized(for architecture: Architecture, seed: UInt64) -> Weights {
    var tensors: [String: Tensor] = [:]
    for parameter in architecture.parameters {
      tensors[parameter.name] = initialTensor(parameter, seed: seed)
    }
    return Weights(tensors)
  }

  private static func initialTensor(_ parameter: Parameter, seed: UInt64) -> Tensor {
    let name = parameter.name
    let value: Float
    if parameter.shape.count == 1 {
      value = name.hasSuffix("bn.weight") || name.hasSuffix("running_var") ? 1 : 0
      return Tensor(
        shape: parameter.shape, values: [Float](repeating: value, count: parameter.count))
    }
    let isGate = name.contains(".fuse.") || name.contains(".select.")
    let sigma =
      isGate || name.hasPrefix("classifier")
      ? 0.01 : (2 / Double(parameter.shape.dropFirst().reduce(1, *))).squareRoot()
    return Tensor(
      shape: parameter.shape,
      values: normalNoise("\(seed)/\(name)", count: parameter.count, sigma: sigma))
  }

  /// Any network's weights as training would start from them, by seed: He for convolutions and linear layers,
  /// biases 0, norms at identity; tensors that no layer owns stay as they are.
  ///
  /// - Parameters:
  ///   - graph: The network.
  ///   - picture: Size of its input in pixels.
  ///   - weights: Its own tensors.
  ///   - seed: Which weights.
  /// - Returns: Tensors by the same names.
  /// - Throws: `GraphError` naming a node whose inputs do not fit.
  public static func initialized(
    for graph: Graph, picture: SpatialSize, from weights: Weights, seed: UInt64
  ) throws(GraphError) -> Weights {
    let shapes = try graph.shapes(picture: picture)
    var result = weights
    for node in graph.nodes {
      var constants: [String: Float] = [:]
      switch node.operation {
      case .convolution(let convolution): constants[convolution.bias ?? ""] = 0
      case .linear(let linear): constants[linear.bias ?? ""] = 0
      case .batchNorm(let norm):
        constants = [norm.scale: 1, norm.shift: 0, norm.mean: 0, norm.variance: 1]
      case .normalization(let norm): constants = [norm.scale ?? "": 1, norm.shift ?? "": 0]
      default: continue
      }
      let input = node.inputs.first.flatMap { shapes[$0] }
      for (name, shape, _) in graph.tensors(of: node, input: input) {
        let count = shape.reduce(1, *)
        if let value = constants[name] {
          result[name] = Tensor(shape: shape, values: [Float](repeating: value, count: count))
          continue
        }
        var inputs = shape.dropFirst().reduce(1, *)
        if case .linear(let linear) = node.operation, linear.isTransposed { inputs = shape[0] }
        let sigma = (2 / Double(max(inputs, 1))).squareRoot()
        result[name] = Tensor(
          shape: shape, values: normalNoise("\(seed)/\(name)", count: count, sigma: sigma))
      }
    }
    return result
  }

  /// Normally distributed values that follow from a name, by Box and Muller's two at a time.
  package static func normalNoise(_ name: String, count: Int, sigma: Double) -> [Float] {
    let uniform = NoiseStream(name)
    return [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in stride(from: 0, to: count, by: 2) {
        // 1 − (u + 1) / 2 is in (0, 1], where the logarithm is finite.
        let radius = sigma * (-2 * log((1 - uniform[index]) / 2)).squareRoot()
        let angle = Double.pi * uniform[index + 1]
        buffer[index] = Float(radius * cos(angle))
        if index + 1 < count { buffer[index + 1] = Float(radius * sin(angle)) }
      }
      initialized = count
    }
  }
}

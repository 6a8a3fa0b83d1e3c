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

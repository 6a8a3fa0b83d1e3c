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
    // Box-Muller on pairs of the named noise: independent of the order of the tensors.
    let uniform = Formula.noise("\(seed)/\(name)", count: 2 * parameter.count)
    let values = (0..<parameter.count).map { index -> Float in
      let radius = (-2 * log(1 - (uniform[2 * index] + 1) / 2)).squareRoot()
      return Float(sigma * radius * cos(.pi * uniform[2 * index + 1]))
    }
    return Tensor(shape: parameter.shape, values: values)
  }
}

import Foundation

extension Weights {
  /// The same network with the weights of its gates drawn anew at the spread that training gave them.
  ///
  /// In every unit with attention, the weights that turn the fused vector z into attention (`select`) are
  /// drawn from a normal distribution with mean and standard deviation of the trained tensor; everything
  /// before them, z included, and their biases stay as trained.
  ///
  /// - Parameters:
  ///   - architecture: The network that the weights are of.
  ///   - seed: The same seed gives the same weights.
  /// - Returns: As many tensors of the same shapes.
  public func redrawingGates(of architecture: Architecture, seed: UInt64) -> Weights {
    var tensors = self.tensors
    for unit in architecture.units where unit.hasAttention {
      for m in unit.branches.indices {
        let name = unit.prefix + "select.\(m).weight"
        guard let trained = tensors[name] else { continue }
        let count = Double(max(trained.values.count, 1))
        let mean = trained.values.reduce(0) { $0 + Double($1) } / count
        let variance =
          trained.values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
        let noise = Self.normalNoise(
          "\(seed)/gate/\(name)", count: trained.values.count, sigma: variance.squareRoot())
        tensors[name] = Tensor(
          shape: trained.shape, values: noise.map { $0 + Float(mean) })
      }
    }
    return Weights(tensors)
  }
}

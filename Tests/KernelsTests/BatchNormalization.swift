import Networks

/// Batch normalization in double precision as the textbook has it, and derivatives by differences.
struct BatchNormalization {
  static let epsilon = 1e-5

  let channels: Int
  let positions: Int
  let pictures: Int
  let gamma: [Double]
  let beta: [Double]

  /// - Parameters:
  ///   - name: Of the noise that `gamma` and `beta` are.
  ///   - channels: How many.
  ///   - positions: Of a picture.
  ///   - pictures: In the batch.
  init(_ name: String, channels: Int, positions: Int, pictures: Int) {
    self.channels = channels
    self.positions = positions
    self.pictures = pictures
    gamma = Formula.noise(name + ".gamma", count: channels).map { Double(Float($0)) }
    beta = Formula.noise(name + ".beta", count: channels).map { Double(Float($0)) }
  }

  init(_ other: BatchNormalization, gamma: [Double], beta: [Double]) {
    (channels, positions, pictures) = (other.channels, other.positions, other.pictures)
    (self.gamma, self.beta) = (gamma, beta)
  }

  /// Mean and variance of each channel of `[pictures, C, positions]`.
  func statistics(_ x: [Double]) -> [(mean: Double, variance: Double)] {
    (0..<channels).map { channel in
      let values = x.indices.filter { $0 / positions % channels == channel }.map { x[$0] }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      return (mean, variance)
    }
  }

  /// Normalizes `[pictures, C, positions]` over the batch.
  func callAsFunction(_ x: [Double], residual: [Double]? = nil, relu: Bool) -> [Double] {
    let statistics = statistics(x)
    return x.indices.map { index in
      let channel = index / positions % channels
      let (mean, variance) = statistics[channel]
      let normalized = (x[index] - mean) / (variance + Self.epsilon).squareRoot()
      let y = gamma[channel] * normalized + beta[channel] + (residual?[index] ?? 0)
      return relu ? max(0, y) : y
    }
  }
}

/// The derivative of a function along each of its variables, by central differences.
func derivatives(at values: [Double], of loss: ([Double]) -> Double) -> [Float] {
  let step = 1e-5
  return values.indices.map { index in
    var moved = values
    moved[index] = values[index] + step
    let above = loss(moved)
    moved[index] = values[index] - step
    return Float((above - loss(moved)) / (2 * step))
  }
}

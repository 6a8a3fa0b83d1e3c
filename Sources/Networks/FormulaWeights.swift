import Randomness

/// Numbers that follow from a name, so that tests and benchmarks need no weight files.
///
/// Value i is that of the name's stream of splitmix64, its top 24 bits mapped to [−1, 1).
public enum Formula {
  /// `count` values in [−1, 1) that follow from the name.
  public static func noise(_ name: String, count: Int) -> [Double] {
    let stream = NoiseStream(name)
    return (0..<count).map { stream[$0] }
  }

  /// A tensor of the noise itself: the fixtures' input is that of the name `input`.
  public static func noise(_ name: String, shape: [Int]) -> Tensor {
    affineNoise(name, shape: shape, factor: 1, offset: 0)
  }

  /// The tensor of a name: variances near 1, means and biases near 0, norms' weights near 0.7,
  /// everything else uniform with variance 2 / fan-in.
  public static func tensor(_ name: String, shape: [Int]) -> Tensor {
    if shape.isEmpty { return Tensor(shape: [], values: [0]) }
    if name.hasSuffix("running_var") {
      return affineNoise(name, shape: shape, factor: 0.2, offset: 1)
    }
    if name.hasSuffix("running_mean") || name.hasSuffix("bias") {
      return affineNoise(name, shape: shape, factor: 0.1, offset: 0)
    }
    if shape.count == 1 { return affineNoise(name, shape: shape, factor: 0.1, offset: 0.7) }
    let bound = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
    return affineNoise(name, shape: shape, factor: bound, offset: 0)
  }

  /// Computed in double precision and rounded once, as the fixtures' generator does.
  private static func affineNoise(
    _ name: String, shape: [Int], factor: Double, offset: Double
  ) -> Tensor {
    let stream = NoiseStream(name)
    let count = shape.reduce(1, *)
    let values = [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      for index in 0..<count { buffer[index] = Float(offset + factor * stream[index]) }
      initialized = count
    }
    return Tensor(shape: shape, values: values)
  }
}

/// The endless noise of a name: any value at once, without those before it.
struct NoiseStream {
  private let random: SplitMix64

  init(_ name: String) { random = SplitMix64(seed: 0, name: name) }

  /// The value at an index, in [−1, 1).
  subscript(index: Int) -> Double { Double(random[index] >> 40) / 8_388_608 - 1 }
}

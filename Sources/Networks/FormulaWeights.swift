import Foundation

/// Numbers that follow from a name, so that tests and benchmarks need no weight files.
///
/// Value i is the splitmix64 finaliser of fnv1a64(name) + (i + 1) × 0x9E3779B97F4A7C15, its top 24
/// bits mapped to [−1, 1).
public enum Formula {
  /// `count` values in [−1, 1) that follow from the name.
  public static func noise(_ name: String, count: Int) -> [Double] {
    let base = fnv1a64(name)
    return (0..<count).map { index in
      var z = base &+ (UInt64(index) &+ 1) &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      return Double(z >> 40) / 8_388_608 - 1
    }
  }

  /// The tensor of a name: variances near 1, means and biases near 0, norms' weights near 0.7,
  /// everything else uniform with variance 2 / fan-in.
  public static func tensor(_ name: String, shape: [Int]) -> Tensor {
    if shape.isEmpty { return Tensor(shape: [], values: [0]) }
    let noise = noise(name, count: shape.reduce(1, *))
    let values: [Double]
    if name.hasSuffix("running_var") {
      values = noise.map { 1 + 0.2 * $0 }
    } else if name.hasSuffix("running_mean") || name.hasSuffix("bias") {
      values = noise.map { 0.1 * $0 }
    } else if shape.count == 1 {
      values = noise.map { 0.7 + 0.1 * $0 }
    } else {
      let bound = (6 / Double(shape.dropFirst().reduce(1, *))).squareRoot()
      values = noise.map { $0 * bound }
    }
    return Tensor(shape: shape, values: values.map { Float($0) })
  }

  private static func fnv1a64(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

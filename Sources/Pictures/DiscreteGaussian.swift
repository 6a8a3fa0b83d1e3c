import Foundation

/// Lindeberg's discrete analogue of the Gaussian: e^(−t)·Iₙ(t) with t = σ².
///
/// Unlike samples of the bell curve it has the variance σ² however small, and two in a row add up.
///
/// - SeeAlso: Lindeberg, *Scale-space for Discrete Signals*, IEEE TPAMI 1990.
struct DiscreteGaussian {
  /// Weights of pixels from `−radius` to `radius`; their sum is 1.
  let weights: [Double]
  let radius: Int

  /// Cuts the kernel beyond four standard deviations and two pixels.
  ///
  /// Modified Bessel functions by Miller's recurrence from far out, where any start will do, scaled by the sum
  /// that they must have.
  init(sigma: Double) {
    let t = sigma * sigma
    radius = Int(4 * sigma + 0.5) + 2
    guard t > 1e-9 else {
      weights = (-radius...radius).map { $0 == 0 ? 1 : 0 }
      return
    }
    let start = 2 * radius + 20 + Int(t)
    var half = [Double](repeating: 0, count: start + 2)
    half[start] = 1e-280
    for n in stride(from: start, to: 0, by: -1) {
      half[n - 1] = half[n + 1] + 2 * Double(n) / t * half[n]
      // Small t lets it grow beyond what a number holds.
      if half[n - 1] > 1e200 {
        for i in n - 1...start { half[i] *= 1e-280 }
      }
    }
    let kept = half[...radius]
    let sum = kept[0] + 2 * kept.dropFirst().reduce(0, +)
    weights = (-radius...radius).map { half[abs($0)] / sum }
  }
}

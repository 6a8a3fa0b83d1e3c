/// How the pixels of one side are weighed into each pixel of the result, in Pillow's fixed point.
///
/// Goals in order: the same integers as Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc`
/// (src/libImaging/Resample.c), then speed.
struct ResamplingWeights {
  /// Bits behind the point: 32 less 8 of a pixel and 2 for weights beyond 0…1.
  static let precision = 22

  /// First source pixel of each result pixel.
  private(set) var starts: [Int] = []
  /// Number of source pixels of each result pixel.
  private(set) var counts: [Int] = []
  /// `[result, taps]`, zeros behind each result's count.
  private(set) var weights: [Int32] = []
  /// Weights stored per result pixel.
  let taps: Int

  /// Weighs `source` pixels into `result` pixels that share the span `from`…`to`.
  ///
  /// The span is rounded to single precision first, as Pillow's argument parser does.
  init(source: Int, from: Double, to: Double, result: Int, filter: Picture.Filter) {
    let from = Float(from)
    let scale = Double(Float(to) - from) / Double(result)
    let filterScale = max(scale, 1)
    let support = filter.support * filterScale
    taps = Int(support.rounded(.up)) * 2 + 1
    starts.reserveCapacity(result)
    counts.reserveCapacity(result)
    weights.reserveCapacity(result * taps)

    let inverse = 1 / filterScale
    var exact = [Double](repeating: 0, count: taps)
    for i in 0..<result {
      let center = Double(from) + (Double(i) + 0.5) * scale
      // Single precision may place the last pixels of a very long side beyond its end.
      let first = min(max(0, Int(center - support + 0.5)), source - 1)
      let count = max(1, min(source, Int(center + support + 0.5)) - first)
      var sum = 0.0
      for j in 0..<count {
        exact[j] = filter.weight(at: (Double(j + first) - center + 0.5) * inverse)
        sum += exact[j]
      }
      for j in 0..<taps {
        guard j < count else {
          weights.append(0)
          continue
        }
        let weight = (sum == 0 ? exact[j] : exact[j] / sum) * Double(1 << Self.precision)
        weights.append(Int32(weight + (weight < 0 ? -0.5 : 0.5)))
      }
      starts.append(first)
      counts.append(count)
    }
  }

  /// Rounds the weights of successive source pixels, from the first on, of each result pixel.
  init(_ results: [(first: Int, weights: [Double])]) {
    taps = results.map(\.weights.count).max() ?? 0
    for (first, exact) in results {
      starts.append(first)
      counts.append(exact.count)
      for weight in exact {
        let scaled = weight * Double(1 << Self.precision)
        weights.append(Int32(scaled + (scaled < 0 ? -0.5 : 0.5)))
      }
      weights.append(contentsOf: repeatElement(0, count: taps - exact.count))
    }
  }

  /// The source pixels that take part at all.
  var used: Range<Int> {
    guard let first = starts.min(), let end = zip(starts, counts).map({ $0 + $1 }).max() else {
      return 0..<0
    }
    return first..<end
  }
}

extension Picture {
  /// A resampling filter, widened when pixels get fewer, so that nothing aliases.
  public enum Filter: String, Codable, Hashable, Sendable, CaseIterable {
    /// Keys' cubic convolution, a = −0.5, four pixels wide.
    case bicubic
    /// A triangle two pixels wide.
    case bilinear

    /// Half the filter's width.
    var support: Double { Double(reach) }

    /// The same in whole pixels.
    package var reach: Int { self == .bicubic ? 2 : 1 }

    /// The filter's value at a distance, before normalisation.
    func weight(at distance: Double) -> Double {
      let x = abs(distance)
      switch self {
      case .bilinear: return x < 1 ? 1 - x : 0
      case .bicubic:
        let a = -0.5
        if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
        if x < 2 { return (((x - 5) * x + 8) * x - 4) * a }
        return 0
      }
    }
  }
}

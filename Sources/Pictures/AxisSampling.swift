/// How one side of a picture is read: where every pixel of the result lies in it, and how sharp.
///
/// With this, a picture is warped along each axis by itself, filtered by a Gaussian and continued beyond its
/// edges in the one resampling that it goes through anyway.
package struct AxisSampling: Sendable {
  /// Where pixels of the result begin and end, in source pixels; one more than pixels.
  ///
  /// Descending edges turn the side round.
  package let edges: [Double]
  /// Standard deviation, in source pixels, of the Gaussian that goes before, of every pixel of the result.
  package let blur: [Double]
  /// Whether the source goes on beyond its ends as its own mirror image, its last pixel said twice.
  package let isMirrored: Bool

  /// Describes a warp.
  ///
  /// - Precondition: One edge more than pixels; `blur` holds a value a pixel or is empty.
  package init(edges: [Double], blur: [Double] = [], isMirrored: Bool = false) {
    precondition(edges.count > 1 && (blur.isEmpty || blur.count == edges.count - 1))
    self.edges = edges
    self.blur = blur
    self.isMirrored = isMirrored
  }

  /// Spreads pixels evenly over a span.
  package init(
    from: Double, to: Double, result: Int, blur: Double = 0, isMirrored: Bool = false
  ) {
    self.init(
      edges: (0...result).map { from + (to - from) * Double($0) / Double(result) },
      blur: blur > 0 ? [Double](repeating: blur, count: result) : [], isMirrored: isMirrored)
  }

  /// Pixels of the result.
  package var count: Int { edges.count - 1 }
}

extension Picture {
  /// Resamples each channel by itself along two warped axes.
  ///
  /// The filter is widened where pixels get fewer, pixel by pixel, so that nothing aliases. Without a blur
  /// and a mirror it is cut at the picture's edges, as Pillow's is.
  ///
  /// - Parameters:
  ///   - columns: How the rows' pixels are read; its count is the result's width.
  ///   - rows: How the columns' pixels are read; its count is the result's height.
  ///   - filter: Antialiased resampling filter.
  /// - Returns: A picture with as many channels.
  package func resampled(columns: AxisSampling, rows: AxisSampling, filter: Filter) -> Picture {
    resampled(
      columns: ResamplingWeights(source: width, columns, filter: filter),
      rows: ResamplingWeights(source: height, rows, filter: filter))
  }
}

extension ResamplingWeights {
  /// Weighs a side's pixels into those of a result, each with a place, a width and a blur of its own.
  init(source: Int, _ sampling: AxisSampling, filter: Picture.Filter) {
    let results = (0..<sampling.count).map { i -> Taps in
      var taps = Taps(
        from: sampling.edges[i], to: sampling.edges[i + 1], filter: filter,
        within: sampling.isMirrored ? nil : source)
      let sigma = sampling.blur.isEmpty ? 0 : sampling.blur[i]
      if sigma > 0 { taps.blur(by: sigma) }
      taps.reflect(into: source)
      return taps
    }
    self.init(results.map { ($0.first, $0.weights) })
  }

  /// Weights of successive source pixels before they are rounded; their sum is 1.
  private struct Taps {
    var first: Int
    var weights: [Double]

    init(from: Double, to: Double, filter: Picture.Filter, within source: Int?) {
      let scale = max(abs(to - from), 1)
      let support = filter.support * scale
      let center = (from + to) / 2
      var lower = Int((center - support + 0.5).rounded(.down))
      var upper = Int((center + support + 0.5).rounded(.down))
      if let source {
        lower = min(max(lower, 0), source - 1)
        upper = max(min(upper, source), lower + 1)
      }
      let exact = (lower..<upper).map { filter.weight(at: (Double($0) - center + 0.5) / scale) }
      let sum = exact.reduce(0, +)
      first = lower
      weights = sum == 0 ? exact : exact.map { $0 / sum }
    }

    /// The same after a Gaussian.
    mutating func blur(by sigma: Double) {
      let kernel = DiscreteGaussian(sigma: sigma)
      var wide = [Double](repeating: 0, count: weights.count + 2 * kernel.radius)
      for (i, weight) in weights.enumerated() where weight != 0 {
        for (j, share) in kernel.weights.enumerated() { wide[i + j] += weight * share }
      }
      first -= kernel.radius
      weights = wide
    }

    /// Folds what lies beyond the ends back, as often as it takes.
    mutating func reflect(into source: Int) {
      guard first < 0 || first + weights.count > source else { return }
      let places = weights.indices.map { Self.reflected(first + $0, source) }
      let lower = places.min() ?? 0
      var folded = [Double](repeating: 0, count: (places.max() ?? 0) - lower + 1)
      for (place, weight) in zip(places, weights) { folded[place - lower] += weight }
      first = lower
      weights = folded
    }

    private static func reflected(_ place: Int, _ source: Int) -> Int {
      let period = 2 * source
      let rest = ((place % period) + period) % period
      return rest < source ? rest : period - 1 - rest
    }
  }
}

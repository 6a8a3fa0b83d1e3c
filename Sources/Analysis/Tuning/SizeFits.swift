import Foundation

/// A unit's centre divided by its surround, both Gaussian:
/// R(x) = k_c L_c(x) / (1 + k_s L_s(x)), L(x) = w² erf(x/w)² (Cavanaugh, Bair, Movshon 2002).
public struct RatioOfGaussians: Codable, Equatable, Sendable {
  /// k_c, the centre's gain.
  public var gain: Double
  /// k_s, the surround's.
  public var suppressiveGain: Double
  /// w_c, the centre's extent in pixels.
  public var extent: Double
  /// w_s, the surround's, which is the larger.
  public var suppressiveExtent: Double
  /// Share of the responses' variance over sizes that it accounts for.
  public var determination: Double

  /// Fits sizes' responses by least squares from many starts; nil of fewer than five sizes or constant responses.
  ///
  /// - Parameters:
  ///   - radii: In pixels.
  ///   - responses: Above the blank's.
  public init?(radii: [Double], responses: [Double]) {
    var starts: [[Double]] = []
    for extent in SizeFit.extents(radii) {
      for ratio in [1.5, 3, 8] {
        for suppression in [0.05, 1, 20] {
          starts.append([
            log(1 / (extent * extent)), log(suppression / (extent * extent)), log(extent),
            log(ratio - 1),
          ])
        }
      }
    }
    guard
      let fit = SizeFit(
        radii, responses, starts: starts,
        curve: { x, p in
          let (centre, surround) = (exp(p[2]), exp(p[2]) * (1 + exp(p[3])))
          let (own, other) = (centre * erf(x / centre), surround * erf(x / surround))
          return exp(p[0]) * own * own / (1 + exp(p[1]) * other * other)
        })
    else { return nil }
    gain = exp(fit.parameters[0]) * fit.scale
    suppressiveGain = exp(fit.parameters[1])
    extent = exp(fit.parameters[2])
    suppressiveExtent = extent * (1 + exp(fit.parameters[3]))
    determination = fit.determination
    guard [gain, suppressiveGain, extent, suppressiveExtent].allSatisfy(\.isFinite) else {
      return nil
    }
  }
}

extension RatioOfGaussians {
  /// The response to a disc of a radius.
  public func callAsFunction(_ radius: Double) -> Double {
    let centre = extent * erf(radius / extent)
    let surround = suppressiveExtent * erf(radius / suppressiveExtent)
    return gain * centre * centre / (1 + suppressiveGain * surround * surround)
  }
}

extension DifferenceOfGaussians {
  /// The response to a disc of a radius.
  public func callAsFunction(_ radius: Double) -> Double {
    base + Double.pi.squareRoot()
      * (gain * extent * erf(radius / extent)
        - suppressiveGain * suppressiveExtent * erf(radius / suppressiveExtent))
  }
}

/// A unit's centre minus its surround, both Gaussian and summed up to the size s:
/// R(s) = R₀ + K_e √π r_e erf(s/r_e) − K_i √π r_i erf(s/r_i) (Sceniak, Ringach, Hawken, Shapley 1999).
public struct DifferenceOfGaussians: Codable, Equatable, Sendable {
  /// The response to nothing.
  public var base: Double
  /// K_e, the excitation's gain.
  public var gain: Double
  /// K_i, the inhibition's.
  public var suppressiveGain: Double
  /// r_e, the excitation's extent in pixels.
  public var extent: Double
  /// r_i, the inhibition's, which is the larger.
  public var suppressiveExtent: Double
  /// Share of the responses' variance over sizes that it accounts for.
  public var determination: Double

  /// Fits sizes' responses by least squares from many starts; nil of fewer than six sizes or constant responses.
  ///
  /// - Parameters:
  ///   - radii: In pixels.
  ///   - responses: Above the blank's.
  public init?(radii: [Double], responses: [Double]) {
    guard radii.count > 5 else { return nil }
    let root = Double.pi.squareRoot()
    var starts: [[Double]] = []
    for extent in SizeFit.extents(radii) {
      for ratio in [1.5, 3, 8] {
        for suppression in [0.1, 0.7] {
          starts.append([
            0, log(1 / (extent * root)), log(suppression / (extent * ratio * root)), log(extent),
            log(ratio - 1),
          ])
        }
      }
    }
    guard
      let fit = SizeFit(
        radii, responses, starts: starts,
        curve: { x, p in
          let (centre, surround) = (exp(p[3]), exp(p[3]) * (1 + exp(p[4])))
          return p[0] + exp(p[1]) * root * centre * erf(x / centre)
            - exp(p[2]) * root * surround * erf(x / surround)
        })
    else { return nil }
    base = fit.parameters[0] * fit.scale
    gain = exp(fit.parameters[1]) * fit.scale
    suppressiveGain = exp(fit.parameters[2]) * fit.scale
    extent = exp(fit.parameters[3])
    suppressiveExtent = extent * (1 + exp(fit.parameters[4]))
    determination = fit.determination
    guard [base, gain, suppressiveGain, extent, suppressiveExtent].allSatisfy(\.isFinite) else {
      return nil
    }
  }
}

/// The best of the fits from many starts, to responses scaled to 1 at most.
private struct SizeFit {
  var parameters: [Double]
  var scale: Double
  var determination: Double

  /// Extents to start from: over the radii in equal ratios.
  static func extents(_ radii: [Double]) -> [Double] {
    guard let least = radii.min(), let most = radii.max(), least > 0, most > least else {
      return []
    }
    return (0..<4).map { least * pow(most / least, (Double($0) + 0.5) / 4) }
  }

  init?(
    _ radii: [Double], _ responses: [Double], starts: [[Double]],
    curve: (_ x: Double, _ parameters: [Double]) -> Double
  ) {
    guard radii.count == responses.count, radii.count > 4, let scale = responses.map(abs).max(),
      scale > 0, responses.allSatisfy(\.isFinite)
    else { return nil }
    let points = zip(radii, responses).map { (x: $0, y: $1 / scale) }
    let mean = points.reduce(0) { $0 + $1.y } / Double(points.count)
    let variance = points.reduce(0) { $0 + ($1.y - mean) * ($1.y - mean) }
    guard variance > 0 else { return nil }
    let fits = starts.map { start in
      LeastSquares.minimum(from: start) { LeastSquares.normal($0, points, curve) }
    }
    guard let best = fits.filter({ $0.error.isFinite }).min(by: { $0.error < $1.error }) else {
      return nil
    }
    parameters = best.parameters
    self.scale = scale
    determination = 1 - best.error / variance
  }
}

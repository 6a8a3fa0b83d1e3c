import Foundation
import Pictures

/// How sharp a photograph is, and how much each scale has to lose to be as sharp as the largest.
package struct PointSpread {
  /// Standard deviation of the photograph's own point spread in source pixels.
  package let sigma: Double
  /// The scale that is the least sharp.
  let largestScale: Double

  /// What a Gaussian has to add before a photograph is shown at a scale, in source pixels.
  ///
  /// Enlarged s times, a point spread σ becomes s·σ; √(σ² + added²)·s is then the largest scale's.
  func blur(at scale: Double, largest: Double? = nil) -> Double {
    let ratio = (largest ?? largestScale) / scale
    return sigma * max(ratio * ratio - 1, 0).squareRoot()
  }
}

extension PointSpread {
  /// Share of the edges that count, the highest.
  private static let share = 0.02
  /// Standard deviations that are believed.
  private static let believed = 0.2...3.0
  /// Side of the central part that is looked at, at most.
  private static let largestSide = 1024

  /// Measures the point spread of a part of a photograph by its edges.
  ///
  /// An edge is a run of steps of luma in one direction along a row or a column, which it crosses so steeply
  /// that luma changes less than half as much along the edge. An ideal edge, seen through a Gaussian
  /// and sampled by pixels, has steps that are that Gaussian's integrals over pixels: the variance of their places,
  /// weighed by the steps, is σ² + 1/12. The lower quartile over the highest fiftieth of the edges counts, no
  /// less than 0.2 and no more than 3 pixels: of high edges, many are blurred by the scene's own depth and
  /// shadows, while noise and texture break low ones early.
  ///
  /// - Parameters:
  ///   - picture: Colours, in which an alpha is ignored.
  ///   - part: What is looked at; of large parts, the central 1,024 pixels square.
  /// - Returns: A standard deviation in source pixels.
  package static func measured(in picture: Picture, within part: Box) -> Double {
    let middle = Box(
      centerX: part.centerX, centerY: part.centerY,
      width: min(part.width, Double(largestSide)), height: min(part.height, Double(largestSide)))
    let luma = picture.cropped(
      to: PixelRectangle(touching: middle, width: picture.width, height: picture.height)
    ).luma
    let edges = luma.edges + luma.transposed.edges
    guard !edges.isEmpty else { return believed.lowerBound }
    let count = max(1, Int((share * Double(edges.count)).rounded()))
    let least = height(ofHighest: count, among: edges)
    // Of edges equally high, the sharpest.
    let higher = edges.lazy.filter { $0.height > least }.map(\.variance)
    let equal = edges.lazy.filter { $0.height == least }.map(\.variance).sorted()
    let variances = (higher + equal).prefix(count).sorted()
    let place = Double(count - 1) / 4
    let (lower, rest) = (Int(place), place - place.rounded(.down))
    let quartile = variances[lower] * (1 - rest) + variances[min(lower + 1, count - 1)] * rest
    let sigma = max(quartile - 1 / 12, 0).squareRoot()
    return min(max(sigma, believed.lowerBound), believed.upperBound)
  }
}

extension PointSpread {
  /// The least height of the highest so many edges, by counting: quicker than sorting, they are many.
  private static func height(ofHighest count: Int, among edges: [LevelPlane.Edge]) -> Int32 {
    var numbers = [Int32](repeating: 0, count: LevelPlane.largest + 1)
    for edge in edges { numbers[Int(edge.height)] += 1 }
    var left = Int32(count)
    for height in numbers.indices.reversed() {
      left -= numbers[height]
      if left <= 0 { return Int32(height) }
    }
    return 0
  }
}

/// One value a pixel.
private struct LevelPlane {
  /// The largest value that luma has, and so the highest that an edge can be.
  static let largest = 255_000

  let width: Int
  let height: Int
  /// `[height, width]`.
  let levels: [Int32]

  struct Edge {
    /// Sum of the steps.
    var height: Int32
    /// Of the places of the steps, in square pixels.
    var variance: Double
  }

  var transposed: LevelPlane {
    var turned = [Int32](repeating: 0, count: levels.count)
    for y in 0..<height {
      for x in 0..<width { turned[x * height + y] = levels[y * width + x] }
    }
    return LevelPlane(width: height, height: width, levels: turned)
  }

  /// Edges crossed along the rows, the first and the last row apart.
  var edges: [Edge] {
    var edges: [Edge] = []
    guard height > 2, width > 1 else { return [] }
    levels.withUnsafeBufferPointer { levels in
      for y in 1..<height - 1 {
        let row = y * width
        var x = 0
        while x < width - 1 {
          let first = levels[row + x + 1] - levels[row + x]
          guard first != 0 else {
            x += 1
            continue
          }
          var run = Run(isRising: first > 0)
          run.along = abs(levels[row + width + x] - levels[row - width + x])
          while x < width - 1 {
            let step = levels[row + x + 1] - levels[row + x]
            guard step != 0, (step > 0) == run.isRising else { break }
            x += 1
            run.add(abs(step))
            run.along = max(
              run.along, abs(levels[row + width + x] - levels[row - width + x]))
          }
          if let edge = run.edge { edges.append(edge) }
        }
      }
    }
    return edges
  }

  /// Steps in one direction.
  private struct Run {
    let isRising: Bool
    /// Twice the steepest change across the run's direction.
    var along: Int32 = 0
    private var count = 0.0
    private var highest: Int32 = 0
    private var sum = 0.0
    private var first = 0.0
    private var second = 0.0

    init(isRising: Bool) { self.isRising = isRising }

    mutating func add(_ step: Int32) {
      highest = max(highest, step)
      let weight = Double(step)
      sum += weight
      first += weight * count
      second += weight * count * count
      count += 1
    }

    var edge: Edge? {
      guard along < highest else { return nil }
      let mean = first / sum
      return Edge(height: Int32(sum), variance: max(second / sum - mean * mean, 0))
    }
  }
}

extension Picture {
  /// ITU-R BT.601's luma in thousandths of a level, which sort without rounding.
  fileprivate var luma: LevelPlane {
    let levels = (0..<width * height).map { i in
      let at = i * channels
      return 299 * Int32(pixels[at]) + 587 * Int32(pixels[at + 1]) + 114 * Int32(pixels[at + 2])
    }
    return LevelPlane(width: width, height: height, levels: levels)
  }
}

import Foundation

extension FieldResults {
  /// What two published tools say of the same network and pictures at the smallest scale.
  ///
  /// Neither registers: both look about pixel (H/2, W/2), rounded down, of the average over pictures of one
  /// position's gradients, that at (h/2, w/2) of the node's map.
  public struct Published: Codable, Equatable, Sendable {
    /// RepLKNet's `analyze_erf.py`.
    public var replknet: [Rectangle]
    /// OpenERF.
    public var openERF: [Disc]

    /// A square with more than a share of the sum of log₁₀(map + 1).
    public struct Rectangle: Codable, Equatable, Sendable {
      /// The share.
      public var threshold: Double
      /// Pixels; nil where no square that is smaller than the picture has so much.
      public var side: Int?
      /// Its area over the picture's.
      public var ratio: Double?
    }

    /// The mass within a disc.
    public struct Disc: Codable, Equatable, Sendable {
      /// Pixels.
      public var radius: Double
      /// Share of the map's sum.
      public var mass: Double
    }

    /// Reads both tools' numbers off their maps.
    ///
    /// - Parameters:
    ///   - replknet: The mean over pictures of Σ over colours of the gradient's positive part, of the sum over
    ///     channels of the rectified value.
    ///   - openERF: The mean over pictures of the positive part of the mean over colours, of the mean over
    ///     channels.
    public init(replknet: FieldMap, openERF: FieldMap) {
      self.replknet = Self.thresholds.map { threshold in
        let found = replknet.rectangle(over: threshold)
        return Rectangle(threshold: threshold, side: found?.side, ratio: found?.ratio)
      }
      let centre = FieldMap.Point(
        row: Double(openERF.height / 2), column: Double(openERF.width / 2))
      self.openERF = Self.radii.map {
        Disc(radius: $0, mass: openERF.share(within: $0, of: centre))
      }
    }

    /// RepLKNet's thresholds.
    public static let thresholds = [0.2, 0.3, 0.5, 0.99]
    /// OpenERF's radii in pixels.
    public static let radii = [5.0, 10, 20, 30, 40, 60, 80]
  }
}

extension FieldMap {
  /// OpenERF's map of a gradient [C, H, W]: the mean over colours, then what of it is positive.
  ///
  /// - Parameters:
  ///   - gradient: Of the sum over a node's channels.
  ///   - height: H.
  ///   - width: W.
  ///   - channels: The node's: the tool takes their mean.
  public init(openERFOf gradient: [Float], height: Int, width: Int, channels: Int) {
    let area = height * width
    precondition(area > 0 && gradient.count % area == 0)
    var sums = [Double](repeating: 0, count: area)
    for (place, number) in gradient.enumerated() { sums[place % area] += Double(number) }
    let count = Double(max(gradient.count / area, 1) * max(channels, 1))
    self.init(height: height, width: width, values: sums.map { max($0 / count, 0) })
  }

  /// RepLKNet's smallest square about (H/2, W/2) with more than a share of the sum of log₁₀(value + 1).
  ///
  /// - Returns: Its side and its area over the picture's; nil where none smaller than the picture has so much.
  public func rectangle(over threshold: Double) -> (side: Int, ratio: Double)? {
    let scores = values.map { log10($0 + 1) }
    let all = scores.reduce(0, +)
    let (middle, across) = (height / 2, width / 2)
    guard all > 0, middle > 1, across >= middle else { return nil }
    for half in 1..<middle {
      var sum = 0.0
      for row in middle - half...min(middle + half, height - 1) {
        for column in across - half...min(across + half, width - 1) {
          sum += scores[row * width + column]
        }
      }
      if sum / all > threshold {
        let side = 2 * half + 1
        return (side, Double(side) / Double(height) * Double(side) / Double(width))
      }
    }
    return nil
  }
}

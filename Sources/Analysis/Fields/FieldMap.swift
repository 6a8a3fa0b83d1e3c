import Foundation

/// A receptive field measured: how strongly each pixel of the picture moves a node's value.
///
/// Values are non-negative and unscaled; sizes are of their mass, never of a logarithm or a threshold: strided
/// convolutions leave pixels that nothing looks at, which a count over a threshold takes for the field's edge.
public struct FieldMap: Equatable, Sendable {
  /// Pixels from top to bottom.
  public let height: Int
  /// Pixels from left to right.
  public let width: Int
  /// Row-major, `height · width` of them.
  public let values: [Double]

  /// How a gradient [C, H, W] with respect to the picture becomes a map [H, W].
  public enum Measure: String, CaseIterable, Codable, Equatable, Sendable {
    /// The sum over colours of |g|.
    case absolute
    /// The sum over colours of g².
    case squared
    /// The sum over colours of max(g, 0), as RepLKNet has it.
    case positive

    /// What a single entry counts.
    func value(of entry: Double) -> Double {
      switch self {
      case .absolute: abs(entry)
      case .squared: entry * entry
      case .positive: max(entry, 0)
      }
    }
  }

  /// A map of given values.
  ///
  /// - Parameters:
  ///   - height: Pixels from top to bottom.
  ///   - width: Pixels from left to right.
  ///   - values: Row-major; non-negative and finite.
  public init(height: Int, width: Int, values: [Double]) {
    precondition(values.count == height * width)
    self.height = height
    self.width = width
    self.values = values
  }

  /// The map of a gradient.
  ///
  /// - Parameters:
  ///   - gradient: [C, H, W], with respect to the normalised picture.
  ///   - height: H.
  ///   - width: W.
  ///   - measure: What of it counts.
  public init(of gradient: [Float], height: Int, width: Int, measure: Measure = .absolute) {
    let area = height * width
    precondition(area > 0 && gradient.count % area == 0)
    var values = [Double](repeating: 0, count: area)
    for (place, number) in gradient.enumerated() {
      values[place % area] += measure.value(of: Double(number))
    }
    self.init(height: height, width: width, values: values)
  }

  /// The sum of all values.
  public var mass: Double { values.reduce(0, +) }

  /// A place of the picture, pixel centres at whole numbers.
  public struct Point: Codable, Equatable, Sendable {
    /// From the top.
    public var row: Double
    /// From the left.
    public var column: Double

    /// Joins both.
    public init(row: Double, column: Double) {
      self.row = row
      self.column = column
    }
  }

  /// The mass within each column and each row.
  var marginals: (rows: [Double], columns: [Double]) {
    var rows = [Double](repeating: 0, count: height)
    var columns = [Double](repeating: 0, count: width)
    for row in 0..<height {
      for column in 0..<width {
        let value = values[row * width + column]
        rows[row] += value
        columns[column] += value
      }
    }
    return (rows, columns)
  }

  /// Centre and standard deviations of the mass; nil of an empty map.
  public var moments: (centre: Point, sigma: Point)? {
    let (rows, columns) = marginals
    guard let vertical = Self.moments(rows), let horizontal = Self.moments(columns) else {
      return nil
    }
    return (
      Point(row: vertical.mean, column: horizontal.mean),
      Point(row: vertical.deviation, column: horizontal.deviation)
    )
  }

  private static func moments(_ masses: [Double]) -> (mean: Double, deviation: Double)? {
    let all = masses.reduce(0, +)
    guard all > 0 else { return nil }
    let mean = masses.indices.reduce(0) { $0 + masses[$1] * Double($1) } / all
    let variance = masses.indices.reduce(0) {
      $0 + masses[$1] * (Double($1) - mean) * (Double($1) - mean)
    }
    return (mean, (variance / all).squareRoot())
  }

  /// The sides 2h + 1 of the smallest squares about a place, rounded to a pixel, that hold shares of the mass.
  ///
  /// - Parameters:
  ///   - shares: Of the mass, 0…1, ascending.
  ///   - centre: The squares' middle.
  /// - Returns: Of each the side, and the area within the picture over the picture's; nil of an empty map.
  public func squares(
    holding shares: [Double], about centre: Point
  ) -> [(side: Int, ratio: Double)]? {
    let all = mass
    guard all > 0, !shares.isEmpty else { return nil }
    let (middle, across) = (Int(centre.row.rounded()), Int(centre.column.rounded()))
    // The mass at each distance, the largest of both axes'.
    let reach = max(middle, height - 1 - middle, across, width - 1 - across, 0)
    var rings = [Double](repeating: 0, count: reach + 1)
    for row in 0..<height {
      for column in 0..<width {
        rings[max(abs(row - middle), abs(column - across))] += values[row * width + column]
      }
    }
    var found: [(side: Int, ratio: Double)] = []
    var inside = 0.0
    for (half, ring) in rings.enumerated() {
      inside += ring
      while found.count < shares.count,
        inside >= shares[found.count] * all * (1 - 1e-12)
      {
        let rows = min(middle + half, height - 1) - max(middle - half, 0) + 1
        let columns = min(across + half, width - 1) - max(across - half, 0) + 1
        found.append((2 * half + 1, Double(rows * columns) / Double(height * width)))
      }
    }
    return found.count == shares.count ? found : nil
  }

  /// Pixels of the smallest set that holds each of some shares of the mass, ascending.
  ///
  /// - Returns: Nil of an empty map.
  public func areas(holding shares: [Double]) -> [Int]? {
    let all = mass
    guard all > 0 else { return nil }
    let sorted = values.sorted(by: >)
    var found: [Int] = []
    var inside = 0.0
    for (count, value) in sorted.enumerated() {
      inside += value
      while found.count < shares.count, inside >= shares[found.count] * all * (1 - 1e-12) {
        found.append(count + 1)
      }
    }
    return found.count == shares.count ? found : nil
  }

  /// The map after binomial filters, each of half a pixel² of variance along both axes; edges are continued.
  package func smoothed(times: Int) -> FieldMap {
    var values = values
    for _ in 0..<times {
      for (count, step, lines, stride) in [(width, 1, height, width), (height, width, width, 1)] {
        for line in 0..<lines {
          let row = (0..<count).map { values[line * stride + $0 * step] }
          for place in 0..<count {
            values[line * stride + place * step] =
              (row[max(place - 1, 0)] + 2 * row[place] + row[min(place + 1, count - 1)]) / 4
          }
        }
      }
    }
    return FieldMap(height: height, width: width, values: values)
  }

  /// The share of the mass whose pixels lie no further than a radius from a place.
  public func share(within radius: Double, of centre: Point) -> Double {
    let all = mass
    guard all > 0 else { return 0 }
    var inside = 0.0
    for row in 0..<height {
      for column in 0..<width {
        let (y, x) = (Double(row) - centre.row, Double(column) - centre.column)
        if y * y + x * x <= radius * radius { inside += values[row * width + column] }
      }
    }
    return inside / all
  }
}

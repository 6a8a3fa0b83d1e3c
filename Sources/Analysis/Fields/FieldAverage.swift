import Foundation

/// Maps of several positions and photographs, each placed on its own position's theoretical centre, averaged.
///
/// Positions of one node look at pixels a stride apart: averaging their maps as they lie would add the spread of
/// the positions to that of the field (S²/4 of variance for the four middle ones). The canvas is large enough for
/// any centre within the picture, and what a map cannot know, because it lies beyond the picture, counts as 0.
public struct FieldAverage: Sendable {
  /// Rows and columns of a picture.
  let height: Int
  let width: Int
  private var sum: [Double]
  private var squares: [Double]
  /// Sums over every tenth photograph, for what follows from the average by no formula.
  private var groups: [[Double]] = []
  /// Photographs that were added.
  public private(set) var photographs = 0

  /// Nothing yet.
  ///
  /// - Parameters:
  ///   - height: The pictures' height in pixels.
  ///   - width: Their width.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
    let count = (2 * height + 1) * (2 * width + 1)
    sum = [Double](repeating: 0, count: count)
    squares = [Double](repeating: 0, count: count)
  }

  /// Rows and columns of the canvas.
  public var size: (height: Int, width: Int) { (2 * height + 1, 2 * width + 1) }

  /// The place on the canvas of a theoretical centre, whose part of a pixel stays.
  public func place(of centre: FieldMap.Point) -> FieldMap.Point {
    FieldMap.Point(
      row: Double(height) + centre.row - centre.row.rounded(),
      column: Double(width) + centre.column - centre.column.rounded())
  }

  /// Adds a photograph: the mean of its positions' maps.
  ///
  /// - Parameter maps: Each with its position's theoretical centre, within the picture.
  public mutating func add(_ maps: [(map: FieldMap, centre: FieldMap.Point)]) {
    guard !maps.isEmpty else { return }
    var own = [Double](repeating: 0, count: sum.count)
    let across = size.width
    for (map, centre) in maps {
      precondition(map.height == height && map.width == width)
      let top = min(max(height - Int(centre.row.rounded()), 0), height + 1)
      let left = min(max(width - Int(centre.column.rounded()), 0), width + 1)
      for row in 0..<height {
        for column in 0..<width {
          own[(top + row) * across + left + column] +=
            map.values[row * width + column] / Double(maps.count)
        }
      }
    }
    let group = photographs % Self.groupCount
    if groups.count <= group { groups.append([Double](repeating: 0, count: sum.count)) }
    for place in own.indices {
      sum[place] += own[place]
      squares[place] += own[place] * own[place]
      groups[group][place] += own[place]
    }
    photographs += 1
  }

  /// The mean over photographs, on the canvas.
  public var mean: FieldMap {
    FieldMap(
      height: size.height, width: size.width,
      values: sum.map { $0 / Double(max(photographs, 1)) })
  }

  /// How many groups photographs are dealt to in turn.
  static let groupCount = 10

  /// The means over all photographs but those of one group, group by group; none of fewer than ten photographs.
  var meansOfOthers: [FieldMap] {
    guard groups.count == Self.groupCount else { return [] }
    return groups.enumerated().map { group, own in
      let count = (photographs - group + Self.groupCount - 1) / Self.groupCount
      return FieldMap(
        height: size.height, width: size.width,
        values: zip(sum, own).map { max($0 - $1, 0) / Double(photographs - count) })
    }
  }

  /// Standard error of the mean at every pixel of the canvas; nil of fewer than two photographs.
  public var standardError: FieldMap? {
    guard photographs > 1 else { return nil }
    let count = Double(photographs)
    return FieldMap(
      height: size.height, width: size.width,
      values: zip(sum, squares).map { sum, squares in
        let variance = max(squares - sum * sum / count, 0) / (count - 1)
        return (variance / count).squareRoot()
      })
  }
}

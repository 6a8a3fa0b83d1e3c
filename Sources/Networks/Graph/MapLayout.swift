/// Where the channels, rows and columns of a map lie among a node's values, whichever of them comes last.
public struct MapLayout: Hashable, Sendable {
  /// How many channels there are.
  public let channels: Int
  /// Rows of positions.
  public let height: Int
  /// Columns of positions.
  public let width: Int
  /// Values from a channel, a row and a column to the next.
  private let steps: [Int]

  /// The layout of `[1, …]` with three more axes; nil for another number of axes, for several pictures, or where rows
  /// and columns are not two of the three.
  ///
  /// - Parameters:
  ///   - shape: The value's.
  ///   - rowAxis: The axis that the picture's rows lie along.
  ///   - columnAxis: The axis that its columns lie along.
  public init?(_ shape: [Int], rowAxis: Int = 2, columnAxis: Int = 3) {
    guard shape.count == 4, shape[0] == 1, rowAxis != columnAxis,
      let channelAxis = (1...3).first(where: { $0 != rowAxis && $0 != columnAxis }),
      channelAxis + rowAxis + columnAxis == 6, rowAxis > 0, columnAxis > 0
    else { return nil }
    let axes = [channelAxis, rowAxis, columnAxis]
    (channels, height, width) = (shape[axes[0]], shape[axes[1]], shape[axes[2]])
    steps = axes.map { shape[($0 + 1)...].reduce(1, *) }
  }

  /// How many values there are.
  public var count: Int { channels * height * width }

  /// The place of a value among all.
  public func place(channel: Int, row: Int, column: Int) -> Int {
    channel * steps[0] + row * steps[1] + column * steps[2]
  }
}

extension TheoreticalField {
  /// How the node's value is laid out as a map over the picture; nil where its positions are not rows and columns.
  public func layout(of shape: [Int]) -> MapLayout? {
    guard let rowAxis, let columnAxis else { return nil }
    return MapLayout(shape, rowAxis: rowAxis, columnAxis: columnAxis)
  }
}

import Recording

/// Attention of one unit made smaller: means, and means of successive channels.
enum AttentionProfile {
  /// Mean over channels of each branch.
  static func means(_ attention: [Float], branches: Int) -> [Double] {
    let channels = attention.count / branches
    return (0..<branches).map { m in
      mean(attention, from: m * channels, to: (m + 1) * channels)
    }
  }

  /// `[M, points]`: means of successive channels, as in figure 3; fewer points for fewer channels.
  static func points(_ attention: [Float], branches: Int) -> [Float] {
    let channels = attention.count / branches
    let points = UnitRow.points(channels: channels)
    return (0..<branches).flatMap { m in
      (0..<points).map { p in
        Float(
          mean(
            attention, from: m * channels + p * channels / points,
            to: m * channels + (p + 1) * channels / points))
      }
    }
  }

  private static func mean(_ values: [Float], from start: Int, to end: Int) -> Double {
    var sum = 0.0
    for i in start..<end { sum += Double(values[i]) }
    return sum / Double(max(end - start, 1))
  }
}

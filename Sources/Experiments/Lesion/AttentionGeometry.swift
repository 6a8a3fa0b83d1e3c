import Networks

/// Distances between attentions, and the attention nearest to given weights.
package enum AttentionGeometry {
  /// Mean squared difference of two attentions of a unit over branches and channels.
  package static func meanSquare(_ first: [Float], _ second: [Float]) -> Double {
    var sum = 0.0
    for i in first.indices {
      let difference = Double(first[i]) - Double(second[i])
      sum += difference * difference
    }
    return sum / Double(max(first.count, 1))
  }

  /// The attention nearest to weights; weights that are an attention stay as they are.
  ///
  /// Softmax gates' weights are positive and sum to 1 over the branches: these are projected onto the simplex, by
  /// Euclidean distance. Sigmoid gates' lie between 0 and 1.
  ///
  /// - Parameters:
  ///   - weights: `[M, C]`; of softmax gates they sum to 1 over the branches.
  ///   - branches: M.
  ///   - gate: Softmax or sigmoid.
  /// - Returns: `[M, C]`.
  /// - SeeAlso: Duchi et al. 2008, figure 1.
  package static func nearest(
    to weights: [Double], branches: Int, gate: Architecture.Gate
  ) -> [Float] {
    guard gate == .softmax else { return weights.map { Float(min(max($0, 0), 1)) } }
    var result = weights
    let width = weights.count / max(branches, 1)
    for channel in 0..<width {
      let column = (0..<branches).map { weights[$0 * width + channel] }
      guard column.contains(where: { $0 < 0 }) else { continue }
      let sorted = column.sorted(by: >)
      var sum = 0.0
      var shift = 0.0
      for (place, value) in sorted.enumerated() {
        sum += value
        let candidate = (sum - 1) / Double(place + 1)
        if value - candidate > 0 { shift = candidate }
      }
      for branch in 0..<branches {
        result[branch * width + channel] = max(column[branch] - shift, 0)
      }
    }
    return result.map { Float($0) }
  }
}

import Networks

/// What attention over branches says about kernel size, as one number.
///
/// Two branches: the attention of the branch with the larger kernel minus the other's; of two equal
/// kernels the second counts as the larger. Otherwise the expected kernel size Σ aₘ · sizeₘ.
public struct BranchMeasure: Equatable, Sendable {
  /// What kind of number it is.
  public let kind: ZoomResults.Measure
  /// Weight of each branch's attention.
  public let coefficients: [Double]
  /// The branch with the largest kernel; the last among equals.
  public let larger: Int

  /// Chooses the measure for a unit's branches.
  public init(branches: [Architecture.Branch]) { self.init(sizes: branches.map(\.size)) }

  /// The same of any network's branches.
  public init(branches: [SelectiveNetwork.Branch]) { self.init(sizes: branches.map(\.size)) }

  private init(sizes: [Int]) {
    larger = sizes.indices.max { (sizes[$0], $0) < (sizes[$1], $1) } ?? 0
    if sizes.count == 2 {
      kind = .attentionDifference
      coefficients = larger == 1 ? [-1, 1] : [1, -1]
    } else {
      kind = .expectedKernelSize
      coefficients = sizes.map(Double.init)
    }
  }

  /// The measure of mean attentions, one per branch.
  public func value(of meanAttention: some Sequence<Double>) -> Double {
    zip(coefficients, meanAttention).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Share of channels whose measure is higher in one attention than in the other, 0…1.
  ///
  /// - Parameters:
  ///   - attention: `[M, C]`.
  ///   - reference: `[M, C]`.
  /// - Returns: The share.
  public func shareOfChannels(up attention: [Float], from reference: [Float]) -> Double {
    let channels = attention.count / max(coefficients.count, 1)
    var count = 0
    for c in 0..<channels {
      var change = 0.0
      for (m, coefficient) in coefficients.enumerated() {
        let i = m * channels + c
        change += coefficient * (Double(attention[i]) - Double(reference[i]))
      }
      if change > 0 { count += 1 }
    }
    return Double(count) / Double(max(channels, 1))
  }
}

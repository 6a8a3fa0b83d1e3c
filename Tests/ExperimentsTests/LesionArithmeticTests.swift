import Foundation
import SelectiveKernels
import Testing

@Suite("What lesions are measured by")
struct LesionArithmeticTests {
  @Test("divergence and agreement have their closed forms")
  func comparison() {
    // p = (3/4, 1/4), q = (1/2, 1/2).
    let changed = OutputComparison([7, 7], to: [Float(log(3.0)), 0])
    #expect(abs(changed.divergence - (0.75 * log(1.5) + 0.25 * log(0.5))) < 1e-7)
    #expect(changed.agrees)
    let far = OutputComparison([0, 1000], to: [1000, 0])
    #expect(abs(far.divergence - 1000) < 1e-9)
    #expect(!far.agrees)
    #expect(OutputComparison([1, 2, 3], to: [1, 2, 3]).divergence == 0)
  }

  @Test("shuffling leaves nobody in place", arguments: [2, 3, 4, 17, 200])
  func derangement(_ count: Int) {
    let order = Derangement.cycle(count: count, seed: 1)
    #expect(order.sorted() == Array(0..<count))
    #expect(order.indices.allSatisfy { order[$0] != $0 })
    #expect(order == Derangement.cycle(count: count, seed: 1))
    #expect(Derangement.cycle(count: 1, seed: 1) == [0])
  }

  /// `scipy.special.log_softmax` in float64, and the sum of `rel_entr`, SciPy 1.17.1.
  @Test("likelihoods and divergence are those of SciPy in 64 bits")
  func likelihood() throws {
    let (intact, changed): ([Float], [Float]) = (
      [7, 2, 2.875, 6.25, 1.25, 4.375], [5.25, -4.5, -7.125, -3.25, -3.5, 5.875]
    )
    let expected = [
      1.0538486487830139, 10.803848648783013, 13.428848648783013, 9.553848648783013,
      9.803848648783013, 0.4288486487830139,
    ]
    for (index, value) in expected.enumerated() {
      let found = try #require(OutputComparison.negativeLogLikelihood(of: index, in: changed))
      #expect(abs(found - value) < 1e-14 * value)
    }
    #expect(abs(OutputComparison(changed, to: intact).divergence - 2.894099596110973) < 1e-13)
    #expect(OutputComparison.negativeLogLikelihood(of: 1, in: [1000, -1000, 0]) == 2000)
    #expect(OutputComparison.negativeLogLikelihood(of: 6, in: changed) == nil)
  }

  /// Nearest points as SciPy's `minimize(method='SLSQP')` finds them.
  @Test(
    "weights are kept on the simplex, at its nearest point",
    arguments: [
      ([1.2, -0.2], [1, 0]), ([0.9, 0.4, -0.3], [0.75, 0.25, 0]), ([1.5, -0.2, -0.3], [1, 0, 0]),
      ([0.6, 0.55, -0.15], [0.525, 0.475, 0]), ([0.25, 0.75], [0.25, 0.75]),
    ])
  func simplex(_ weights: [Double], _ expected: [Double]) {
    let found = AttentionGeometry.nearest(to: weights, branches: weights.count, gate: .softmax)
    #expect(zip(found, expected).allSatisfy { abs(Double($0) - $1) < 1e-6 })
    // Two channels, of which one is no attention.
    let two = AttentionGeometry.nearest(to: [0.3, 1.1, 0.7, -0.1], branches: 2, gate: .softmax)
    #expect(two == [0.3, 1, 0.7, 0])
    #expect(AttentionGeometry.nearest(to: [0.3, 1.1], branches: 2, gate: .sigmoid) == [0.3, 1])
  }
}

import Kernels
import TestSupport
import Testing

@Suite("Grouped convolution")
struct ConvolutionTests {
  static let sets = [sk_portable, sk_avx2, sk_avx512, sk_avx512_bf16, sk_avx512_mixed].filter {
    isThere(sk_supports($0) != 0, else: "kernels for \($0.name)")
  }

  @Test(
    "equals its scalar twin at the catalogue's widths", arguments: ConvolutionCase.catalogue, sets)
  func catalogue(_ shape: ConvolutionCase, _ set: sk_variant) { compare(shape, set) }

  @Test("equals its scalar twin at every width of a row", arguments: ConvolutionCase.rows, sets)
  func rows(_ shape: ConvolutionCase, _ set: sk_variant) { compare(shape, set) }

  @Test("equals its scalar twin for any kernel", arguments: ConvolutionCase.kernels, sets)
  func kernels(_ shape: ConvolutionCase, _ set: sk_variant) { compare(shape, set) }

  @Test("equals its scalar twin for any groups", arguments: ConvolutionCase.groups, sets)
  func groups(_ shape: ConvolutionCase, _ set: sk_variant) { compare(shape, set) }

  @Test("equals its scalar twin in strips and in place", arguments: ConvolutionCase.others, sets)
  func others(_ shape: ConvolutionCase, _ set: sk_variant) { compare(shape, set) }

  /// float32: 1e-5 of the largest output, for sums of up to 3,136 products in another order.
  ///
  /// bfloat16:
  /// the same, and one step of the format (2⁻⁷ of a value) where that order decides the rounding; `sums`
  /// are taken before it.
  private func compare(_ test: ConvolutionCase, _ set: sk_variant) {
    // What is accumulated onto is rounded too: blocking does it.
    let problem = ConvolutionProblem(test, rounds: set.isBF16)
    let expected = problem.reference()
    let actual = problem.run(set)
    for m in test.branches.indices {
      if set.isBF16 {
        let largest = expected.outputs[m].reduce(0) { max($0, abs($1)) }
        let wrong = zip(actual.outputs[m], expected.outputs[m]).filter { a, e in
          !(abs(a - roundedToBF16(e)) <= abs(e) / 128 + 1e-5 * largest)
        }
        let differing = zip(actual.outputs[m], expected.outputs[m]).count { a, e in
          a != roundedToBF16(e)
        }
        #expect(wrong.isEmpty, "branch \(m): \(wrong.prefix(3))")
        #expect(differing <= 2 + expected.outputs[m].count / 50, "branch \(m): \(differing) differ")
      } else {
        let error = relativeError(actual.outputs[m], expected.outputs[m])
        #expect(error < 1e-5, "branch \(m): \(error)")
      }
    }
    let error = relativeError(actual.sums, expected.sums)
    #expect(error < 1e-5, "sums: \(error)")
  }
}

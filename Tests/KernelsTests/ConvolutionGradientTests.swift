import Kernels
import TestSupport
import Testing

@Suite("Gradients of a grouped convolution")
struct ConvolutionGradientTests {
  static let sets = [sk_portable, sk_avx2, sk_avx512, sk_avx512_mixed].filter {
    sk_supports($0) != 0
  }

  @Test("equal their scalar twins at the catalogue's widths", arguments: ConvolutionCase.catalogue)
  func catalogue(_ shape: ConvolutionCase) { compare(shape) }

  @Test("equal their scalar twins at every width of a row", arguments: ConvolutionCase.rows)
  func rows(_ shape: ConvolutionCase) { compare(shape) }

  @Test("equal their scalar twins for any kernel", arguments: ConvolutionCase.kernels)
  func kernels(_ shape: ConvolutionCase) { compare(shape) }

  @Test("equal their scalar twins for any groups", arguments: ConvolutionCase.groups)
  func groups(_ shape: ConvolutionCase) { compare(shape) }

  @Test("equal their scalar twins in strips and in place", arguments: ConvolutionCase.others)
  func others(_ shape: ConvolutionCase) { compare(shape) }

  @Test("of many small pictures are their sum", arguments: [1, 7, 64, 65, 200])
  func pictures(_ count: Int) {
    compare(
      ConvolutionCase(inputs: 32, outputs: 32, groups: 4, height: 4, width: 4), pictures: count)
  }

  /// 1e-5 of the largest gradient, for sums of up to 9,100 products in another order.
  ///
  /// An input's gradient in bfloat16 is rounded once a branch, by half a step of the format (2⁻⁸ of a
  /// value) each time.
  private func compare(_ test: ConvolutionCase, pictures: Int = 2) {
    let problem = ConvolutionGradientProblem(test, pictures: pictures)
    let expected = problem.reference()
    for set in Self.sets {
      let actual = problem.run(set)
      let error = relativeError(actual.input, expected.input)
      let rounding: Float = set.isBF16 ? Float(test.branches.count) / 256 : 0
      #expect(error < 1e-5 + rounding, "input, set \(set.rawValue): \(error)")
      for m in test.branches.indices {
        let error = relativeError(actual.weights[m], expected.weights[m])
        #expect(error < 1e-5, "weights of branch \(m), set \(set.rawValue): \(error)")
      }
    }
  }

  /// A convolution is linear in its input and in its weights, so the derivative along one of them is what
  /// it makes of a 1 in that place and zeros elsewhere.
  @Test(
    "are the derivatives of the convolution's twin",
    arguments: [
      ConvolutionCase(inputs: 4, outputs: 6, groups: 2, height: 4, width: 5, relu: false),
      ConvolutionCase(
        inputs: 3, outputs: 3, groups: 3, height: 5, width: 6, stride: 2, relu: false),
      ConvolutionCase(
        inputs: 2, outputs: 4, groups: 1, height: 7, width: 4, stride: 3,
        branches: [(5, 2), (1, 1)], relu: false),
    ])
  func derivatives(_ test: ConvolutionCase) {
    let problem = ConvolutionGradientProblem(test, pictures: 1)
    let gradients = problem.reference()
    let bias = [Float](repeating: 0, count: test.outputs)
    /// The loss of a branch, its outputs times their gradients, for an input and weights.
    func loss(_ m: Int, _ input: [Float], _ weights: [Float]) -> Float {
      var shape = problem.shape
      let (kernel, dilation) = test.branches[m]
      var output = [Float](repeating: .nan, count: problem.gradients[m].count)
      weights.withUnsafeBufferPointer { weights in
        bias.withUnsafeBufferPointer { bias in
          output.withUnsafeMutableBufferPointer { output in
            var call = sk_branch(
              kernel: Int32(kernel), dilation: Int32(dilation),
              padding: Int32(dilation * (kernel - 1) / 2),
              weights: UnsafeRawPointer(weights.baseAddress), bias: bias.baseAddress,
              output: UnsafeMutableRawPointer(output.baseAddress))
            sk_convolve_reference(&shape, &call, 1, input, nil)
          }
        }
      }
      return zip(output, problem.gradients[m]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    func unit(_ index: Int, of count: Int) -> [Float] { (0..<count).map { $0 == index ? 1 : 0 } }
    let along = problem.input.indices.map { index in
      test.branches.indices.reduce(Float(0)) {
        $0 + loss($1, unit(index, of: problem.input.count), problem.weights[$1])
      }
    }
    #expect(relativeError(gradients.input, along) < 1e-6)
    for m in test.branches.indices {
      let along = problem.weights[m].indices.map {
        loss(m, problem.input, unit($0, of: problem.weights[m].count))
      }
      #expect(relativeError(gradients.weights[m], along) < 1e-6)
    }
  }
}

import Kernels
import Networks
import TestSupport
import Testing

/// Kernels against double precision: 1e-5 of the largest value leaves room for what the deviation
/// multiplies rounding by; a result in bfloat16 is rounded by half a step of the format, 2⁻⁸ of a value.
@Suite("Batch normalization")
struct NormalizationTests {
  static let sets = ConvolutionGradientTests.sets
  static let positions = [1, 3, 4, 49]

  private func noise(_ name: String, _ shape: BatchNormalization) -> [Double] {
    // Numbers that bfloat16 has.
    Formula.noise(name, count: shape.pictures * shape.channels * shape.positions).map {
      Double(roundedToBF16(Float($0)))
    }
  }

  private func tolerance(_ set: sk_variant) -> Float { set.isBF16 ? 1 / 256 + 1e-5 : 1e-5 }

  private func floats(_ values: [Double]) -> [Float] { values.map { Float($0) } }

  @Test(
    "statistics lose nothing to a mean far from 0, given a pivot",
    arguments: sets.filter { !$0.isBF16 })
  func pivot(_ set: sk_variant) {
    let shape = BatchNormalization("n", channels: 19, positions: 49, pictures: 3)
    let values = noise("x", shape).map { Double(Float($0 + 1000)) }
    let expected = shape.statistics(values)
    let problem = NormalizationProblem(
      set, shape, values, pivot: [Float](repeating: 999.5, count: 19))
    #expect(
      relativeError(floats(problem.variance), floats(expected.map(\.variance))) < 1e-6)
    #expect(relativeError(Array(problem.mean.prefix(19)), floats(expected.map(\.mean))) < 1e-7)
    // Without one the squares are a million times the variance.
    let plain = NormalizationProblem(set, shape, values, pivot: nil)
    #expect(relativeError(floats(plain.variance), floats(expected.map(\.variance))) < 1)
  }

  @Test("equals its definition, with residual and ReLU or without", arguments: sets, positions)
  func forward(_ set: sk_variant, _ positions: Int) {
    let shape = BatchNormalization("n", channels: 19, positions: positions, pictures: 3)
    let (values, shortcut) = (noise("x", shape), noise("r", shape))
    let problem = NormalizationProblem(set, shape, values, pivot: nil)
    let size = shape.channels * positions
    for relu in [false, true] {
      for residual in [nil, shortcut] {
        let expected = floats(shape(values, residual: residual, relu: relu))
        for (n, picture) in problem.input.enumerated() {
          let added = residual.map { NormalizationProblem.pictures(set, shape, $0)[n] }
          let output = Blocked(set, channels: 19, positions: positions)
          var sums = [Float](repeating: 2, count: problem.scale.count)
          problem.withNorm { norm in
            sk_normalize(
              set, picture.blocks, positions, norm, relu ? 1 : 0, picture.memory, added?.memory,
              output.memory, &sums)
          }
          let part = Array(expected[n * size..<(n + 1) * size])
          #expect(relativeError(output.values, part) < tolerance(set))
          let totals = (0..<19).map {
            part[$0 * positions..<($0 + 1) * positions].reduce(2, +)
          }
          #expect(relativeError(Array(sums.prefix(19)), totals) < 1e-5)
          // The sums alone, and in place.
          var alone = [Float](repeating: 2, count: sums.count)
          problem.withNorm { norm in
            sk_normalize(
              set, picture.blocks, positions, norm, relu ? 1 : 0, picture.memory, added?.memory,
              nil, &alone)
          }
          #expect(alone == sums)
          let target = added ?? Blocked(set, channels: 19, positions: positions, picture.values)
          problem.withNorm { norm in
            sk_normalize(
              set, picture.blocks, positions, norm, relu ? 1 : 0,
              added == nil ? target.memory : picture.memory, added?.memory, target.memory, nil)
          }
          #expect(target.values == output.values)
        }
      }
    }
  }

  @Test("is led back as differences say", arguments: sets, [false, true])
  func backward(_ set: sk_variant, _ relu: Bool) {
    let shape = BatchNormalization("n", channels: 19, positions: 5, pictures: 2)
    let (values, weights) = (noise("x", shape), noise("w", shape))
    func loss(_ y: [Double]) -> Double { zip(y, weights).reduce(0) { $0 + $1.0 * $1.1 } }
    let problem = NormalizationProblem(set, shape, values, pivot: nil)
    let gradients = NormalizationProblem.pictures(set, shape, weights)
    let sums = gradients.enumerated().map {
      problem.sums(picture: $0, relu: relu, gradient: $1, counts: false)
    }
    let p = zip(sums[0].gradient, sums[1].gradient).map { $0 + $1 }
    let q = zip(sums[0].product, sums[1].product).map { $0 + $1 }
    let parameters = problem.parameterGradients(p: p, q: q)
    let gamma = derivatives(at: shape.gamma) {
      loss(BatchNormalization(shape, gamma: $0, beta: shape.beta)(values, relu: relu))
    }
    let beta = derivatives(at: shape.beta) {
      loss(BatchNormalization(shape, gamma: shape.gamma, beta: $0)(values, relu: relu))
    }
    #expect(relativeError(parameters.gamma, gamma) < 1e-5)
    #expect(relativeError(parameters.beta, beta) < 1e-5)
    let expected = derivatives(at: values) { loss(shape($0, relu: relu)) }
    let size = shape.channels * shape.positions
    for (n, gradient) in gradients.enumerated() {
      let before = Blocked(
        set.floats, channels: 19, positions: 5, [Float](repeating: 1, count: size))
      let added = problem.inputGradient(
        picture: n, relu: relu, gradient: gradient, p: p, q: q, onto: before)
      let actual = problem.inputGradient(
        picture: n, relu: relu, gradient: gradient, p: p, q: q)
      #expect(relativeError(actual, Array(expected[n * size..<(n + 1) * size])) < 1e-5)
      #expect(relativeError(added, actual.map { $0 + 1 }) < 1e-6)
    }
  }

  @Test("with a residual leads the masked gradient to both sides", arguments: sets, positions)
  func residual(_ set: sk_variant, _ positions: Int) {
    let shape = BatchNormalization("n", channels: 19, positions: positions, pictures: 1)
    let (values, shortcut, weights) = (noise("x", shape), noise("r", shape), noise("w", shape))
    let y = shape(values, residual: shortcut, relu: true)
    let problem = NormalizationProblem(set, shape, values, pivot: nil)
    let output = NormalizationProblem.pictures(set, shape, y)[0]
    let gradient = NormalizationProblem.pictures(set, shape, weights)[0]
    let masked = zip(weights, y).map { $1 > 0 ? $0 : 0 }
    for target in [Blocked(set, channels: 19, positions: positions), gradient] {
      let sums = problem.sums(
        picture: 0, relu: false, gradient: gradient, output: output, masked: target)
      #expect(target.values == floats(masked))
      let mean = problem.mean.map { Double($0) }
      func total(_ value: (Int) -> Double) -> [Float] {
        (0..<19).map { channel in
          Float((0..<positions).reduce(0) { $0 + value(channel * positions + $1) })
        }
      }
      func agrees(_ actual: [Double], _ expected: [Float]) -> Bool {
        relativeError(floats(Array(actual.prefix(19))), expected) < 1e-6
      }
      #expect(agrees(sums.gradient, total { masked[$0] }))
      #expect(agrees(sums.product, total { masked[$0] * (values[$0] - mean[$0 / positions]) }))
      #expect(agrees(sums.positive, total { y[$0] > 0 ? 1 : 0 }))
      #expect(
        agrees(sums.deviation, total { y[$0] > 0 ? values[$0] - mean[$0 / positions] : 0 }))
    }
  }

  /// The loss is linear in what a branch puts out, with the weights `a * w + e` of each picture and
  /// channel, as behind a select or an excitation and a gate.
  @Test("behind a select is led back from four sums a picture", arguments: sets, [false, true])
  func selected(_ set: sk_variant, _ relu: Bool) {
    let shape = BatchNormalization("n", channels: 19, positions: 5, pictures: 2)
    let (values, weights) = (noise("x", shape), noise("w", shape))
    let a = (0..<2).map { Formula.noise("a\($0)", count: 19).map { Double(Float($0)) } }
    let e = (0..<2).map { Formula.noise("e\($0)", count: 19).map { Double(Float($0)) } }
    func loss(_ y: [Double]) -> Double {
      y.indices.reduce(0) {
        let (n, channel) = ($1 / (19 * 5), $1 / 5 % 19)
        return $0 + y[$1] * (a[n][channel] * weights[$1] + e[n][channel])
      }
    }
    let problem = NormalizationProblem(set, shape, values, pivot: nil)
    let gradients = NormalizationProblem.pictures(set, shape, weights)
    let sums = gradients.enumerated().map {
      problem.sums(picture: $0, relu: relu, gradient: $1)
    }
    var p = [Double](repeating: 0, count: 19)
    var q = p
    let y = shape(values, relu: relu)
    for (n, part) in sums.enumerated() {
      for c in 0..<19 {
        p[c] += a[n][c] * part.gradient[c] + e[n][c] * part.positive[c]
        q[c] += a[n][c] * part.product[c] + e[n][c] * part.deviation[c]
      }
      // The gradient of a.
      let dot = (0..<19).map { channel -> Float in
        let indices = (n * 19 + channel) * 5..<(n * 19 + channel + 1) * 5
        return Float(indices.reduce(0.0) { $0 + weights[$1] * y[$1] })
      }
      let found = (0..<19).map { c in
        let (scale, shift) = (Double(problem.scale[c]), Double(problem.shift[c]))
        return Float(
          scale * part.product[c] + (shift + scale * Double(problem.mean[c])) * part.gradient[c])
      }
      #expect(relativeError(found, dot) < 1e-5)
    }
    let expected = derivatives(at: values) { loss(shape($0, relu: relu)) }
    let size = shape.channels * shape.positions
    for (n, gradient) in gradients.enumerated() {
      let actual = problem.inputGradient(
        picture: n, relu: relu, gradient: gradient, p: p, q: q, a: a[n], e: e[n])
      #expect(relativeError(actual, Array(expected[n * size..<(n + 1) * size])) < 1e-5)
    }
  }

  @Test(
    "on the way into a select is the select of normalized branches", arguments: sets, [1, 2, 3])
  func select(_ set: sk_variant, _ branches: Int) {
    let shape = BatchNormalization("n", channels: 19, positions: 7, pictures: 1)
    let problems = (0..<branches).map {
      NormalizationProblem(set, shape, noise("x\($0)", shape), pivot: nil)
    }
    let row = problems[0].scale.count
    let weights = Formula.noise("a", count: branches * row).map { Float($0) }
    let output = Blocked(set, channels: 19, positions: 7)
    var norms: [sk_norm] = []
    /// Nested, so that every norm's arrays stay in place.
    func run(_ m: Int, _ weights: UnsafePointer<Float>?) {
      guard m < branches else {
        sk_normalize_select(
          set, output.blocks, 7, Int32(branches), norms,
          problems.map { UnsafeRawPointer($0.input[0].memory) }, weights, output.memory)
        return
      }
      problems[m].withNorm { norm in
        norms.append(norm.pointee)
        run(m + 1, weights)
      }
    }
    let outputs = (0..<branches).map { floats(shape(noise("x\($0)", shape), relu: true)) }
    for weighs in [true, false] {
      norms = []
      weights.withUnsafeBufferPointer { run(0, weighs ? $0.baseAddress : nil) }
      let expected = outputs[0].indices.map { index in
        (0..<branches).reduce(Float(0)) {
          $0 + (weighs ? weights[$1 * row + index / 7] : 1) * outputs[$1][index]
        }
      }
      #expect(relativeError(output.values, expected) < tolerance(set))
    }
  }
}

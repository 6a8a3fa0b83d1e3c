import Kernels
import Networks

/// A batch normalized and led back by an instruction set's kernels, as training does it.
final class NormalizationProblem {
  let set: sk_variant
  let definition: BatchNormalization
  /// A picture each.
  let input: [Blocked]
  private(set) var scale: [Float] = []
  private(set) var shift: [Float] = []
  private(set) var mean: [Float] = []
  private(set) var variance: [Double] = []
  private var deviation: [Double] = []

  private var n: Double { Double(definition.pictures * definition.positions) }

  /// Takes the batch's statistics.
  init(_ set: sk_variant, _ definition: BatchNormalization, _ values: [Double], pivot: [Float]?) {
    self.set = set
    self.definition = definition
    input = Self.pictures(set, definition, values)
    let row = Int(input[0].blocks * sk_lanes(set))
    var sums = [Double](repeating: 0, count: row)
    var squares = sums
    for picture in input {
      sk_moments(
        set, picture.blocks, definition.positions,
        pivot.map { Blocked.perChannel(set, $0) }, picture.memory, &sums, &squares)
    }
    let count = n
    for c in 0..<definition.channels {
      let offset = sums[c] / count
      mean.append(Float(offset + Double(pivot?[c] ?? 0)))
      variance.append(squares[c] / count - offset * offset)
    }
    deviation = variance.map { 1 / ($0 + BatchNormalization.epsilon).squareRoot() }
    scale = Blocked.perChannel(set, zip(definition.gamma, deviation).map { Float($0 * $1) })
    shift = Blocked.perChannel(
      set,
      mean.indices.map { Float(definition.beta[$0] - Double(scale[$0]) * Double(mean[$0])) })
    mean = Blocked.perChannel(set, mean)
  }

  static func pictures(
    _ set: sk_variant, _ definition: BatchNormalization, _ values: [Double]
  ) -> [Blocked] {
    let size = definition.channels * definition.positions
    return (0..<definition.pictures).map { n in
      Blocked(
        set, channels: definition.channels, positions: definition.positions,
        values[n * size..<(n + 1) * size].map { Float($0) })
    }
  }

  func withNorm<Result>(_ body: (UnsafePointer<sk_norm>) -> Result) -> Result {
    scale.withUnsafeBufferPointer { scale in
      shift.withUnsafeBufferPointer { shift in
        mean.withUnsafeBufferPointer { mean in
          var norm = sk_norm(
            scale: scale.baseAddress, shift: shift.baseAddress, mean: mean.baseAddress)
          return body(&norm)
        }
      }
    }
  }

  /// The four sums of one picture.
  struct Sums {
    var gradient, product, positive, deviation: [Double]
  }

  func sums(
    picture: Int, relu: Bool, gradient: Blocked, output: Blocked? = nil, masked: Blocked? = nil,
    counts: Bool = true
  ) -> Sums {
    let zeros = [Double](repeating: 0, count: scale.count)
    var result = Sums(gradient: zeros, product: zeros, positive: zeros, deviation: zeros)
    withNorm { norm in
      result.gradient.withUnsafeMutableBufferPointer { first in
        result.product.withUnsafeMutableBufferPointer { product in
          result.positive.withUnsafeMutableBufferPointer { positive in
            result.deviation.withUnsafeMutableBufferPointer { deviation in
              var sums = sk_norm_sums(
                gradient: first.baseAddress, product: product.baseAddress,
                positive: counts ? positive.baseAddress : nil,
                deviation: counts ? deviation.baseAddress : nil)
              sk_norm_gradient_sums(
                set, gradient.blocks, definition.positions, norm, relu ? 1 : 0,
                input[picture].memory, gradient.memory, output?.memory, masked?.memory, &sums)
            }
          }
        }
      }
    }
    return result
  }

  /// The gradients of gamma and beta from the batch's sums.
  func parameterGradients(p: [Double], q: [Double]) -> (gamma: [Float], beta: [Float]) {
    let channels = 0..<definition.channels
    return (channels.map { Float(q[$0] * deviation[$0]) }, channels.map { Float(p[$0]) })
  }

  /// The gradient with respect to one picture of the input, from the batch's sums P and Q; the gradient
  /// is `a * gradient + e`.
  func inputGradient(
    picture: Int, relu: Bool, gradient: Blocked, p: [Double], q: [Double], a: [Double]? = nil,
    e: [Double]? = nil, onto before: Blocked? = nil
  ) -> [Float] {
    let channels = 0..<definition.channels
    func row(_ value: (Int) -> Double) -> [Float] {
      Blocked.perChannel(set, channels.map { Float(value($0)) })
    }
    let slope = row { [self] in
      -Double(scale[$0]) * deviation[$0] * deviation[$0] * q[$0] / n
    }
    let factor = row { [self] in Double(scale[$0]) * (a?[$0] ?? 1) }
    let constant = row { [self] in
      -Double(scale[$0]) * p[$0] / n - Double(slope[$0]) * Double(mean[$0])
    }
    let addend = e.map { e in row { [self] in Double(scale[$0]) * e[$0] } }
    // In place of the gradient where both are floats.
    let target =
      before
      ?? (set.isBF16
        ? Blocked(set.floats, channels: definition.channels, positions: definition.positions)
        : gradient)
    withNorm { norm in
      factor.withUnsafeBufferPointer { factor in
        slope.withUnsafeBufferPointer { slope in
          constant.withUnsafeBufferPointer { constant in
            (addend ?? []).withUnsafeBufferPointer { addend in
              var factors = sk_norm_factors(
                gradient: factor.baseAddress, addend: e == nil ? nil : addend.baseAddress,
                input: slope.baseAddress, constant: constant.baseAddress)
              sk_norm_gradient(
                set, gradient.blocks, definition.positions, norm, relu ? 1 : 0, &factors,
                input[picture].memory, gradient.memory, before == nil ? 0 : 1, target.floats)
            }
          }
        }
      }
    }
    return target.values
  }
}

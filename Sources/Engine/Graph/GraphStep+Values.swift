import Foundation
import Networks

extension Graph.Operation.Combination {
  /// Two numbers together.
  @inline(__always)
  func callAsFunction(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .maximum: a > b || a.isNaN ? a : b
    case .minimum: a < b || a.isNaN ? a : b
    case .power: pow(a, b)
    }
  }

  /// The derivatives with respect to both; of equals, the first is the larger and the smaller one.
  @inline(__always)
  func slopes(_ a: Float, _ b: Float) -> (Float, Float) {
    switch self {
    case .add: (1, 1)
    case .subtract: (1, -1)
    case .multiply: (b, a)
    case .divide: (1 / b, -a / (b * b))
    case .maximum: a >= b ? (1, 0) : (0, 1)
    case .minimum: a <= b ? (1, 0) : (0, 1)
    case .power: (b * pow(a, b - 1), a > 0 ? pow(a, b) * log(a) : 0)
    }
  }
}

/// Steps that treat each value, channel or axis for itself.
extension GraphStep {
  private typealias Floats = UnsafeMutablePointer<Float>

  // MARK: Functions of each value

  func activate(_ activation: Activation) {
    let source = inputs[0].values
    switch activation {
    case .relu: for i in 0..<count { output[i] = source[i] < 0 ? 0 : source[i] }
    case .parametricReLU(let slopes, let count):
      forEachSlope(slopes, count) { i, slope in
        output[i] = source[i] < 0 ? slope * source[i] : source[i]
      }
    default: for i in 0..<count { output[i] = activation(source[i]) }
    }
  }

  func activateBackward(
    _ activation: Activation, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let source = inputs[0].values
    switch activation {
    case .relu: for i in 0..<count where source[i] > 0 { target[i] += gradient[i] }
    case .parametricReLU(let slopes, let count):
      forEachSlope(slopes, count) { i, slope in
        target[i] += source[i] > 0 ? gradient[i] : slope * gradient[i]
      }
    default: for i in 0..<count { target[i] += gradient[i] * activation.derivative(at: source[i]) }
    }
  }

  private func forEachSlope(
    _ name: String, _ slopeCount: Int, _ body: (_ index: Int, _ slope: Float) -> Void
  ) {
    let slopes = program.tensor(name)
    let channels = shape.count > 1 ? shape[1] : 1
    let plane = count / channels
    let step = slopeCount == channels ? 1 : 0
    for channel in 0..<channels {
      for i in channel * plane..<(channel + 1) * plane { body(i, slopes[channel * step]) }
    }
  }

  // MARK: Batch norm

  func scaleChannels(_ norm: Graph.Operation.BatchNorm) {
    let source = inputs[0].values
    forEachChannel(norm) { range, factor, summand in
      for i in range { output[i] = source[i] * factor + summand }
    }
  }

  func scaleChannelsBackward(
    _ norm: Graph.Operation.BatchNorm, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    forEachChannel(norm) { range, factor, _ in
      for i in range { target[i] += gradient[i] * factor }
    }
  }

  private func forEachChannel(
    _ norm: Graph.Operation.BatchNorm,
    _ body: (_ range: Range<Int>, _ factor: Float, _ summand: Float) -> Void
  ) {
    let (scale, shift) = (program.tensor(norm.scale), program.tensor(norm.shift))
    let (mean, variance) = (program.tensor(norm.mean), program.tensor(norm.variance))
    let plane = count / shape[1]
    for channel in 0..<shape[1] {
      let factor = Double(scale[channel]) / (Double(variance[channel]) + norm.epsilon).squareRoot()
      let summand = Double(shift[channel]) - Double(mean[channel]) * factor
      body(channel * plane..<(channel + 1) * plane, Float(factor), Float(summand))
    }
  }

  // MARK: Softmax

  func softmax(_ axis: Int) {
    let source = inputs[0].values
    forEachLine(axis) { start, step, extent in
      var largest = -Float.infinity
      for i in 0..<extent { largest = max(largest, source[start + i * step]) }
      var sum: Float = 0
      for i in 0..<extent {
        let value = exp(source[start + i * step] - largest)
        output[start + i * step] = value
        sum += value
      }
      for i in 0..<extent { output[start + i * step] /= sum }
    }
  }

  func softmaxBackward(
    _ axis: Int, _ gradient: UnsafeMutablePointer<Float>, _ target: UnsafeMutablePointer<Float>
  ) {
    forEachLine(axis) { start, step, extent in
      var product = 0.0
      for i in 0..<extent {
        product += Double(gradient[start + i * step]) * Double(output[start + i * step])
      }
      for i in 0..<extent {
        let place = start + i * step
        target[place] += output[place] * (gradient[place] - Float(product))
      }
    }
  }

  private func forEachLine(_ axis: Int, _ body: (_ start: Int, _ step: Int, _ extent: Int) -> Void)
  {
    let extent = shape[axis]
    let inner = shape[(axis + 1)...].reduce(1, *)
    for outer in 0..<count / (extent * inner) {
      for place in 0..<inner { body(outer * extent * inner + place, inner, extent) }
    }
  }

  // MARK: Normalisation by the picture's own values

  func normalize(_ normalization: Graph.Operation.Normalization) {
    let source = inputs[0].values
    forEachNormalized(normalization) { range, mean, deviation, scale, shift in
      for i in range {
        let value = (Double(source[i]) - mean) / deviation
        output[i] = Float(value * Double(scale(i)) + Double(shift(i)))
      }
    }
  }

  func normalizeBackward(
    _ normalization: Graph.Operation.Normalization, _ gradient: UnsafeMutablePointer<Float>,
    _ target: UnsafeMutablePointer<Float>
  ) {
    let source = inputs[0].values
    forEachNormalized(normalization) { range, mean, deviation, scale, _ in
      // dx = (g γ − mean(g γ) − x̂ · mean(g γ x̂)) / σ.
      var (sum, product) = (0.0, 0.0)
      for i in range {
        let own = Double(gradient[i] * scale(i))
        sum += own
        product += own * (Double(source[i]) - mean) / deviation
      }
      let n = Double(range.count)
      for i in range {
        let unit = (Double(source[i]) - mean) / deviation
        let own = Double(gradient[i] * scale(i))
        target[i] += Float((own - sum / n - unit * product / n) / deviation)
      }
    }
  }

  private func forEachNormalized(
    _ normalization: Graph.Operation.Normalization,
    _ body: (
      _ range: Range<Int>, _ mean: Double, _ deviation: Double, _ scale: (Int) -> Float,
      _ shift: (Int) -> Float
    ) -> Void
  ) {
    let extent: Int
    // A value's scale and shift: every `plane` values another, from the first again after `period` values.
    let (plane, period): (Int, Int)
    switch normalization.scope {
    case .axes(let from):
      extent = shape[from...].reduce(1, *)
      (plane, period) = (1, extent)
    case .groups(let groups):
      extent = count / groups
      (plane, period) = (count / shape[1], count)
    }
    let scales = normalization.scale.map { program.tensor($0) }
    let shifts = normalization.shift.map { program.tensor($0) }
    let source = inputs[0].values
    for start in stride(from: 0, to: count, by: extent) {
      let range = start..<start + extent
      var mean = 0.0
      for i in range { mean += Double(source[i]) }
      mean /= Double(extent)
      var variance = 0.0
      for i in range { variance += (Double(source[i]) - mean) * (Double(source[i]) - mean) }
      body(
        range, mean, (variance / Double(extent) + normalization.epsilon).squareRoot(),
        { scales?[$0 % period / plane] ?? 1 }, { shifts?[$0 % period / plane] ?? 0 })
    }
  }
}

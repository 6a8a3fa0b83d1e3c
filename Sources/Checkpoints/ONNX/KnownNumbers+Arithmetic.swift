import Foundation
import Networks

/// ONNX's arithmetic on numbers that are known while a graph is read: of shapes, and of weights that exporters leave
/// to be worked out, such as standardised ones.
extension KnownNumbers {
  /// The function of an operator of one value; nil if it is none.
  static func function(ofOne type: String) -> ((Double) -> Double)? {
    switch type {
    case "Floor": { $0.rounded(.down) }
    case "Ceil": { $0.rounded(.up) }
    case "Round": { $0.rounded(.toNearestOrEven) }
    case "Sqrt": { $0.squareRoot() }
    case "Neg": { -$0 }
    case "Abs": { abs($0) }
    case "Exp": { exp($0) }
    case "Reciprocal": { 1 / $0 }
    case "Not": { $0 == 0 ? 1 : 0 }
    default: nil
    }
  }

  /// A function of each of the numbers.
  func mapped(by function: (Double) -> Double) -> KnownNumbers {
    KnownNumbers(values: values.map(function), shape: shape, isInteger: isInteger)
  }

  /// The function of an operator of two values; nil if it is none.
  ///
  /// Whole numbers divide towards 0.
  static func function(ofTwo type: String, areIntegers: Bool) -> ((Double, Double) -> Double)? {
    switch type {
    case "Add", "Sum": { $0 + $1 }
    case "Sub": { $0 - $1 }
    case "Mul": { $0 * $1 }
    case "Div": areIntegers ? { ($0 / $1).rounded(.towardZero) } : { $0 / $1 }
    case "Mod": { $0 - $1 * ($0 / $1).rounded(.down) }
    case "Max": { max($0, $1) }
    case "Min": { min($0, $1) }
    case "Pow": { pow($0, $1) }
    case "Equal": { $0 == $1 ? 1 : 0 }
    case "Less": { $0 < $1 ? 1 : 0 }
    case "Greater": { $0 > $1 ? 1 : 0 }
    default: nil
    }
  }

  /// Two lists of numbers together, repeated along axes of one; nil if they do not fit, or where far more numbers would
  /// come of them than they are.
  func combined(
    with other: KnownNumbers, by function: (Double, Double) -> Double
  ) -> KnownNumbers? {
    guard let shape = Graph.broadcast(shape, other.shape), let count = Graph.count(shape),
      count <= max(Self.most, values.count, other.values.count)
    else { return nil }
    let isInteger = isInteger && other.isInteger
    var result: [Double] = []
    result.reserveCapacity(count)
    forEachPlace(in: shape, steps(in: shape), other.steps(in: shape)) { own, their in
      result.append(function(values[own], other.values[their]))
    }
    return KnownNumbers(values: result, shape: shape, isInteger: isInteger)
  }

  /// How far the list goes on along each axis of a shape that it is repeated to.
  private func steps(in target: [Int]) -> [Int] {
    var step = 1
    var steps = [Int](repeating: 0, count: target.count)
    for (extent, axis) in zip(shape.reversed(), target.indices.reversed()) {
      steps[axis] = extent == 1 ? 0 : step
      step *= extent
    }
    return steps
  }

  /// A reduction over axes; nil if it is none.
  func reduced(by type: String, over axes: [Int], keepsAxes: Bool) -> KnownNumbers? {
    let kept = shape.enumerated().map { axes.contains($0.offset) ? 1 : $0.element }
    guard let count = Graph.count(kept), count > 0, !values.isEmpty else { return nil }
    let start: Double =
      switch type {
      case "ReduceMean", "ReduceSum", "ReduceL2": 0
      case "ReduceProd": 1
      case "ReduceMax": -.infinity
      case "ReduceMin": .infinity
      default: .nan
      }
    guard !start.isNaN else { return nil }
    var result = KnownNumbers(
      values: [Double](repeating: start, count: count), shape: kept, isInteger: isInteger)
    let steps = result.steps(in: shape)
    forEachPlace(in: shape, self.steps(in: shape), steps) { own, place in
      let value = values[own]
      switch type {
      case "ReduceProd": result.values[place] *= value
      case "ReduceMax": result.values[place] = max(result.values[place], value)
      case "ReduceMin": result.values[place] = min(result.values[place], value)
      case "ReduceL2": result.values[place] += value * value
      default: result.values[place] += value
      }
    }
    let each = Double(values.count / count)
    if type == "ReduceMean" { result.values = result.values.map { $0 / each } }
    if type == "ReduceL2" { result.values = result.values.map { $0.squareRoot() } }
    return keepsAxes
      ? result
      : result.shaped(shape.indices.filter { !axes.contains($0) }.map { shape[$0] })
  }

  /// A batch norm of the numbers over all axes but the second, by moments that are given or by their own.
  ///
  /// - Parameters:
  ///   - scale: A factor for each index of the second axis.
  ///   - shift: What is added to each.
  ///   - moments: Means and variances; nil for the numbers' own.
  ///   - epsilon: Added to the variances.
  /// - Returns: As many numbers; nil if the factors or moments are not one a channel.
  func batchNormed(
    scale: [Double], shift: [Double], moments: (means: [Double], variances: [Double])?,
    epsilon: Double
  ) -> KnownNumbers? {
    guard shape.count > 1 else { return nil }
    let channels = shape[1]
    let inner = shape[2...].reduce(1, *)
    func place(_ index: Int) -> Int { index / inner % channels }
    var (means, variances) = moments ?? ([], [])
    if moments == nil {
      let count = Double(values.count / max(channels, 1))
      means = [Double](repeating: 0, count: channels)
      variances = means
      for (index, value) in values.enumerated() { means[place(index)] += value / count }
      for (index, value) in values.enumerated() {
        let distance = value - means[place(index)]
        variances[place(index)] += distance * distance / count
      }
    }
    guard [scale, shift, means, variances].allSatisfy({ $0.count == channels }) else { return nil }
    var result = self
    for (index, value) in values.enumerated() {
      let channel = place(index)
      result.values[index] =
        (value - means[channel]) / (variances[channel] + epsilon).squareRoot() * scale[channel]
        + shift[channel]
    }
    return result
  }
}

import Kernels
import Networks

/// How large a run's values may be, so that no sum of bfloat16 products passes the largest float unseen.
///
/// The processor keeps no record of such sums' overflow, nor of rounding to bfloat16, and a ReLU makes 0 of
/// −∞, as it does where a sum that overflowed half-way would have ended above 0. So a bound on the
/// magnitudes is carried from step to step: a convolution's outputs are at most its input's largest value
/// times the largest sum of a filter's weights. Where the bound is too loose to tell, which is once in a
/// dozen layers, the values themselves are looked at. Where even they may overflow, the picture fails, though
/// its sums might have come out finite; a network's values are some thirty powers of ten from there.
final class Magnitudes {
  /// Below the largest bfloat16, 3.39e38.
  ///
  /// Bounds are doubles: if they overflowed, the processor would record that as the network's.
  private static let limit = 3.3e38
  /// Of what nothing is known.
  private static let unknown = 1e200

  /// Whether something may have overflowed since the run began.
  private(set) var hasExceeded = false
  /// Of each gate, the largest weight of a branch.
  var largestWeights: [Double]
  /// Of each value, what was written from a number on.
  private var bounds: [[(offset: Int, bound: Double)]]
  private let pointer: (Place) -> UnsafeMutableRawPointer

  /// Prepares for a runner's buffers.
  init(gates: Int, values: Int, pointer: @escaping (Place) -> UnsafeMutableRawPointer) {
    bounds = [[(offset: Int, bound: Double)]](repeating: [], count: values)
    largestWeights = [Double](repeating: 1, count: gates)
    self.pointer = pointer
  }

  /// Begins a run with a picture, which is at the places given.
  func begin(_ input: UnsafeBufferPointer<Float>, in picture: Lowered.Picture) {
    hasExceeded = false
    let largest = Double(input.reduce(0) { max($0, abs($1)) })
    // Emptied in place: a run takes no memory.
    for value in bounds.indices { bounds[value].removeAll(keepingCapacity: true) }
    if let value = picture.plain { set(Place(value: value), largest) }
    if let value = picture.blocked { set(Place(value: value), largest) }
  }

  /// Follows a step, before it is done.
  func follow(_ step: Step) {
    switch step {
    case .library(let convolution, let from, let to):
      let shape = convolution.shape
      convolve(
        from, shape.inputChannels * shape.from.positions, convolution.growth, to,
        shape.accumulates ? shape.outputChannels * shape.to.positions : nil)
      // Other functions may be larger than what goes in.
      if let function = shape.activation, function != .relu { set(to, Self.unknown) }
    case .own(let convolution, let from, let to, _):
      let added = convolution.shape.accumulate != 0 ? convolution.outputCount : nil
      for (place, growth) in zip(to, convolution.growths) {
        convolve(from, convolution.inputCount, growth, place, added)
      }
    case .primitive(_, _, let to): set(to, Self.unknown)
    case .gather(let gather, let to):
      let block = gather.positions * gather.lanes
      set(
        to,
        gather.blocks.reduce(0) { largest, part in
          switch part {
          case .whole(let place): max(largest, bound(place, block))
          case .lanes(let places): places.reduce(largest) { max($0, bound($1, block)) }
          }
        })
    case .classify(let classifier, let from, _):
      check(from, classifier.paddedChannels * classifier.positions)
    case .gate: break
    case .simple(let step): follow(step)
    }
  }

  private func follow(_ step: LoweredStep) {
    switch step {
    case .maxPool(let channels, let from, let input, let to, _, _),
      .averagePool(let channels, let from, let input, let to, _):
      set(to, bound(from, channels * input.positions))
    case .sum(let channels, let positions, let from),
      .unblock(let channels, let positions, let from, _):
      check(from, channels * positions)
    case .select(let from, let channels, let positions, let gate, let to):
      select(from, channels * positions, gate, to)
    case .selectPositions(let selection, let from, _, let to):
      select(from, selection.channels * selection.positions, selection.gate, to)
    case .excite(let gate, let channels, let positions, let from, let to):
      let count = channels * positions
      set(to, bound(to, count) + largestWeights[gate] * bound(from, count))
    case .shuffle(let half, let positions, let left, let right, let to):
      let largest = max(bound(left, half * positions), bound(right, half * positions))
      for place in to { set(place, largest) }
    case .block(_, _, _, let to): set(to, Self.unknown)
    default: break
    }
  }

  private func select(_ from: [Place], _ count: Int, _ gate: Int?, _ to: Place) {
    let sum = from.reduce(0) { $0 + bound($1, count) }
    set(to, (gate.map { largestWeights[$0] } ?? 1) * sum)
  }

  /// Follows a convolution, which is added to as many numbers as the place holds already, if it does.
  private func convolve(
    _ from: Place, _ count: Int, _ growth: Growth?, _ to: Place, _ added: Int?
  ) {
    guard let growth else { return set(to, Self.unknown) }
    var largest = growth.bound(of: bound(from, count)) + (added.map { bound(to, $0) } ?? 0)
    if !(largest <= Self.limit) {
      largest = growth.bound(of: look(from, count)) + (added.map { look(to, $0) } ?? 0)
    }
    // Not a number is no larger, either.
    if !(largest <= Self.limit) { hasExceeded = true }
    set(to, largest)
  }

  private func check(_ place: Place, _ count: Int) {
    if !(bound(place, count) <= Self.limit), !(look(place, count) <= Self.limit) {
      hasExceeded = true
    }
  }

  private func set(_ place: Place, _ bound: Double) {
    guard let known = bounds[place.value].firstIndex(where: { $0.offset == place.offset }) else {
      return bounds[place.value].append((place.offset, bound))
    }
    bounds[place.value][known].bound = bound
  }

  /// Of what was written at a place, before it, where it may reach into it, or within.
  private func bound(_ place: Place, _ count: Int) -> Double {
    let written = bounds[place.value]
    guard !written.isEmpty else { return Self.unknown }
    return written.reduce(0) { $1.offset < place.offset + count ? max($0, $1.bound) : $0 }
  }

  /// The largest magnitude at a place.
  private func look(_ place: Place, _ count: Int) -> Double {
    let largest = Double(sk_largest_bf16(count, pointer(place)))
    set(place, largest)
    return largest
  }
}

/// How much larger a convolution's outputs may be than its inputs.
struct Growth: Sendable {
  /// The largest sum of the magnitudes of a filter's weights.
  private let factor: Double
  /// The largest magnitude of a bias.
  private let bias: Double

  /// Sums up weights, which are then rounded to bfloat16, as partial sums are; nil for other formats, whose
  /// overflow the processor records.
  init?(_ convolution: FoldedConvolution, _ variant: sk_variant) {
    guard variant == sk_avx512_bf16 else { return nil }
    let inner = max(1, convolution.weights.count / max(1, convolution.shape[0]))
    var factor = 0.0
    for start in stride(from: 0, to: convolution.weights.count, by: inner) {
      factor = max(
        factor, convolution.weights[start..<start + inner].reduce(0) { $0 + Double(abs($1)) })
    }
    self.factor = 1.02 * factor
    bias = Double(convolution.bias.reduce(0) { max($0, abs($1)) })
  }

  func bound(of input: Double) -> Double { factor * input + bias }
}

extension Buffer {
  /// Of floats.
  var largestMagnitude: Double {
    Double(UnsafeBufferPointer(start: floats, count: count).reduce(0) { max($0, abs($1)) })
  }
}

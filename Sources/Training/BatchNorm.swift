import Engine
import Kernels
import Memory
import Networks

/// Batch norm over maps, both ways.
///
/// Forwards the workers add up moments, meet, and each makes `scale` and `shift` from all of them; so too
/// backwards with the gradient's sums. Every worker computes the same from the same numbers in the same
/// order, and keeps its own copy, so that one meeting is enough.
///
/// - SeeAlso: Ioffe and Szegedy 2015, algorithm 1; `Gradients.h` for the formulas.
final class BatchNorm {
  /// What the running statistics take of a batch's, as in PyTorch.
  static let momentum = 0.1

  let name: String
  /// Channels, whole blocks.
  let channels: Int
  let blocks: Int32
  let positions: Int
  private let epsilon: Double
  private let state: TrainingState
  private let count: Int
  private let gammaRange: Range<Int>, betaRange: Range<Int>
  private let meanRange: Range<Int>, varianceRange: Range<Int>
  /// γ, β and the running statistics at the batch's start, filled up with zeros.
  private let gamma: Buffer, beta: Buffer, runningMean: Buffer, runningVariance: Buffer
  private let copies: [Copy]
  /// Where the four sums lie among a worker's doubles.
  private let sums: Int
  private let batch: BatchRun
  private let variant: sk_variant

  /// A worker's values a channel, one row each.
  private final class Copy {
    let rows: Buffer
    let channels: Int

    init(channels: Int) throws(MemoryError) {
      self.channels = channels
      rows = try Buffer(bytes: 4 * 6 * channels)
    }

    func row(_ index: Int) -> UnsafeMutablePointer<Float> { rows.floats + index * channels }
    var scale: UnsafeMutablePointer<Float> { row(0) }
    var shift: UnsafeMutablePointer<Float> { row(1) }
    var mean: UnsafeMutablePointer<Float> { row(2) }
    var deviation: UnsafeMutablePointer<Float> { row(3) }
    /// Of the gradient of the input: see `sk_norm_factors`.
    var inputFactor: UnsafeMutablePointer<Float> { row(4) }
    var constant: UnsafeMutablePointer<Float> { row(5) }
  }

  /// Describes a norm of maps with whole blocks of channels; `sums` is where its four rows of doubles lie in every
  /// worker's sums; `variant` has the maps' number format.
  init(
    _ tensors: Graph.Operation.BatchNorm, channels: Int, positions: Int, state: TrainingState,
    batch: BatchRun, sums: Int,
    variant: sk_variant
  ) throws(MemoryError) {
    name = tensors.scale.trimming(".weight")
    self.channels = channels
    blocks = Int32(channels / variant.lanes)
    self.positions = positions
    self.state = state
    self.batch = batch
    self.variant = variant
    self.sums = sums
    epsilon = tensors.epsilon
    func range(_ tensor: String) -> Range<Int> { state.places[tensor] ?? 0..<0 }
    gammaRange = range(tensors.scale)
    betaRange = range(tensors.shift)
    meanRange = range(tensors.mean)
    varianceRange = range(tensors.variance)
    count = gammaRange.count
    gamma = try Buffer(bytes: 4 * channels)
    beta = try Buffer(bytes: 4 * channels)
    runningMean = try Buffer(bytes: 4 * channels)
    runningVariance = try Buffer(bytes: 4 * channels)
    copies = try batch.workers.map { _ throws(MemoryError) in
      try Copy(channels: channels)
    }
  }

  /// A job before a batch: takes what the state holds.
  func pack() {
    gamma.floats.update(from: state.learnt.floats + gammaRange.lowerBound, count: count)
    beta.floats.update(from: state.learnt.floats + betaRange.lowerBound, count: count)
    runningMean.floats.update(from: state.running.floats + meanRange.lowerBound, count: count)
    runningVariance.floats.update(
      from: state.running.floats + varianceRange.lowerBound, count: count)
  }

  /// The normalization as the kernels take it.
  func norm(_ worker: Worker) -> sk_norm {
    let copy = copies[worker.index]
    return sk_norm(scale: copy.scale, shift: copy.shift, mean: copy.mean)
  }

  // MARK: Forwards

  private func sumRow(_ row: Int, _ worker: Worker) -> UnsafeMutablePointer<Double> {
    worker.doubles(sums + row * channels)
  }

  /// Adds a picture's moments to the worker's.
  func addMoments(_ worker: Worker, _ map: UnsafeRawPointer) {
    sk_moments(
      variant, blocks, positions, runningMean.floats, map, sumRow(0, worker),
      sumRow(1, worker))
  }

  /// Makes scale and shift from all workers' moments; without training from the running statistics.
  ///
  /// - Throws: `TrainingError.diverged` if a statistic is not finite.
  func finish(_ worker: Worker) throws(TrainingError) {
    let copy = copies[worker.index]
    let total = Double(batch.count * positions)
    for channel in 0..<count {
      var mean = Double(runningMean.floats[channel])
      var variance = Double(runningVariance.floats[channel])
      if batch.isTraining {
        var sum = 0.0
        var square = 0.0
        for other in batch.workers {
          sum += sumRow(0, other)[channel]
          square += sumRow(1, other)[channel]
        }
        mean += sum / total
        variance = max(0, square / total - sum / total * (sum / total))
        guard sum.isFinite, square.isFinite, variance < Double(Float.greatestFiniteMagnitude) / 2
        else {
          throw .diverged(
            step: state.stepCount + 1,
            place: "the output of '\(name.replacing(".bn", with: ".conv"))'")
        }
        if worker.index == 0 {
          move(meanRange.lowerBound + channel, to: mean)
          move(varianceRange.lowerBound + channel, to: variance * total / (total - 1))
        }
      }
      let deviation = 1 / (variance + epsilon).squareRoot()
      let scale = Double(gamma.floats[channel]) * deviation
      copy.scale[channel] = Float(scale)
      copy.shift[channel] = Float(Double(beta.floats[channel]) - scale * mean)
      copy.mean[channel] = Float(mean)
      copy.deviation[channel] = Float(deviation)
    }
  }

  private func move(_ index: Int, to value: Double) {
    let running = state.running.floats
    running[index] = Float((1 - Self.momentum) * Double(running[index]) + Self.momentum * value)
  }

  /// Writes `scale · input + shift [+ residual]`, rectified or not.
  func normalize(
    _ worker: Worker, rectifies: Bool, _ input: UnsafeRawPointer,
    residual: UnsafeRawPointer? = nil, to output: UnsafeMutableRawPointer?,
    sums: UnsafeMutablePointer<Float>? = nil
  ) {
    var norm = norm(worker)
    sk_normalize(
      variant, blocks, positions, &norm, rectifies ? 1 : 0, input, residual, output, sums)
  }

  // MARK: Backwards

  /// Adds a picture's sums of the gradient to the worker's.
  ///
  /// `rectified` is the output of a ReLU that followed a residual sum, and where the gradient before it
  /// goes; nil where a ReLU followed directly, or none did.
  func addGradientSums(
    _ worker: Worker, rectifies: Bool, input: UnsafeRawPointer, gradient: UnsafeRawPointer,
    rectified: (output: UnsafeRawPointer, masked: UnsafeMutableRawPointer)? = nil
  ) {
    var norm = norm(worker)
    var sums = sk_norm_sums(
      gradient: sumRow(2, worker), product: sumRow(3, worker), positive: nil, deviation: nil)
    sk_norm_gradient_sums(
      variant, blocks, positions, &norm, rectifies ? 1 : 0, input, gradient,
      rectified?.output, rectified?.masked, &sums)
  }

  /// Adds to the worker's sums those of weight · gradient + spread, a picture's rows of `sk_norm_sums`.
  func addGradientSums(
    _ worker: Worker, of rows: UnsafePointer<Double>, weights: UnsafePointer<Float>,
    spreads: UnsafePointer<Float>, count: Int
  ) {
    let (gradients, products) = (sumRow(2, worker), sumRow(3, worker))
    for channel in 0..<count {
      let weight = Double(weights[channel])
      let spread = Double(spreads[channel])
      gradients[channel] += weight * rows[channel] + spread * rows[2 * channels + channel]
      products[channel] +=
        weight * rows[channels + channel] + spread * rows[3 * channels + channel]
    }
  }

  /// Makes the factors of the input's gradient from all workers' sums, and γ's and β's gradients.
  func finishGradient(_ worker: Worker) {
    let copy = copies[worker.index]
    let total = Double(batch.count * positions)
    for channel in 0..<count {
      var sum = 0.0
      var product = 0.0
      for other in batch.workers {
        sum += sumRow(2, other)[channel]
        product += sumRow(3, other)[channel]
      }
      let deviation = Double(copy.deviation[channel])
      let scale = Double(copy.scale[channel])
      let factor = -scale * deviation * deviation * product / total
      copy.inputFactor[channel] = Float(factor)
      copy.constant[channel] = Float(
        -scale * sum / total - factor * Double(copy.mean[channel]))
      if worker.index == 0 {
        state.gradient.floats[betaRange.lowerBound + channel] += Float(sum)
        state.gradient.floats[gammaRange.lowerBound + channel] += Float(product * deviation)
      }
    }
  }

  /// Writes the gradient of the input.
  ///
  /// `scaled` has the first two of `sk_norm_factors` where the gradient is itself scaled and shifted.
  func inputGradient(
    _ worker: Worker, rectifies: Bool, input: UnsafeRawPointer, gradient: UnsafeRawPointer,
    to result: UnsafeMutablePointer<Float>,
    scaled: (factor: UnsafePointer<Float>, addend: UnsafePointer<Float>)? = nil
  ) {
    let copy = copies[worker.index]
    var norm = norm(worker)
    var factors = sk_norm_factors(
      gradient: scaled?.factor ?? UnsafePointer(copy.scale), addend: scaled?.addend,
      input: copy.inputFactor, constant: copy.constant)
    sk_norm_gradient(
      variant, blocks, positions, &norm, rectifies ? 1 : 0, &factors, input, gradient, 0,
      result)
  }

  /// The number of rows of doubles that the sums take.
  static let sumRows = 4
}

import Engine
import Foundation
import Kernels
import Networks

/// Squeeze-and-excitation on a unit's normalized output, the residual sum and its ReLU, both ways.
///
/// The excitation scales a normalized map, so it goes into the norm's scale and shift, picture by picture.
///
/// - SeeAlso: Hu et al. 2018, section 3.
final class Excitation {
  private let width: Int, channels: Int, hidden: Int
  private let norm: BatchNorm
  private let batch: Batch
  private let squeeze: PlainWeights, squeezeBias: PlainWeights
  private let excite: PlainWeights, exciteBias: PlainWeights
  /// A row a picture: sums over positions of the map, mean of the normalized map, the hidden layer, the
  /// excitation.
  private let sums: Buffer, pooled: Buffer, compact: Buffer, excitation: Buffer
  /// A row a picture: gradient of the excitation's logits, of the hidden layer, and of the normalized map
  /// by way of the pool.
  private let logitGradient: Buffer, hiddenGradient: Buffer, pooledGradient: Buffer
  /// `[N, 2, channels]` of doubles: the first two sums of `sk_norm_sums`.
  private let gradientSums: Buffer

  init(
    _ unit: Networks.Unit, hidden: Int, norm: BatchNorm, weights: (String) -> PlainWeights,
    batch: Batch
  ) {
    width = unit.output
    channels = norm.channels
    self.hidden = hidden
    self.norm = norm
    self.batch = batch
    squeeze = weights(unit.prefix + "squeeze.weight")
    squeezeBias = weights(unit.prefix + "squeeze.bias")
    excite = weights(unit.prefix + "excite.weight")
    exciteBias = weights(unit.prefix + "excite.bias")
    let count = batch.capacity
    func rows(_ size: Int) -> Buffer { Buffer(bytes: 4 * count * size) }
    sums = rows(channels)
    pooled = rows(channels)
    excitation = rows(channels)
    logitGradient = rows(channels)
    pooledGradient = rows(channels)
    compact = rows(hidden)
    hiddenGradient = rows(hidden)
    gradientSums = Buffer(bytes: 8 * count * 2 * channels)
  }

  /// Sums over positions of the expanded map, before its norm is known.
  func addSums(_ worker: Worker, _ chunk: Chunk, input: Field) {
    for picture in chunk.pictures {
      let row = sums.floats + picture * channels
      row.update(repeating: 0, count: channels)
      sk_sum_positions(
        batch.variant, norm.blocks, norm.positions, input.pointer(picture, worker, chunk), row)
    }
  }

  /// The excited map plus `residual`, rectified.
  func end(_ worker: Worker, _ chunk: Chunk, input: Field, residual: Field, output: Field) throws {
    let values = norm.norm(worker)
    guard let scale = values.scale, let shift = values.shift else { return }
    let share = 1 / Float(norm.positions)
    for picture in chunk.pictures {
      let row = picture * channels
      for channel in 0..<channels {
        pooled.floats[row + channel] =
          scale[channel] * (sums.floats[row + channel] * share) + shift[channel]
      }
    }
    let hiddenRows = matrix(compact, chunk.pictures, hidden, stride: hidden)
    hiddenRows.fill(squeezeBias.values)
    try hiddenRows.set(
      matrix(pooled, chunk.pictures, width), times: squeeze.matrix(hidden, width).transposed,
      adds: true)
    for index in chunk.pictures.lowerBound * hidden..<chunk.pictures.upperBound * hidden {
      compact.floats[index] = max(0, compact.floats[index])
    }
    let logits = matrix(excitation, chunk.pictures, width)
    logits.fill(exciteBias.values)
    try logits.set(
      hiddenRows, times: excite.matrix(width, hidden).transposed, adds: true)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * channels) { row in
      guard let excitedScale = row.baseAddress else { return }
      let excitedShift = excitedScale + channels
      for picture in chunk.pictures {
        let weights = excitation.floats + picture * channels
        for channel in 0..<channels {
          let weight = 1 / (1 + exp(-weights[channel]))
          weights[channel] = weight
          excitedScale[channel] = weight * scale[channel]
          excitedShift[channel] = weight * shift[channel]
        }
        var excited = sk_norm(scale: excitedScale, shift: excitedShift, mean: values.mean)
        sk_normalize(
          batch.variant, norm.blocks, norm.positions, &excited, 1,
          input.pointer(picture, worker, chunk), residual.pointer(picture, worker, chunk),
          output.pointer(picture, worker, chunk), nil)
      }
    }
  }

  /// Masks the gradient where the output is 0, and adds the norm's sums to the worker's.
  func endGradient(
    _ worker: Worker, _ chunk: Chunk, input: Field, output: Field, gradient: Field
  ) throws {
    for picture in chunk.pictures {
      var values = norm.norm(worker)
      let row = pictureSums(picture)
      row.update(repeating: 0, count: 2 * channels)
      var target = sk_norm_sums(
        gradient: row, product: row + channels, positive: nil, deviation: nil)
      let map = gradient.pointer(picture, worker, chunk)
      sk_norm_gradient_sums(
        batch.variant, norm.blocks, norm.positions, &values, 0,
        input.pointer(picture, worker, chunk), map, output.pointer(picture, worker, chunk), map,
        &target)
      for channel in 0..<width {
        let values = norm.values(worker, channel)
        let weight = Double(excitation.floats[picture * channels + channel])
        let slope =
          values.scale * row[channels + channel]
          + (values.shift + values.scale * values.mean) * row[channel]
        logitGradient.floats[picture * channels + channel] = Float(slope * weight * (1 - weight))
      }
    }
    let logits = matrix(logitGradient, chunk.pictures, width)
    let hiddenRows = matrix(compact, chunk.pictures, hidden, stride: hidden)
    let hiddenGradients = matrix(hiddenGradient, chunk.pictures, hidden, stride: hidden)
    try excite.gradient(worker, width, hidden).set(
      logits.transposed, times: hiddenRows, adds: true)
    logits.addColumnSums(to: exciteBias.gradient(worker))
    try hiddenGradients.set(logits, times: excite.matrix(width, hidden))
    for index in chunk.pictures.lowerBound * hidden..<chunk.pictures.upperBound * hidden
    where compact.floats[index] <= 0 { hiddenGradient.floats[index] = 0 }
    try squeeze.gradient(worker, hidden, width).set(
      hiddenGradients.transposed, times: matrix(pooled, chunk.pictures, width), adds: true)
    hiddenGradients.addColumnSums(to: squeezeBias.gradient(worker))
    try matrix(pooledGradient, chunk.pictures, width).set(
      hiddenGradients, times: squeeze.matrix(hidden, width))
    addNormSums(worker, chunk)
  }

  /// Of e · gradient + spread, summed over positions, once as it is and once times x − mean.
  private func addNormSums(_ worker: Worker, _ chunk: Chunk) {
    let positions = Double(norm.positions)
    for picture in chunk.pictures {
      let row = pictureSums(picture)
      for channel in 0..<width {
        let index = picture * channels + channel
        let weight = Double(excitation.floats[index])
        let spread = Double(pooledGradient.floats[index]) / positions
        pooledGradient.floats[index] = Float(spread)
        let mean = norm.values(worker, channel).mean
        norm.addGradientSums(
          worker, channel: channel, gradient: weight * row[channel] + spread * positions,
          product: weight * row[channels + channel]
            + spread * (Double(sums.floats[index]) - positions * mean))
      }
    }
  }

  /// The gradient of the expanded map.
  func inputGradient(
    _ worker: Worker, _ chunk: Chunk, input: Field, gradient: Field, output: Field
  ) {
    guard let scale = norm.norm(worker).scale else { return }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * channels) { row in
      guard let factor = row.baseAddress else { return }
      let addend = factor + channels
      for picture in chunk.pictures {
        for channel in 0..<channels {
          factor[channel] = excitation.floats[picture * channels + channel] * scale[channel]
          addend[channel] = pooledGradient.floats[picture * channels + channel] * scale[channel]
        }
        norm.inputGradient(
          worker, rectifies: false, input: input.pointer(picture, worker, chunk),
          gradient: gradient.pointer(picture, worker, chunk),
          to: output.pointer(picture, worker, chunk),
          scaled: (UnsafePointer(factor), UnsafePointer(addend)))
      }
    }
  }

  private func pictureSums(_ picture: Int) -> UnsafeMutablePointer<Double> {
    gradientSums.raw.assumingMemoryBound(to: Double.self) + picture * 2 * channels
  }

  private func matrix(
    _ buffer: Buffer, _ pictures: Range<Int>, _ columns: Int, stride: Int? = nil
  ) -> Matrix {
    let stride = stride ?? channels
    return Matrix(
      buffer.floats + pictures.lowerBound * stride, rows: pictures.count, columns: columns,
      stride: stride)
  }
}

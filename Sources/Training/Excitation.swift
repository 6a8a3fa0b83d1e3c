import Engine
import Foundation
import Kernels
import Memory
import Networks

/// Squeeze-and-excitation on a normalized map, both ways.
///
/// Either the map is excited, a residual is added and the sum rectified, or a map that was rectified is
/// excited. The excitation is positive and scales a normalized map, so in both cases it goes into the
/// norm's scale and shift, picture by picture, before the ReLU.
///
/// - SeeAlso: Hu et al. 2018, section 3.
final class Excitation {
  private let width: Int, channels: Int, hidden: Int
  private let norm: BatchNorm
  /// Whether what is excited was rectified.
  private let rectifies: Bool
  private let batch: BatchRun
  private let squeeze: PlainWeights, squeezeBias: PlainWeights
  private let excite: PlainWeights, exciteBias: PlainWeights
  /// A row a picture: mean of the normalized map, the hidden layer, the excitation.
  private let pooled: Buffer, compact: Buffer, excitation: Buffer
  /// A row a picture: gradient of the excitation's logits, of the hidden layer, and of the normalized map
  /// by way of the pool.
  private let logitGradient: Buffer, hiddenGradient: Buffer, pooledGradient: Buffer
  /// `[N, 4, channels]` of doubles: the sums of `sk_norm_sums`.
  private let gradientSums: Buffer

  init(
    _ excitation: NetworkParts.Excitation, channels width: Int, norm: BatchNorm, rectifies: Bool,
    weights: (String) -> PlainWeights, batch: BatchRun
  ) throws(MemoryError) {
    self.width = width
    self.rectifies = rectifies
    channels = norm.channels
    hidden = excitation.hidden
    self.norm = norm
    self.batch = batch
    squeeze = weights(excitation.squeeze)
    squeezeBias = weights(excitation.squeezeBias)
    excite = weights(excitation.excite)
    exciteBias = weights(excitation.exciteBias)
    let count = batch.capacity
    func rows(_ size: Int) throws(MemoryError) -> Buffer {
      try Buffer(bytes: 4 * count * size)
    }
    pooled = try rows(channels)
    self.excitation = try rows(channels)
    logitGradient = try rows(channels)
    pooledGradient = try rows(channels)
    compact = try rows(hidden)
    hiddenGradient = try rows(hidden)
    gradientSums = try Buffer(bytes: 8 * count * 4 * channels)
  }

  /// The excited map, plus `residual` if there is one, rectified.
  func end(
    _ worker: Worker, _ chunk: Chunk, input: Field, residual: Field?, output: Field
  ) throws {
    let values = norm.norm(worker)
    guard let scale = values.scale, let shift = values.shift else { return }
    let share = 1 / Float(norm.positions)
    for picture in chunk.pictures {
      let row = pooled.floats + picture * channels
      row.update(repeating: 0, count: channels)
      norm.normalize(
        worker, rectifies: rectifies, input.pointer(picture, worker, chunk), to: nil, sums: row)
      for channel in 0..<channels { row[channel] *= share }
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
          input.pointer(picture, worker, chunk), residual?.pointer(picture, worker, chunk),
          output.pointer(picture, worker, chunk), nil)
      }
    }
  }

  /// Adds the norm's sums to the worker's; with a residual masks the gradient where the output is 0.
  func endGradient(
    _ worker: Worker, _ chunk: Chunk, input: Field, output: Field, gradient: Field
  ) throws {
    for picture in chunk.pictures {
      var values = norm.norm(worker)
      let row = pictureSums(picture)
      row.update(repeating: 0, count: 4 * channels)
      var target = sk_norm_sums(
        gradient: row, product: row + channels, positive: rectifies ? row + 2 * channels : nil,
        deviation: rectifies ? row + 3 * channels : nil)
      let map = gradient.pointer(picture, worker, chunk)
      sk_norm_gradient_sums(
        batch.variant, norm.blocks, norm.positions, &values, rectifies ? 1 : 0,
        input.pointer(picture, worker, chunk), map,
        rectifies ? nil : output.pointer(picture, worker, chunk), rectifies ? nil : map, &target)
      if !rectifies {
        // What goes by way of the pool is not masked: it is summed over all positions.
        sk_moments(
          batch.variant, norm.blocks, norm.positions, values.mean,
          input.pointer(picture, worker, chunk), row + 3 * channels, row + 2 * channels)
        (row + 2 * channels).update(repeating: Double(norm.positions), count: channels)
      }
      guard let scale = values.scale, let shift = values.shift, let mean = values.mean else {
        return
      }
      let weights = excitation.floats + picture * channels
      let logits = logitGradient.floats + picture * channels
      for channel in 0..<width {
        let weight = Double(weights[channel])
        let factor = Double(scale[channel])
        let slope =
          factor * row[channels + channel]
          + (Double(shift[channel]) + factor * Double(mean[channel])) * row[channel]
        logits[channel] = Float(slope * weight * (1 - weight))
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
    let share = 1 / Float(norm.positions)
    for picture in chunk.pictures {
      let spreads = pooledGradient.floats + picture * channels
      for channel in 0..<width { spreads[channel] *= share }
      norm.addGradientSums(
        worker, of: pictureSums(picture), weights: excitation.floats + picture * channels,
        spreads: spreads, count: width)
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
          worker, rectifies: rectifies, input: input.pointer(picture, worker, chunk),
          gradient: gradient.pointer(picture, worker, chunk),
          to: output.floats(picture, worker, chunk),
          scaled: (UnsafePointer(factor), UnsafePointer(addend)))
      }
    }
  }

  private func pictureSums(_ picture: Int) -> UnsafeMutablePointer<Double> {
    gradientSums.raw.assumingMemoryBound(to: Double.self) + picture * 4 * channels
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

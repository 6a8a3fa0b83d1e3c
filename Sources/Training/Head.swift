import Engine
import Foundation
import Kernels
import Memory

/// Global average pool, classifier and loss, both ways.
final class Head {
  /// Logits `[N, classes]`.
  let logits: Buffer
  let classes: Int
  private let features: Int, channels: Int, positions: Int
  private let weights: PlainWeights, bias: PlainWeights
  private let batch: BatchRun
  private let pooled: Buffer, pooledGradient: Buffer, logitGradient: Buffer
  /// Loss of each picture, and 1 where its label has the largest logit.
  private let pictureLosses: Buffer, pictureHits: Buffer

  init(
    features: Int, classes: Int, positions: Int, weights: PlainWeights, bias: PlainWeights,
    batch: BatchRun
  ) throws(MemoryError) {
    self.features = features
    self.classes = classes
    self.positions = positions
    self.weights = weights
    self.bias = bias
    self.batch = batch
    channels = batch.variant.padded(features)
    logits = try Buffer(bytes: 4 * batch.capacity * classes)
    logitGradient = try Buffer(bytes: 4 * batch.capacity * classes)
    pooled = try Buffer(bytes: 4 * batch.capacity * channels)
    pooledGradient = try Buffer(bytes: 4 * batch.capacity * channels)
    pictureLosses = try Buffer(bytes: 8 * batch.capacity)
    pictureHits = try Buffer(bytes: 8 * batch.capacity)
  }

  /// Mean loss and number of hits of the last batch, added up in the pictures' order.
  var result: (loss: Double, correct: Int) {
    let losses = UnsafeBufferPointer(start: lossValues, count: batch.count)
    let hits = UnsafeBufferPointer(
      start: pictureHits.raw.assumingMemoryBound(to: Int.self), count: batch.count)
    return (losses.reduce(0, +) / Double(batch.count), hits.reduce(0, +))
  }

  private var lossValues: UnsafeMutablePointer<Double> {
    pictureLosses.raw.assumingMemoryBound(to: Double.self)
  }

  /// Writes the logits.
  func forward(_ worker: Worker, _ chunk: Chunk, input: Field) throws {
    let share = 1 / Float(positions)
    for picture in chunk.pictures {
      let row = pooled.floats + picture * channels
      row.update(repeating: 0, count: channels)
      sk_sum_positions(
        batch.variant, Int32(channels / batch.variant.lanes), positions,
        input.pointer(picture, worker, chunk), row)
      for channel in 0..<channels { row[channel] *= share }
    }
    let result = matrix(logits, chunk.pictures, classes, stride: classes)
    result.fill(bias.values)
    try result.set(
      matrix(pooled, chunk.pictures, features, stride: channels),
      times: weights.matrix(classes, features).transposed, adds: true)
  }

  /// The loss, and the gradient of the map.
  func backward(_ worker: Worker, _ chunk: Chunk, gradient: Field) throws {
    for picture in chunk.pictures { addLoss(picture) }
    let gradients = matrix(logitGradient, chunk.pictures, classes, stride: classes)
    let inputs = matrix(pooled, chunk.pictures, features, stride: channels)
    try weights.gradient(worker, classes, features).set(
      gradients.transposed, times: inputs, adds: true)
    gradients.addColumnSums(to: bias.gradient(worker))
    try matrix(pooledGradient, chunk.pictures, features, stride: channels).set(
      gradients, times: weights.matrix(classes, features))
    let share = 1 / Float(positions)
    for picture in chunk.pictures {
      let row = pooledGradient.floats + picture * channels
      for channel in 0..<channels { row[channel] *= share }
      sk_scale_gradient(
        batch.variant, Int32(channels / batch.variant.lanes), positions, nil, row, nil, nil, 0,
        gradient.pointer(picture, worker, chunk))
    }
  }

  /// Cross-entropy with a smoothed target t: log Σ exp(z) − Σ t z, whose gradient is softmax(z) − t.
  private func addLoss(_ picture: Int) {
    let values = logits.floats + picture * classes
    let gradients = logitGradient.floats + picture * classes
    let label = batch.labels[picture]
    var best = 0
    var total = 0.0
    for index in 0..<classes {
      if values[index] > values[best] { best = index }
      total += Double(values[index])
    }
    let largest = values[best]
    var sum = 0.0
    for index in 0..<classes {
      gradients[index] = exp(values[index] - largest)
      sum += Double(gradients[index])
    }
    let spread = batch.labelSmoothing / Double(classes)
    let factor = Float(1 / sum)
    for index in 0..<classes { gradients[index] = gradients[index] * factor - Float(spread) }
    gradients[label] -= Float(1 - batch.labelSmoothing)
    lossValues[picture] =
      log(sum) + Double(largest) - (1 - batch.labelSmoothing) * Double(values[label])
      - spread * total
    pictureHits.raw.assumingMemoryBound(to: Int.self)[picture] = best == label ? 1 : 0
  }

  private func matrix(
    _ buffer: Buffer, _ pictures: Range<Int>, _ columns: Int, stride: Int
  ) -> Matrix {
    Matrix(
      buffer.floats + pictures.lowerBound * stride, rows: pictures.count, columns: columns,
      stride: stride)
  }
}

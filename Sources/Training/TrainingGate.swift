import Engine
import Kernels
import Memory
import Networks

/// A unit's attention over its branches, both ways (equations 2 to 6, or a sigmoid in the last one's place).
///
/// The branches' normalized outputs are never stored: their sums and the select are made from what the
/// convolutions put out.
final class TrainingGate {
  private let width: Int, channels: Int, hidden: Int, paddedHidden: Int
  /// Logits of a branch: one a channel, or one that all channels share.
  private let logitCount: Int
  private let isSigmoid: Bool
  private let branches: [BatchNorm]
  /// The norm of equation 4.
  let fuseNorm: BatchNorm
  private let positions: Int
  private let batch: BatchRun
  private let fuse: PlainWeights, select: [PlainWeights], selectBias: [PlainWeights]
  /// A row a picture: mean of the branches' sum, then equation 4 before and after its norm.
  private let pooled: Buffer, fused: Buffer, compact: Buffer
  /// `[N, M, channels]`: attention and the gradient of its logits.
  private let attention: Buffer, logitGradients: Buffer
  /// `[N, M, 4, channels]` of doubles: the sums of `sk_norm_sums`.
  private let sums: Buffer
  /// A row a picture: gradients of `compact` and then `fused`, and of a branch's output by way of the
  /// pool.
  private let hiddenGradient: Buffer, pooledGradient: Buffer

  init(
    _ gate: NetworkParts.Gate, branches: [BatchNorm], fuseNorm: BatchNorm,
    weights: (String) -> PlainWeights, batch: BatchRun
  ) throws(MemoryError) {
    width = gate.fuse.inputs
    logitCount = gate.logitCount
    isSigmoid = gate.isSigmoid
    channels = branches[0].channels
    hidden = gate.fuse.outputs
    paddedHidden = fuseNorm.channels
    positions = branches[0].positions
    self.branches = branches
    self.fuseNorm = fuseNorm
    self.batch = batch
    fuse = weights(gate.fuse.weights)
    select = gate.select.map { weights($0.weights) }
    selectBias = gate.select.compactMap { $0.bias.map(weights) }
    let count = batch.capacity
    func rows(_ size: Int) throws(MemoryError) -> Buffer {
      try Buffer(bytes: 4 * count * size)
    }
    pooled = try rows(channels)
    pooledGradient = try rows(channels)
    fused = try rows(paddedHidden)
    compact = try rows(paddedHidden)
    hiddenGradient = try rows(paddedHidden)
    attention = try rows(branches.count * channels)
    logitGradients = try rows(branches.count * channels)
    sums = try Buffer(bytes: 8 * count * branches.count * 4 * channels)
  }

  // MARK: Forwards

  /// Means of the branches' sum over positions, and the product of equation 4.
  func pool(_ worker: Worker, _ chunk: Chunk, inputs: [Field]) throws {
    for picture in chunk.pictures {
      let row = pooled.floats + picture * channels
      row.update(repeating: 0, count: channels)
      for (norm, input) in zip(branches, inputs) {
        norm.normalize(
          worker, rectifies: true, input.pointer(picture, worker, chunk), to: nil, sums: row)
      }
      let share = 1 / Float(positions)
      for channel in 0..<channels { row[channel] *= share }
    }
    try matrix(fused, chunk.pictures, hidden).set(
      matrix(pooled, chunk.pictures, width), times: fuse.matrix(hidden, width).transposed)
    if batch.isTraining {
      for picture in chunk.pictures {
        fuseNorm.addMoments(worker, fused.floats + picture * paddedHidden)
      }
    }
  }

  /// The attention, and the branches weighed by it.
  func attend(_ worker: Worker, _ chunk: Chunk, inputs: [Field], output: Field) throws {
    for picture in chunk.pictures {
      let start = picture * paddedHidden
      fuseNorm.normalize(
        worker, rectifies: true, fused.floats + start, to: compact.floats + start)
    }
    for m in select.indices {
      let logits = weighed(attention, chunk.pictures, m)
      if !selectBias.isEmpty { logits.fill(selectBias[m].values) }
      try logits.set(
        matrix(compact, chunk.pictures, hidden),
        times: select[m].matrix(logitCount, hidden).transposed, adds: !selectBias.isEmpty)
    }
    let norms = branches.map { $0.norm(worker) }
    let blocks = branches[0].blocks
    for picture in chunk.pictures {
      let weights = attention.floats + picture * select.count * channels
      if logitCount < width {
        for m in select.indices {
          let row = weights + m * channels
          row.update(repeating: row[0], count: width)
        }
      }
      if isSigmoid {
        sk_sigmoid(batch.variant, blocks * Int32(select.count), weights)
      } else {
        sk_softmax(batch.variant, blocks, Int32(select.count), weights)
      }
      let maps = inputs.map { UnsafeRawPointer?($0.pointer(picture, worker, chunk)) }
      sk_normalize_select(
        batch.variant, blocks, positions, Int32(maps.count), norms, maps, weights,
        output.pointer(picture, worker, chunk))
    }
  }

  // MARK: Backwards

  /// From the gradient of the selected map to that of equation 4 after its norm.
  func selectGradient(_ worker: Worker, _ chunk: Chunk, inputs: [Field], gradient: Field) throws {
    for picture in chunk.pictures {
      for (m, norm) in branches.enumerated() {
        var values = norm.norm(worker)
        let row = pictureSums(picture, m)
        row.update(repeating: 0, count: 4 * channels)
        var sums = sk_norm_sums(
          gradient: row, product: row + channels, positive: row + 2 * channels,
          deviation: row + 3 * channels)
        sk_norm_gradient_sums(
          batch.variant, norm.blocks, positions, &values, 1,
          inputs[m].pointer(picture, worker, chunk), gradient.pointer(picture, worker, chunk), nil,
          nil, &sums)
      }
      logitGradient(worker, picture)
    }
    let gradients = matrix(hiddenGradient, chunk.pictures, hidden)
    let inputs = matrix(compact, chunk.pictures, hidden)
    for m in select.indices {
      let logits = weighed(logitGradients, chunk.pictures, m)
      try gradients.set(logits, times: select[m].matrix(logitCount, hidden), adds: m > 0)
      try select[m].gradient(worker, logitCount, hidden).set(
        logits.transposed, times: inputs, adds: true)
      if !selectBias.isEmpty { logits.addColumnSums(to: selectBias[m].gradient(worker)) }
    }
    for picture in chunk.pictures {
      let start = picture * paddedHidden
      fuseNorm.addGradientSums(
        worker, rectifies: true, input: fused.floats + start,
        gradient: hiddenGradient.floats + start)
    }
  }

  /// ∂L/∂logit = a · (∂L/∂a − Σ a ∂L/∂a) of a softmax, a · (1 − a) · ∂L/∂a of a sigmoid, with
  /// ∂L/∂a = Σ over positions of gradient × branch.
  private func logitGradient(_ worker: Worker, _ picture: Int) {
    withUnsafeTemporaryAllocation(of: Double.self, capacity: width) { means in
      means.update(repeating: 0)
      for m in branches.indices {
        let norm = branches[m].norm(worker)
        guard let scale = norm.scale, let shift = norm.shift, let mean = norm.mean else { return }
        let row = pictureSums(picture, m)
        let (weights, gradients) = attentionRows(picture, m)
        for channel in 0..<width {
          let factor = Double(scale[channel])
          let gradient =
            factor * row[channels + channel]
            + (Double(shift[channel]) + factor * Double(mean[channel])) * row[channel]
          gradients[channel] = Float(gradient)
          means[channel] += Double(weights[channel]) * gradient
        }
      }
      for m in branches.indices {
        let (weights, gradients) = attentionRows(picture, m)
        for channel in 0..<width {
          let weight = Double(weights[channel])
          let gradient = Double(gradients[channel])
          gradients[channel] = Float(
            isSigmoid ? weight * (1 - weight) * gradient : weight * (gradient - means[channel]))
        }
        if logitCount < width { gradients[0] = (0..<width).reduce(0) { $0 + gradients[$1] } }
      }
    }
  }

  /// A branch's attention of a picture, and the gradient of its logits.
  private func attentionRows(
    _ picture: Int, _ m: Int
  ) -> (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) {
    let start = (picture * branches.count + m) * channels
    return (attention.floats + start, logitGradients.floats + start)
  }

  /// From equation 4 to the branches' sums; once the workers have met and `fuseNorm` has its factors.
  func poolGradient(_ worker: Worker) throws {
    let pictures = worker.pictures
    guard !pictures.isEmpty else { return }
    for picture in pictures {
      let start = picture * paddedHidden
      let gradient = hiddenGradient.floats + start
      fuseNorm.inputGradient(
        worker, rectifies: true, input: fused.floats + start, gradient: gradient, to: gradient)
    }
    let gradients = matrix(hiddenGradient, pictures, hidden)
    try fuse.gradient(worker, hidden, width).set(
      gradients.transposed, times: matrix(pooled, pictures, width), adds: true)
    try matrix(pooledGradient, pictures, width).set(gradients, times: fuse.matrix(hidden, width))
    let share = 1 / Float(positions)
    for picture in pictures {
      let spread = pooledGradient.floats + picture * channels
      for channel in 0..<width { spread[channel] *= share }
      for m in branches.indices {
        branches[m].addGradientSums(
          worker, of: pictureSums(picture, m), weights: attentionRows(picture, m).0,
          spreads: spread, count: width)
      }
    }
  }

  /// The gradient of a branch's convolution: what it gets as one of the selected, and by way of the pool.
  func branchGradient(
    _ worker: Worker, _ chunk: Chunk, branch m: Int, input: Field, gradient: Field, output: Field
  ) {
    let norm = branches[m]
    let scale = norm.norm(worker).scale
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * channels) { row in
      guard let factor = row.baseAddress, let scale else { return }
      let addend = factor + channels
      for picture in chunk.pictures {
        let weights = attention.floats + (picture * select.count + m) * channels
        let spread = pooledGradient.floats + picture * channels
        for channel in 0..<channels {
          factor[channel] = weights[channel] * scale[channel]
          addend[channel] = spread[channel] * scale[channel]
        }
        norm.inputGradient(
          worker, rectifies: true, input: input.pointer(picture, worker, chunk),
          gradient: gradient.pointer(picture, worker, chunk),
          to: output.floats(picture, worker, chunk),
          scaled: (UnsafePointer(factor), UnsafePointer(addend)))
      }
    }
  }

  // MARK: Places

  private func pictureSums(_ picture: Int, _ m: Int) -> UnsafeMutablePointer<Double> {
    sums.raw.assumingMemoryBound(to: Double.self)
      + (picture * branches.count + m) * 4 * channels
  }

  /// Rows of some pictures; a row is as long as the columns filled up to whole blocks.
  private func matrix(_ buffer: Buffer, _ pictures: Range<Int>, _ columns: Int) -> Matrix {
    let stride = batch.variant.padded(columns)
    return Matrix(
      buffer.floats + pictures.lowerBound * stride, rows: pictures.count, columns: columns,
      stride: stride)
  }

  /// Branch m's rows of `[N, M, channels]`.
  private func weighed(_ buffer: Buffer, _ pictures: Range<Int>, _ m: Int) -> Matrix {
    Matrix(
      buffer.floats + (pictures.lowerBound * select.count + m) * channels, rows: pictures.count,
      columns: logitCount, stride: select.count * channels)
  }
}

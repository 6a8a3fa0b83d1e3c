import Engine
import Kernels
import Networks

/// Attention over the branches at every position, where fuse and select are convolutions.
struct PositionGate {
  let batch: BatchRun
  let isSigmoid: Bool
  /// The branches' rectified maps, and their gradients.
  let maps: [Field], gradients: [Field]
  /// The maps' sum, and what fuse makes of it, before and after its norm.
  let sum: Field, compact: Field
  let fuse: Convolved
  /// Gradient of `compact`.
  let compactGradient: Field
  let select: [any Convolution], selectBias: [PlainWeights]
  let logits: [Field]

  /// Adds a branch's bias to its logits.
  func addBias(_ worker: Worker, _ chunk: Chunk, branch m: Int) {
    let (field, bias) = (logits[m], selectBias[m])
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 2 * field.channels) { rows in
      guard let scale = rows.baseAddress else { return }
      let shift = scale + field.channels
      scale.update(repeating: 1, count: field.channels)
      shift.update(repeating: 0, count: field.channels)
      shift.update(from: bias.values, count: bias.count)
      var norm = sk_norm(scale: scale, shift: shift, mean: nil)
      for picture in chunk.pictures {
        let map = field.pointer(picture, worker, chunk)
        sk_normalize(
          batch.variant, blocks(field), field.positions, &norm, 0, map, nil, map, nil)
      }
    }
  }

  /// Joins the maps.
  func run(_ worker: Worker, _ chunk: Chunk, output: Field) {
    withUnsafeTemporaryAllocation(
      of: Float.self, capacity: maps.count * output.channels
    ) { sums in
      for picture in chunk.pictures {
        sk_select_positions(
          batch.variant, blocks(output), output.positions, Int32(maps.count), isSigmoid ? 1 : 0,
          logits.map { UnsafeRawPointer($0.pointer(picture, worker, chunk)) },
          maps.map { UnsafeRawPointer($0.pointer(picture, worker, chunk)) },
          output.pointer(picture, worker, chunk), sums.baseAddress)
      }
    }
  }

  /// The gradients of logits and maps.
  func backward(
    _ worker: Worker, _ chunk: Chunk, gradient: Field, logitGradients: [Field]
  ) {
    func readable(_ fields: [Field], _ picture: Int) -> [UnsafeRawPointer?] {
      fields.map { UnsafeRawPointer($0.pointer(picture, worker, chunk)) }
    }
    for picture in chunk.pictures {
      sk_select_positions_gradient(
        batch.variant, blocks(gradient), gradient.positions, Int32(maps.count),
        isSigmoid ? 1 : 0, readable(logits, picture), readable(maps, picture),
        gradient.pointer(picture, worker, chunk),
        logitGradients.map { $0.floats(picture, worker, chunk) },
        gradients.map { $0.pointer(picture, worker, chunk) })
    }
  }

  /// Adds a branch's gradient of the bias to the worker's.
  func addBiasGradient(_ worker: Worker, _ chunk: Chunk, branch m: Int, gradient: Field) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: gradient.channels) { sums in
      guard let base = sums.baseAddress else { return }
      sums.update(repeating: 0)
      for picture in chunk.pictures {
        sk_sum_positions(
          batch.variant.floats, blocks(gradient), gradient.positions,
          gradient.pointer(picture, worker, chunk), base)
      }
      sk_add(batch.variant, selectBias[m].count, base, selectBias[m].gradient(worker))
    }
  }

  /// Adds the gradient by way of the sum to those of the maps.
  func addSumGradient(_ worker: Worker, _ chunk: Chunk, _ gradient: Field) {
    for map in gradients {
      for picture in chunk.pictures {
        sk_scale_gradient(
          batch.variant, blocks(map), map.positions, nil, nil,
          gradient.pointer(picture, worker, chunk), nil, 1, map.pointer(picture, worker, chunk))
      }
    }
  }

  private func blocks(_ field: Field) -> Int32 { Int32(field.channels / batch.variant.lanes) }
}

extension TrainingCompiler {
  mutating func addPositionGate(
    _ parts: NetworkParts.Gate, _ branches: Branches, to selected: Field
  ) throws -> PositionGate {
    let (width, hidden) = (parts.fuse.inputs, parts.fuse.outputs)
    let maps = branches.outputs.map { newField(width, $0.extent) }
    for m in maps.indices { addNormalize(branches.norms[m], branches.outputs[m], to: maps[m]) }
    let sum = newField(width, selected.extent)
    addSum(branches, to: sum)
    let fuse = try addDense(parts.fuse, from: sum)
    forward.meet()
    addFinish([fuse.norm])
    let compact = newField(hidden, selected.extent)
    addNormalize(fuse.norm, fuse.output, to: compact)
    let logits = maps.map { newField(width, $0.extent) }
    let select = try parts.select.map { layer in
      // As fuse, but for its weights and the other way.
      var convolution = parts.fuse
      convolution.weights = layer.weights
      (convolution.inputs, convolution.outputs) = (hidden, width)
      return try makeDense(convolution, from: compact.extent, to: compact.extent)
    }
    let gate = PositionGate(
      batch: batch, isSigmoid: parts.isSigmoid, maps: maps,
      gradients: maps.map { newField(width, $0.extent) }, sum: sum, compact: compact,
      fuse: fuse, compactGradient: newField(hidden, compact.extent), select: select,
      selectBias: parts.select.compactMap { $0.bias.map { addPlainWeights($0) } }, logits: logits)
    for m in maps.indices {
      addForward(select[m], compact, [logits[m]])
      guard !gate.selectBias.isEmpty else { continue }
      forward.add(.gate, positions: selected.positions) { worker, chunk in
        gate.addBias(worker, chunk, branch: m)
      }
    }
    forward.add(.gate, positions: selected.positions) { worker, chunk in
      gate.run(worker, chunk, output: selected)
    }
    return gate
  }

  /// From the selected map's gradient to the branches' norms' sums.
  func addSelectGradient(
    _ gate: PositionGate, _ branches: Branches, _ gradient: Field, _ back: inout Sequence
  ) {
    let logitGradients = gate.logits.map { newRoom($0, in: &back) }
    back.add(.gate, positions: gradient.positions) { worker, chunk in
      gate.backward(worker, chunk, gradient: gradient, logitGradients: logitGradients)
    }
    for (m, room) in logitGradients.enumerated() {
      addWeightGradient(gate.select[m], gate.compact, [room], &back)
      addInputGradient(gate.select[m], [room], to: gate.compactGradient, adds: m > 0, &back)
      guard !gate.selectBias.isEmpty else { continue }
      back.add(.gate, positions: gradient.positions) { worker, chunk in
        gate.addBiasGradient(worker, chunk, branch: m, gradient: room)
      }
    }
    addGradientSums(gate.fuse.norm, gate.fuse.output, gate.compactGradient, to: &back)
    back.meet()
    addFinishGradient([gate.fuse.norm], to: &back)
    let sumGradient = newRoom(gate.sum.channels, gate.sum.extent, in: &back)
    addGradient(
      gate.fuse, of: gate.compactGradient, rectifies: true, input: gate.sum, to: sumGradient,
      adds: false, &back)
    back.add(.gate, positions: gradient.positions) { worker, chunk in
      gate.addSumGradient(worker, chunk, sumGradient)
    }
    for (m, norm) in branches.norms.enumerated() {
      addGradientSums(norm, branches.outputs[m], gate.gradients[m], to: &back)
    }
  }
}

import Networks

/// Whether two networks do the same, whatever their tensors and nodes are called.
extension Lowered {
  /// The steps without names, values numbered as they appear; probes left out.
  var erased: [LoweredStep] {
    var numbers: [Int: Int] = [:]
    func place(_ place: Place) -> Place {
      let number = numbers[place.value] ?? numbers.count
      numbers[place.value] = number
      return Place(value: number, offset: place.offset)
    }
    return steps.compactMap { step in
      if case .probe = step { nil } else { step.erased(place) }
    }
  }
}

extension LoweredStep {
  fileprivate func erased(_ place: (Place) -> Place) -> LoweredStep {
    switch self {
    case .dense(let convolution, let from, let to, let isPicture):
      .dense(convolution.erased, from: place(from), to: place(to), isPicture: isPicture)
    case .grouped(let convolutions, let from, let to, let sums):
      .grouped(convolutions.map(\.erased), from: place(from), to: to.map(place), sums: sums)
    case .maxPool(let channels, let from, let input, let to, let output, let padding):
      .maxPool(
        channels: channels, from: place(from), input: input, to: place(to), output: output,
        padding: padding)
    case .averagePool(let channels, let from, let input, let to, let side):
      .averagePool(
        channels: channels, from: place(from), input: input, to: place(to), side: side)
    case .pool(let pool, let channels, let from, let input, let to, let output):
      .pool(
        pool, channels: channels, from: place(from), input: input, to: place(to), output: output)
    case .sum(let channels, let positions, let from):
      .sum(channels: channels, positions: positions, from: place(from))
    case .gate(let gate, let index): .gate(gate.erased, index: index)
    case .select(let from, let channels, let positions, let gate, let to):
      .select(
        from: from.map(place), channels: channels, positions: positions, gate: gate, to: place(to))
    case .selectPositions(let selection, let from, let logits, let to):
      .selectPositions(
        selection, from: from.map(place), logits: logits.map(place), to: place(to))
    case .excite(let gate, let channels, let positions, let from, let to):
      .excite(
        gate: gate, channels: channels, positions: positions, from: place(from), to: place(to))
    case .shuffle(let half, let positions, let left, let right, let to):
      .shuffle(
        half: half, positions: positions, left: place(left), right: place(right), to: to.map(place))
    case .gather(let from, let positions, let to):
      .gather(from: from.map(place), positions: positions, to: place(to))
    case .normalize(let norm, let extent, let from, let to):
      .normalize(norm.erased, extent: extent, from: place(from), to: place(to))
    case .activate(let function, let channels, let extent, let from, let to):
      .activate(function, channels: channels, extent: extent, from: place(from), to: place(to))
    case .block(let channels, let positions, let from, let to):
      .block(channels: channels, positions: positions, from: place(from), to: place(to))
    case .unblock(let channels, let positions, let from, let to):
      .unblock(channels: channels, positions: positions, from: place(from), to: place(to))
    case .plain(let node, let from, let to):
      .plain(node: node, from: from.map { $0.map(place) }, to: place(to))
    case .probe: self
    case .classify(let linear, let positions, let from, let gate):
      .classify(linear.erased, positions: positions, from: place(from), gate: gate)
    case .answer(let count, let from): .answer(count: count, from: place(from))
    case .record(let index, let count, let from):
      .record(index, count: count, from: place(from))
    }
  }
}

extension LoweredConvolution {
  fileprivate var erased: LoweredConvolution {
    var result = self
    result.norm = nil
    result.operation.weights = ""
    result.operation.bias = nil
    // What lies behind the last window says nothing: the output's size does.
    result.operation.window.after = result.window.before
    return result
  }
}

extension LoweredNorm {
  fileprivate var erased: LoweredNorm {
    var result = self
    result.tensors = .init(scale: "", shift: "", mean: "", variance: "", epsilon: 0)
    return result
  }
}

extension LoweredLinear {
  fileprivate var erased: LoweredLinear {
    LoweredLinear(weights: "", inputs: inputs, outputs: outputs)
  }
}

extension LoweredGate {
  fileprivate var erased: LoweredGate {
    var result = self
    result.fuse = fuse.erased
    result.layers = []
    result.logits = logits.map { $0.map { _ in LogitRow(layer: 0, row: 0) } }
    return result
  }
}

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
    switch mapped(place) {
    case .dense(let convolution, let from, let to, let isPicture):
      .dense(convolution.erased, from: from, to: to, isPicture: isPicture)
    case .grouped(let convolutions, let from, let to, let sums):
      .grouped(convolutions.map(\.erased), from: from, to: to, sums: sums)
    case .gate(let gate, let index): .gate(gate.erased, index: index)
    case .normalize(let norm, let extent, let from, let to):
      .normalize(norm.erased, extent: extent, from: from, to: to)
    case .classify(let linear, let positions, let from, let gate):
      .classify(linear.erased, positions: positions, from: from, gate: gate)
    case let other: other
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

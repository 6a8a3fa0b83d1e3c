import Networks

/// A shortcut that is a 1×1 convolution with its norm.
struct Shortcut {
  var layer: Convolved
  /// What the convolution sees: the unit's input, or its means over windows.
  var source: Field
  /// What makes these.
  var pool: AveragePool?
}

extension TrainingCompiler {
  /// A unit's shortcut.
  mutating func addShortcut(
    _ shortcut: NetworkParts.Shortcut, from input: Field
  ) throws -> Shortcut {
    var source = input
    var pool: AveragePool?
    if let side = shortcut.pool {
      let average = AveragePool(side: side, variant: variant)
      let means = newField(shortcut.layer.inputs, convolved(input.extent, stride: side))
      forward.add(.head, positions: input.positions) { worker, chunk in
        average.forward(worker, chunk, input: input, output: means)
      }
      (source, pool) = (means, average)
    }
    return Shortcut(layer: try addDense(shortcut.layer, from: source), source: source, pool: pool)
  }

  /// The gradient of a shortcut, of its weights and of the unit's input.
  func addGradient(
    _ shortcut: Shortcut, of gradient: Field, to target: Field, adds: Bool, _ back: inout Sequence
  ) {
    guard let pool = shortcut.pool else {
      return addGradient(
        shortcut.layer, of: gradient, rectifies: false, input: shortcut.source, to: target,
        adds: adds, &back)
    }
    // In the variant's format, which the pool's gradient reads.
    let room = newRoom(shortcut.source.channels, shortcut.source.extent, in: &back)
    addGradient(
      shortcut.layer, of: gradient, rectifies: false, input: shortcut.source, to: room,
      adds: false, &back)
    back.add(.head, positions: target.positions) { worker, chunk in
      pool.backward(
        worker, chunk, outputGradient: room, inputGradient: target, adds: adds)
    }
  }
}

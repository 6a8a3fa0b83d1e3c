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
  /// A unit's shortcut; nil where it is the identity.
  mutating func addShortcut(_ unit: Unit, from input: Field) throws -> Shortcut? {
    guard unit.hasProjection else { return nil }
    var source = input
    var pool: AveragePool?
    if unit.poolsShortcut {
      let average = AveragePool(side: unit.stride, variant: variant)
      let means = newField(unit.input, convolved(input.extent, stride: unit.stride))
      forward.add(.head, positions: input.positions) { worker, chunk in
        average.forward(worker, chunk, input: input, output: means)
      }
      (source, pool) = (means, average)
    }
    let layer = try addDense(
      unit.prefix + "shortcut", unit.input, unit.output, from: source,
      stride: unit.poolsShortcut ? 1 : unit.stride)
    return Shortcut(layer: layer, source: source, pool: pool)
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

import Networks

/// How a unit's branches are joined.
enum Selection {
  /// Added up, or there is but one.
  case sum
  /// Weighed by attention to the map as a whole.
  case attention(TrainingGate)
  /// Weighed at every position; the gradients of the branches' rectified maps.
  case positions(PositionGate)
}

extension TrainingCompiler {
  /// Joins the branches, with the meetings that the gate's norm needs.
  mutating func addSelect(
    _ join: NetworkParts.Join, _ branches: Branches, to selected: Field
  ) throws -> Selection {
    guard case .gate(let parts) = join else {
      if branches.rectifies {
        addSum(branches, to: selected)
      } else {
        addNormalize(branches.norms[0], branches.outputs[0], rectifies: false, to: selected)
      }
      return .sum
    }
    if parts.isAtPositions {
      return .positions(try addPositionGate(parts, branches, to: selected))
    }
    let hidden = batch.variant.padded(parts.fuse.outputs)
    let fuseNorm = try addNorm(
      parts.fuse.norm, hidden, positions: 1, variant: batch.variant.floats)
    let gate = try TrainingGate(
      parts, branches: branches.norms, fuseNorm: fuseNorm, weights: { addPlainWeights($0) },
      batch: batch)
    forward.add(.gate, positions: selected.positions) { worker, chunk in
      try gate.pool(worker, chunk, inputs: branches.outputs)
    }
    forward.meet()
    addFinish([fuseNorm])
    forward.add(.gate, positions: selected.positions) { worker, chunk in
      try gate.attend(worker, chunk, inputs: branches.outputs, output: selected)
    }
    return .attention(gate)
  }

  /// The sum of the branches' rectified maps.
  mutating func addSum(_ branches: Branches, to sum: Field) {
    let variant = batch.variant
    forward.add(.normForward, positions: sum.positions) { worker, chunk in
      branches.select(worker, chunk, to: sum, variant: variant)
    }
  }

  /// From the selected map's gradient to the branches' norms' factors, and those of `others`, whose sums
  /// are there.
  func addSelectGradient(
    _ selection: Selection, _ branches: Branches, _ gradient: Field, others: [BatchNorm] = [],
    _ back: inout Sequence
  ) {
    switch selection {
    case .sum:
      for (norm, output) in zip(branches.norms, branches.outputs) {
        addGradientSums(norm, output, gradient, rectifies: branches.rectifies, to: &back)
      }
    case .attention(let gate):
      back.add(.gate, positions: gradient.positions) { worker, chunk in
        try gate.selectGradient(worker, chunk, inputs: branches.outputs, gradient: gradient)
      }
      back.meet()
      addFinishGradient([gate.fuseNorm], to: &back)
      back.open(.gate) { worker in try gate.poolGradient(worker) }
    case .positions(let gate):
      addSelectGradient(gate, branches, gradient, &back)
    }
    back.meet()
    addFinishGradient(branches.norms + others, to: &back)
  }

  /// The gradient of what a branch's convolution puts out.
  func addBranchGradient(
    _ selection: Selection, _ branches: Branches, _ m: Int, _ gradient: Field,
    _ back: inout Sequence
  ) -> Field {
    let (norm, output) = (branches.norms[m], branches.outputs[m])
    let room = newRoom(output, in: &back)
    switch selection {
    case .sum:
      addNormGradient(norm, output, gradient, rectifies: branches.rectifies, to: room, &back)
    case .attention(let gate):
      back.add(.normBackward, positions: output.positions) { worker, chunk in
        gate.branchGradient(
          worker, chunk, branch: m, input: output, gradient: gradient, output: room)
      }
    case .positions(let gate):
      addNormGradient(norm, output, gate.gradients[m], rectifies: true, to: room, &back)
    }
    return room
  }
}

import Kernels

/// What a run does on vectors of channels rather than on maps: gates and the classifier.
extension Runner {
  func run(_ gate: Gate, index: Int) {
    let variant = plan.variant
    takeMeans(gate.width, positions: gate.positions)
    let hidden = hidden[index]
    sk_multiply(
      variant, Int32(gate.hidden), Int32(gate.width), gate.fuse.floats, means.floats,
      gate.fuseBias.floats, 1, hidden.floats)
    let attention = attentions[index].floats
    let blocks = Int32(gate.paddedWidth / variant.lanes)
    for m in 0..<gate.branches {
      sk_multiply_columns(
        variant, blocks, Int32(gate.hidden), gate.select[m].floats, hidden.floats,
        gate.selectBias[m]?.floats, attention + m * gate.paddedWidth)
    }
    if gate.isSigmoid {
      sk_sigmoid(variant, blocks * Int32(gate.branches), attention)
    } else {
      sk_softmax(variant, blocks, Int32(gate.branches), attention)
    }
    swapIfAsked(index, branches: gate.branches, padded: gate.paddedWidth)
  }

  /// Fills the replacement with the attention's branches in reverse, if that is what was asked for.
  private func swapIfAsked(_ index: Int, branches: Int, padded: Int) {
    guard isSwapped[index] else { return }
    let attention = attentions[index].floats
    for m in 0..<branches {
      (replacements[index].floats + m * padded).update(
        from: attention + (branches - 1 - m) * padded, count: padded)
    }
  }

  /// Joins the branches by attention at every position, whose mean is recorded, or by what replaces it.
  func run(
    _ selection: LoweredSelection, _ logits: [UnsafeRawPointer?], _ inputs: [UnsafeRawPointer?],
    _ destination: UnsafeMutableRawPointer
  ) {
    let variant = plan.variant
    let index = selection.gate
    let blocks = Int32(selection.channels / variant.lanes)
    let attention = attentions[index]
    sk_select_positions(
      variant, blocks, selection.positions, Int32(selection.branches), selection.isSigmoid ? 1 : 0,
      logits, isSwapped[index] ? inputs.reversed() : inputs, destination, attention.floats)
    for index in 0..<attention.count { attention.floats[index] /= Float(selection.positions) }
    swapIfAsked(index, branches: selection.branches, padded: selection.channels)
    if weightsInUse[index] != attention.floats, !isSwapped[index] {
      sk_select(
        variant, blocks, selection.positions, Int32(selection.branches), inputs,
        weightsInUse[index], destination)
    }
  }

  func run(_ classifier: Classifier, from: UnsafeMutableRawPointer, gate: Int?) {
    let variant = plan.variant
    sk_sum_positions(
      variant, Int32(classifier.paddedChannels / plan.variant.lanes), classifier.positions,
      from, sums.floats)
    takeMeans(classifier.channels, positions: classifier.positions)
    if let gate {
      let scale = weightsInUse[gate]
      for channel in 0..<classifier.channels { means.floats[channel] *= scale[channel] }
    }
    sk_multiply(
      variant, Int32(classifier.classes), Int32(classifier.channels), classifier.weights.floats,
      means.floats, classifier.bias.floats, 0, output.floats)
  }

  /// Means from the sums, which are 0 afterwards.
  func takeMeans(_ channels: Int, positions: Int) {
    for channel in 0..<channels {
      means.floats[channel] = sums.floats[channel] / Float(positions)
    }
    sums.floats.update(repeating: 0, count: sums.count)
  }
}

import Kernels

/// What a run does on vectors of channels rather than on maps: gates, excitation, the classifier.
extension Runner {
  func run(_ gate: Gate, unit: Int) {
    let variant = plan.variant
    takeMeans(gate.width, positions: gate.positions)
    sk_multiply(
      variant, Int32(gate.hidden), Int32(gate.width), gate.fuse.floats, means.floats,
      gate.fuseBias.floats, 1, hidden.floats)
    let attention = attentions[unit].floats
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
    swapIfAsked(unit, branches: gate.branches, padded: gate.paddedWidth)
  }

  /// Fills the replacement with the attention's branches in reverse, if that is what was asked for.
  private func swapIfAsked(_ unit: Int, branches: Int, padded: Int) {
    let attention = attentions[unit].floats
    if case .swapped = interventions[unit] {
      for m in 0..<branches {
        (replacements[unit].floats + m * padded).update(
          from: attention + (branches - 1 - m) * padded, count: padded)
      }
    }
  }

  /// Joins the branches by attention at every position, whose mean is recorded, or by what replaces it.
  func run(
    _ selection: Selection, unit: Int, _ logits: [UnsafeRawPointer?],
    _ inputs: [UnsafeRawPointer?], _ destination: UnsafeMutableRawPointer
  ) {
    let variant = plan.variant
    let blocks = Int32(selection.channels / variant.lanes)
    let attention = attentions[unit]
    let isSwapped = interventions[unit] == .swapped
    sk_select_positions(
      variant, blocks, selection.positions, Int32(selection.branches), selection.isSigmoid ? 1 : 0,
      logits, isSwapped ? inputs.reversed() : inputs, destination, attention.floats)
    for index in 0..<attention.count { attention.floats[index] /= Float(selection.positions) }
    swapIfAsked(unit, branches: selection.branches, padded: selection.channels)
    if interventions[unit] != nil, !isSwapped {
      sk_select(
        variant, blocks, selection.positions, Int32(selection.branches), inputs,
        weightsInUse[unit], destination)
    }
  }

  func run(
    _ excitation: Excitation, from: UnsafeMutableRawPointer, to: UnsafeMutableRawPointer
  ) {
    let variant = plan.variant
    let blocks = Int32(excitation.paddedChannels / plan.variant.lanes)
    sk_sum_positions(variant, blocks, excitation.positions, from, sums.floats)
    takeMeans(excitation.channels, positions: excitation.positions)
    takeScale(excitation)
    sk_scale_add_relu(variant, blocks, excitation.positions, scale.floats, from, to)
  }

  /// The excitation's factors from the means.
  func takeScale(_ excitation: Excitation) {
    let variant = plan.variant
    sk_multiply(
      variant, Int32(excitation.hidden), Int32(excitation.channels), excitation.squeeze.floats,
      means.floats, excitation.squeezeBias.floats, 1, hidden.floats)
    sk_multiply_columns(
      variant, Int32(excitation.paddedChannels / variant.lanes), Int32(excitation.hidden),
      excitation.excite.floats, hidden.floats, excitation.exciteBias.floats, scale.floats)
    sk_sigmoid(variant, Int32(excitation.paddedChannels / variant.lanes), scale.floats)
  }

  func run(_ classifier: Classifier, from: UnsafeMutableRawPointer) {
    let variant = plan.variant
    sk_sum_positions(
      variant, Int32(classifier.paddedChannels / plan.variant.lanes), classifier.positions,
      from, sums.floats)
    takeMeans(classifier.channels, positions: classifier.positions)
    if let excitation = classifier.excitation {
      takeScale(excitation)
      for channel in 0..<classifier.channels { means.floats[channel] *= scale.floats[channel] }
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

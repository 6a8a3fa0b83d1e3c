import Kernels

extension Lowered {
  /// The same network with a copy wherever a step would write over a value: gradients need what was there.
  func keepingValues(_ variant: sk_variant) -> Lowered {
    var result = self
    result.keepsValues = true
    result.steps = []
    result.layerOfStep = []
    var newest = Array(values.indices)
    for (step, layer) in zip(steps, layerOfStep) {
      func add(_ step: LoweredStep) {
        result.steps.append(
          step.mapped { Place(value: newest[$0.value], offset: $0.offset) })
        result.layerOfStep.append(layer)
      }
      if let (value, positions) = step.overwritten {
        let copy = result.values.count
        result.values.append(values[value])
        let channels = (0..<values[value].count / positions).map { channel in
          let lane = channel % variant.lanes
          return Place(
            value: newest[value], offset: (channel - lane) * positions + lane)
        }
        result.steps.append(
          .gather(from: channels, positions: positions, to: Place(value: copy)))
        result.layerOfStep.append(layer)
        newest[value] = copy
      }
      add(step)
    }
    return result
  }
}

extension LoweredStep {
  /// The value that it changes rather than makes, and its positions.
  fileprivate var overwritten: (value: Int, positions: Int)? {
    switch self {
    case .dense(let convolution, _, let to, _) where convolution.accumulates:
      (to.value, convolution.to.positions)
    case .excite(_, _, let positions, _, let to): (to.value, positions)
    default: nil
    }
  }
}

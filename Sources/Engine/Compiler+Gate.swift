import Kernels
import Networks

extension Compiler {
  /// Gate and select, where there are several branches.
  ///
  /// - Returns: Where the joined branches lie.
  mutating func addSelection(_ unit: Unit, index: Int, output: Extent) throws -> Place {
    guard unit.branches.count > 1 else { return Place(slot: .branch(0)) }
    if unit.hasAttention, architecture.attentionScope == .position {
      return try addPositions(unit, index: index, output)
    }
    if unit.hasAttention { try addGate(unit, index: index, positions: output.positions) }
    // The reduced input is spent; a basic block needs the trunk for its shortcut still.
    let selected = Place(slot: .reduced)
    let channels = variant.padded(unit.width)
    reserve(.reduced, channels * output.positions)
    add(
      .select(
        branches: unit.branches.count, channels: channels, positions: output.positions,
        unit: unit.hasAttention ? index : nil, to: selected),
      PlannedLayer(
        name: unit.name + " select", kind: .select,
        input: [unit.width, output.height, output.width],
        output: [unit.width, output.height, output.width], macs: 0,
        implementation: ownImplementation))
    return selected
  }

  mutating func addGate(_ unit: Unit, index: Int, positions: Int) throws {
    let branches = unit.branches.indices
    // What channels share is written down for each of them.
    func repeated(_ rows: [Float]) -> [Float] {
      guard architecture.attentionScope == .shared else { return rows }
      return (0..<unit.width).flatMap { _ in rows }
    }
    sumCount = max(sumCount, unit.attentionWidth)
    guard !measures else {
      weightBytes +=
        4 * (unit.attentionWidth + 1) * (unit.width + branches.count * variant.padded(unit.width))
      return
    }
    let gate = try Gate(
      width: unit.width, paddedWidth: variant.padded(unit.width), positions: positions,
      isSigmoid: architecture.gate == .sigmoid,
      fuse: try FoldedConvolution(
        unit.prefix + "fuse", in: weights, epsilon: architecture.epsilon),
      select: branches.map { repeated(weights[unit.prefix + "select.\($0).weight"]?.values ?? []) },
      selectBias: branches.map {
        architecture.selectBias
          ? repeated(weights[unit.prefix + "select.\($0).bias"]?.values ?? []) : nil
      })
    weightBytes += gate.weightBytes
    add(
      .gate(gate, unit: index),
      PlannedLayer(
        name: unit.name + " gate", kind: .gate, input: [unit.width, 1, 1],
        output: [unit.width, 1, 1],
        macs: unit.attentionWidth
          * (unit.width + branches.count * architecture.logitCount(of: unit)),
        implementation: ownImplementation))
  }

  private func linear(_ tensor: String) -> () throws -> FoldedConvolution {
    let weights = weights
    return { try FoldedConvolution(linear: tensor, in: weights) }
  }

  /// Fuse and select at every position.
  private mutating func addPositions(
    _ unit: Unit, index: Int, _ output: Extent
  ) throws -> Place {
    let joined = Place(slot: .reduced)
    let channels = variant.padded(unit.width)
    reserve(.reduced, channels * output.positions)
    let shape = [unit.width, output.height, output.width]
    func layer(_ name: String, _ kind: PlannedLayer.Kind) -> PlannedLayer {
      PlannedLayer(
        name: "\(unit.name) \(name)", kind: kind, input: shape, output: shape, macs: 0,
        implementation: ownImplementation)
    }
    add(
      .select(
        branches: unit.branches.count, channels: channels, positions: output.positions, unit: nil,
        to: joined), layer("sum", .select))
    try addDense(
      .init(
        layer: unit.name + " fuse", kind: .gate, tensor: unit.prefix + "fuse", input: unit.width,
        output: unit.attentionWidth, from: output, to: output, rectifies: true),
      source: joined, destination: Place(slot: .fused))
    for m in unit.branches.indices {
      let tensor = unit.prefix + "select.\(m)"
      try addDense(
        .init(
          layer: "\(unit.name) logits \(m)", kind: .gate, tensor: tensor,
          input: unit.attentionWidth, output: unit.width, from: output, to: output),
        linear(tensor), source: Place(slot: .fused), destination: Place(slot: .logits(m)))
    }
    let selection = Selection(
      branches: unit.branches.count, channels: channels, positions: output.positions,
      isSigmoid: architecture.gate == .sigmoid)
    add(.selectPositions(selection, unit: index, to: joined), layer("select", .select))
    return joined
  }
}

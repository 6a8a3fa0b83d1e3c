import Networks

extension Architecture {
  /// The network of selective-kernel units whose steps some are, if they are any's.
  ///
  /// What is told is a guess that its own steps must confirm.
  init?(stepsOf lowered: Lowered) {
    var reader = StepReader()
    for (step, layer) in zip(lowered.steps, lowered.layerOfStep) {
      guard lowered.layers.indices.contains(layer),
        reader.read(step, lowered.layers[layer].kind)
      else { return nil }
    }
    guard let architecture = reader.architecture else { return nil }
    self = architecture
  }
}

/// Reads the parts of a network off its steps.
private struct StepReader {
  struct UnitParts {
    var reduce: LoweredConvolution?
    var branches: [(convolution: LoweredConvolution, place: Place)] = []
    var gate: LoweredGate?
    var joins = false
    var pools = false
    var expand: LoweredConvolution?
    var excitation: LoweredGate?

    var stride: Int { branches.first?.convolution.window.stride.rows ?? 1 }
    var width: Int { branches.first?.convolution.operation.channels ?? 0 }
    var output: Int { expand?.operation.channels ?? 0 }
  }

  var stem: [LoweredConvolution] = []
  var pool = Architecture.Pool.none
  var units: [UnitParts] = []
  var unit = UnitParts()
  var head: Int?
  var classes = 0

  /// - Returns: Whether the step can be a part of such a network.
  mutating func read(_ step: LoweredStep, _ kind: PlannedLayer.Kind) -> Bool {
    switch (step, kind) {
    case (.dense(let convolution, _, _, _), .stem): stem.append(convolution)
    case (.maxPool(_, _, _, _, _, let padding), _) where units.isEmpty && pool == .none:
      pool = padding == 1 ? .padded : .ceil
    case (.dense(let convolution, _, _, _), .reduce): unit.reduce = convolution
    case (.dense(let convolution, _, let to, _), .branches):
      unit.branches.append((convolution, to))
    case (.grouped(let convolutions, _, let to, _), .branches):
      unit.branches += zip(convolutions, to).map { ($0, $1) }
    case (.sum, _): break
    case (.gate(let gate, _), .gate): unit.gate = gate
    case (.gate(let gate, _), .excite): unit.excitation = gate
    case (.select(let from, _, _, _, _), .select):
      unit.joins = true
      unit.branches.sort { a, b in
        (from.firstIndex(of: a.place) ?? 0) < (from.firstIndex(of: b.place) ?? 0)
      }
    case (.averagePool, .shortcut): unit.pools = true
    case (.dense, .shortcut): break
    case (.dense(let convolution, _, _, _), .expand):
      unit.expand = convolution
      if convolution.accumulates { endUnit() }
    case (.excite, _): endUnit()
    case (.dense(let convolution, _, _, _), .head): head = convolution.operation.channels
    case (.classify(let linear, _, _, nil), _): classes = linear.outputs
    case (.probe, _): break
    default: return false
    }
    return true
  }

  private mutating func endUnit() {
    units.append(unit)
    unit = UnitParts()
  }

  var architecture: Architecture? {
    guard let last = stem.last, let first = units.first, !first.branches.isEmpty else { return nil }
    let count = first.branches.count
    let isBasic = first.reduce == nil
    let input = first.branches[0].convolution.input
    let whole = isBasic ? last.operation.channels : first.width
    var branches: [Architecture.Branch] = []
    for m in 0..<count {
      guard let square = first.branches[m].convolution.square,
        units.allSatisfy({ $0.branches.count == count })
      else { return nil }
      branches.append(
        .init(
          kernel: square.kernel, dilation: square.dilation,
          groups: units.reduce(1) { max($0, $1.branches[m].convolution.operation.groups) }))
    }
    return Architecture(
      block: isBasic ? .basic : .bottleneck,
      stem: .init(
        kernel: last.window.kernel.rows, stride: stem[0].window.stride.rows,
        channels: last.operation.channels, pool: pool,
        hidden: stem.count > 1 ? stem.dropLast().map(\.operation.channels) : nil),
      stages: stages, branches: branches, splitInput: count > 1 && input * count == whole,
      gate: count == 1 ? nil : first.gate.map { $0.isSigmoid ? .sigmoid : .softmax } ?? .sum,
      attentionScope: first.gate.flatMap {
        Set($0.logits[0]).count == 1 && $0.channels > 1 ? .shared : nil
      },
      selectBias: first.gate?.layers.contains { $0.bias != nil } ?? false,
      squeezeExcitation: first.excitation.map {
        .init(reduction: first.output / max($0.hidden, 1))
      },
      shortcutPool: units.contains(where: \.pools) ? .average : nil, head: head, classes: classes)
  }

  /// Runs of units of one width and output; a stride begins another.
  private var stages: [Architecture.Stage] {
    var stages: [Architecture.Stage] = []
    for unit in units {
      let hidden = unit.gate?.hidden
      let attention = hidden == max(unit.width / 16, 32) ? nil : hidden
      if let last = stages.last, unit.stride == 1, last.width == unit.width,
        last.output == unit.output, last.attentionWidth == attention
      {
        stages[stages.count - 1].units += 1
      } else {
        stages.append(
          .init(
            units: 1, width: unit.width, output: unit.output, stride: unit.stride,
            attentionWidth: attention))
      }
    }
    return stages
  }
}

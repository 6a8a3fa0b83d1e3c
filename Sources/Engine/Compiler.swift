import Kernels
import Networks

/// Walks a network once and writes down the steps that compute it.
struct Compiler {
  private(set) var steps: [Step] = []
  private(set) var layers: [PlannedLayer] = []
  private(set) var layerOfStep: [Int] = []
  private(set) var slots: [Slot: Int] = [:]
  private(set) var scratchBytes = 0
  private(set) var sumCount = 0
  private(set) var weightBytes = 0
  private(set) var blocksInput = false

  private let architecture: Architecture
  private let weights: Weights
  private let variant: sk_variant
  /// What the trunk holds, and which of the two it is.
  private var extent = Extent(height: 0, width: 0)
  private var trunk = 0

  init(_ architecture: Architecture, weights: Weights, variant: sk_variant) {
    self.architecture = architecture
    self.weights = weights
    self.variant = variant
  }

  mutating func compile(height: Int, width: Int) throws {
    try addStem(Extent(height: height, width: width))
    for (index, unit) in architecture.units.enumerated() { try addUnit(unit, index: index) }
    try addClassifier()
  }

  // MARK: Parts of the network

  private mutating func addStem(_ input: Extent) throws {
    let stem = architecture.stem
    guard (1...8192).contains(input.height), (1...8192).contains(input.width) else {
      throw EngineError.architecture(
        "an input of \(input.height)×\(input.width) pixels; expected 1 to 8192")
    }
    let output = try extent(
      of: input, kernel: stem.kernel, dilation: 1, stride: stem.stride,
      padding: (stem.kernel - 1) / 2)
    let pooled = architecture.stem.pool
    let destination = pooled == .none ? Slot.trunk(0) : .reduced
    reserve(.input, 3 * input.positions)
    try addDense(
      .init(
        layer: "stem", kind: .stem, tensor: "stem", input: 3, output: stem.channels, from: input,
        to: output, kernel: stem.kernel, stride: stem.stride, rectifies: true),
      source: Place(slot: .input), destination: Place(slot: destination))
    extent = output
    guard pooled != .none else { return }
    extent = try pool(output, pooled)
    reserve(.trunk(0), variant.padded(stem.channels) * extent.positions)
    add(
      .maxPool(
        channels: variant.padded(stem.channels), from: Place(slot: .reduced), input: output,
        to: Place(slot: .trunk(0)), output: extent, padding: pooled == .padded ? 1 : 0),
      PlannedLayer(
        name: "pool", kind: .pool, input: [stem.channels, output.height, output.width],
        output: [stem.channels, extent.height, extent.width], macs: 0,
        implementation: ownImplementation))
  }

  private mutating func addUnit(_ unit: Unit, index: Int) throws {
    let input = extent
    var branchSource = Place(slot: .trunk(trunk))
    var branchInput = unit.input
    if architecture.block == .bottleneck {
      try addDense(
        .init(
          layer: unit.name + " reduce", kind: .reduce, tensor: unit.prefix + "reduce",
          input: unit.input, output: unit.width, from: input, to: input, rectifies: true),
        source: branchSource, destination: Place(slot: .reduced))
      branchSource = Place(slot: .reduced)
      branchInput = unit.width
    }
    let output = try addBranches(unit, source: branchSource, channels: branchInput, input: input)
    var selected = Place(slot: .branch(0))
    if architecture.hasAttention { try addGate(unit, index: index, positions: output.positions) }
    if architecture.branches.count > 1 {
      // The reduced input is spent; a basic block needs the trunk for its shortcut still.
      selected = Place(slot: .reduced)
      let channels = variant.padded(unit.width)
      reserve(.reduced, channels * output.positions)
      add(
        .select(
          branches: architecture.branches.count, channels: channels, positions: output.positions,
          unit: architecture.hasAttention ? index : nil, to: selected),
        PlannedLayer(
          name: unit.name + " select", kind: .select,
          input: [unit.width, output.height, output.width],
          output: [unit.width, output.height, output.width], macs: 0,
          implementation: ownImplementation))
    }
    try addEnd(unit, selected: selected, input: input, output: output)
    extent = output
    add(
      .probe(
        unit: index, channels: variant.padded(unit.output), positions: output.positions,
        from: Place(slot: .trunk(trunk))), nil)
  }

  /// Expand, shortcut, excitation: what follows the branches.
  private mutating func addEnd(
    _ unit: Unit, selected: Place, input: Extent, output: Extent
  ) throws {
    if unit.hasProjection {
      try addDense(
        .init(
          layer: unit.name + " shortcut", kind: .shortcut, tensor: unit.prefix + "shortcut",
          input: unit.input, output: unit.output, from: input, to: output, stride: unit.stride),
        source: Place(slot: .trunk(trunk)), destination: Place(slot: .trunk(1 - trunk)))
      trunk = 1 - trunk
    }
    let end = Place(slot: .trunk(trunk))
    let isExcited = architecture.squeezeExcitation != nil
    // With excitation the expanded result waits where it overwrites nothing that is still needed.
    let expanded = selected.slot == .reduced ? Place(slot: .branch(0)) : Place(slot: .reduced)
    try addDense(
      .init(
        layer: unit.name + " expand", kind: .expand, tensor: unit.prefix + "expand",
        input: unit.width, output: unit.output, from: output, to: output,
        kernel: architecture.block == .bottleneck ? 1 : 3, accumulates: !isExcited,
        rectifies: !isExcited),
      source: selected, destination: isExcited ? expanded : end)
    if isExcited { addExcitation(unit, from: expanded, to: end, extent: output) }
  }

  private mutating func addBranches(
    _ unit: Unit, source: Place, channels: Int, input: Extent
  ) throws -> Extent {
    let branches = architecture.branches
    let share = architecture.splitInput ? channels / branches.count : channels
    let outputs = try branches.map { branch in
      try extent(
        of: input, kernel: branch.kernel, dilation: branch.dilation, stride: unit.stride,
        padding: branch.padding)
    }
    let output = outputs[0]
    let layer = PlannedLayer(
      name: unit.name + " branches", kind: .branches, input: [channels, input.height, input.width],
      output: [unit.width, output.height, output.width],
      macs: branches.reduce(0) { sum, branch in
        sum + branch.kernel * branch.kernel * (share / min(branch.groups, share)) * unit.width
          * output.positions
      }, implementation: ownImplementation)
    for m in branches.indices {
      reserve(.branch(m), variant.padded(unit.width) * output.positions)
    }
    if architecture.hasAttention { sumCount = max(sumCount, variant.padded(unit.width)) }
    var own: [Int] = []
    for (m, branch) in branches.enumerated() {
      var from = source
      if architecture.splitInput {
        guard (m * share) % variant.lanes == 0 else {
          throw EngineError.architecture(
            "\(unit.name) splits its input at channel \(m * share), which is not a multiple of "
              + "\(variant.lanes)")
        }
        from.offset = m * share * input.positions
      }
      let groups = min(branch.groups, share)
      if groups == 1 {
        try addDense(
          .init(
            layer: "\(unit.name) branch \(m)", kind: .branches,
            tensor: unit.prefix + "branches.\(m)", input: share, output: unit.width, from: input,
            to: output, kernel: branch.kernel, stride: unit.stride, dilation: branch.dilation,
            rectifies: true),
          source: from, destination: Place(slot: .branch(m)))
        if architecture.hasAttention {
          add(
            .sum(
              channels: variant.padded(unit.width), positions: output.positions,
              from: Place(slot: .branch(m))), nil)
        }
      } else if architecture.splitInput {
        try addOwn([m], groups: groups, share: share, unit, from, input, output, layer)
      } else {
        own.append(m)
      }
    }
    // Branches with equal groups share one copy of the input.
    while let first = own.first {
      let groups = min(branches[first].groups, share)
      let together = own.filter { min(branches[$0].groups, share) == groups }
      own.removeAll { together.contains($0) }
      try addOwn(together, groups: groups, share: share, unit, source, input, output, layer)
    }
    return output
  }

  private mutating func addOwn(
    _ members: [Int], groups: Int, share: Int, _ unit: Unit, _ from: Place, _ input: Extent,
    _ output: Extent, _ layer: PlannedLayer
  ) throws {
    let shape = sk_shape(
      input_channels: Int32(share), output_channels: Int32(unit.width), groups: Int32(groups),
      height: Int32(input.height), width: Int32(input.width), output_height: Int32(output.height),
      output_width: Int32(output.width), stride: Int32(unit.stride), relu: 1, accumulate: 0)
    let convolution = OwnConvolution(
      shape,
      branches: try members.map { m in
        let branch = architecture.branches[m]
        return (
          try FoldedConvolution(
            unit.prefix + "branches.\(m)", in: weights, epsilon: architecture.epsilon),
          branch.dilation, branch.padding
        )
      }, variant: variant)
    weightBytes += convolution.weightBytes
    scratchBytes = max(scratchBytes, convolution.scratchBytes)
    var layer = layer
    layer.macs = members.reduce(0) { sum, m in
      let kernel = architecture.branches[m].kernel
      return sum + kernel * kernel * (share / groups) * unit.width * output.positions
    }
    add(
      .own(
        convolution, from: from, to: members.map { Place(slot: .branch($0)) },
        sums: architecture.hasAttention), layer)
  }

  private mutating func addGate(_ unit: Unit, index: Int, positions: Int) throws {
    let branches = architecture.branches.indices
    let gate = Gate(
      width: unit.width, paddedWidth: variant.padded(unit.width), positions: positions,
      fuse: try FoldedConvolution(
        unit.prefix + "fuse", in: weights, epsilon: architecture.epsilon),
      select: branches.map { weights[unit.prefix + "select.\($0).weight"]?.values ?? [] },
      selectBias: branches.map {
        architecture.selectBias ? weights[unit.prefix + "select.\($0).bias"]?.values : nil
      })
    weightBytes += gate.weightBytes
    add(
      .gate(gate, unit: index),
      PlannedLayer(
        name: unit.name + " gate", kind: .gate, input: [unit.width, 1, 1],
        output: [unit.width, 1, 1],
        macs: unit.width * unit.attentionWidth * (1 + branches.count),
        implementation: ownImplementation))
    sumCount = max(sumCount, gate.hidden)
  }

  private mutating func addExcitation(_ unit: Unit, from: Place, to: Place, extent: Extent) {
    guard let reduction = architecture.squeezeExcitation?.reduction else { return }
    func values(_ name: String) -> [Float] { weights[unit.prefix + name]?.values ?? [] }
    let hidden = unit.output / reduction
    let excitation = Excitation(
      channels: unit.output, paddedChannels: variant.padded(unit.output), hidden: hidden,
      positions: extent.positions, squeeze: values("squeeze.weight"),
      squeezeBias: values("squeeze.bias"), excite: values("excite.weight"),
      exciteBias: values("excite.bias"))
    weightBytes += excitation.weightBytes
    sumCount = max(sumCount, variant.padded(unit.output))
    add(
      .excite(excitation, from: from, to: to),
      PlannedLayer(
        name: unit.name + " excite", kind: .excite,
        input: [unit.output, extent.height, extent.width],
        output: [unit.output, extent.height, extent.width], macs: 2 * hidden * unit.output,
        implementation: ownImplementation))
  }

  private mutating func addClassifier() throws {
    let channels = architecture.stages.last?.output ?? architecture.stem.channels
    let classifier = Classifier(
      channels: channels, paddedChannels: variant.padded(channels),
      positions: extent.positions, classes: architecture.classes,
      weights: weights["classifier.weight"]?.values ?? [],
      bias: weights["classifier.bias"]?.values ?? [])
    weightBytes += (classifier.weights.count + classifier.bias.count) * 4
    sumCount = max(sumCount, variant.padded(channels))
    add(
      .classify(classifier, from: Place(slot: .trunk(trunk))),
      PlannedLayer(
        name: "classifier", kind: .classifier, input: [channels, extent.height, extent.width],
        output: [architecture.classes, 1, 1], macs: channels * architecture.classes,
        implementation: ownImplementation))
  }

  // MARK: Convolutions without groups

  /// A dense convolution with batch norm, and its place in the network.
  private struct Dense {
    var layer: String
    var kind: PlannedLayer.Kind
    var tensor: String
    var input: Int
    var output: Int
    var from: Extent
    var to: Extent
    var kernel = 1
    var stride = 1
    var dilation = 1
    var accumulates = false
    var rectifies = false

    var padding: Int { dilation * (kernel - 1) / 2 }
  }

  /// By oneDNN where it has generated code for the shape, else by our own kernels.
  private mutating func addDense(_ dense: Dense, source: Place, destination: Place) throws {
    let isStem = source.slot == .input
    let padded = variant.padded(dense.output)
    reserve(destination.slot, padded * dense.to.positions)
    let folded = try FoldedConvolution(dense.tensor, in: weights, epsilon: architecture.epsilon)
      .padded(
        input: isStem ? dense.input : variant.padded(dense.input), output: padded)
    var layer = PlannedLayer(
      name: dense.layer, kind: dense.kind,
      input: [dense.input, dense.from.height, dense.from.width],
      output: [dense.output, dense.to.height, dense.to.width],
      macs: dense.kernel * dense.kernel * dense.input * dense.output * dense.to.positions,
      implementation: ownImplementation)
    let shape = DenseShape(
      inputChannels: folded.shape[1], outputChannels: padded, height: dense.from.height,
      width: dense.from.width, outputHeight: dense.to.height, outputWidth: dense.to.width,
      kernel: dense.kernel, stride: dense.stride, dilation: dense.dilation, padding: dense.padding,
      isPlainInput: isStem, accumulates: dense.accumulates, rectifies: dense.rectifies)
    if let convolution = try LibraryConvolution(
      shape, weights: folded, variant: variant)
    {
      layer.implementation = convolution.implementation
      weightBytes += convolution.weightBytes + padded * 4
      scratchBytes = max(scratchBytes, convolution.scratchpadBytes)
      add(.library(convolution, from: source, to: destination), layer)
      return
    }
    if isStem {
      blocksInput = true
      reserve(.input, variant.padded(dense.input) * dense.from.positions)
    }
    let convolution = OwnConvolution(
      sk_shape(
        input_channels: Int32(folded.shape[1]), output_channels: Int32(padded), groups: 1,
        height: Int32(dense.from.height), width: Int32(dense.from.width),
        output_height: Int32(dense.to.height), output_width: Int32(dense.to.width),
        stride: Int32(dense.stride), relu: dense.rectifies ? 1 : 0,
        accumulate: dense.accumulates ? 1 : 0),
      branches: [(folded, dense.dilation, dense.padding)], variant: variant)
    weightBytes += convolution.weightBytes
    scratchBytes = max(scratchBytes, convolution.scratchBytes)
    add(.own(convolution, from: source, to: [destination], sums: false), layer)
  }

  // MARK: Bookkeeping

  private var ownImplementation: String {
    switch variant {
    case sk_avx2: "sk:avx2"
    case sk_avx512: "sk:avx512"
    case sk_avx512_bf16: "sk:avx512_bf16"
    default: "sk:portable"
    }
  }

  /// Appends a step; without a layer of its own it belongs to the one before.
  private mutating func add(_ step: Step, _ layer: PlannedLayer?) {
    if let layer { layers.append(layer) }
    steps.append(step)
    layerOfStep.append(max(layers.count - 1, 0))
  }

  private mutating func reserve(_ slot: Slot, _ count: Int) {
    slots[slot] = max(slots[slot] ?? 0, count)
  }

  private func extent(
    of input: Extent, kernel: Int, dilation: Int, stride: Int, padding: Int
  ) throws -> Extent {
    func side(_ length: Int) -> Int {
      (length + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1
    }
    let output = Extent(height: side(input.height), width: side(input.width))
    guard output.height > 0, output.width > 0 else {
      throw EngineError.architecture("nothing is left of \(input.height)×\(input.width) pixels")
    }
    return output
  }

  /// - SeeAlso: Caffe's `PoolingLayer::Reshape` for `ceil`, PyTorch's `MaxPool2d` for `padded`.
  private func pool(_ input: Extent, _ pool: Architecture.Pool) throws -> Extent {
    func side(_ length: Int) -> Int {
      switch pool {
      case .none: length
      case .padded: (length - 1) / 2 + 1
      case .ceil: length < 3 ? 1 : (length - 3 + 1) / 2 + 1
      }
    }
    return Extent(height: side(input.height), width: side(input.width))
  }
}

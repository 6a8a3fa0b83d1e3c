import Kernels
import Memory
import Networks

/// Walks a network once and writes down the steps that compute it.
struct Compiler {
  var steps: [Step] = []
  var layers: [PlannedLayer] = []
  var layerOfStep: [Int] = []
  var slots: [Slot: Int] = [:]
  var scratchBytes = 0
  var sumCount = 0
  var weightBytes = 0
  var blocksInput = false

  let architecture: Architecture
  let weights: Weights
  let variant: sk_variant
  /// Whether it only adds up what the plan will take: no weights are looked at, and no step is whole.
  let measures: Bool
  /// What the trunk holds, and which of the two it is.
  var extent = Extent(height: 0, width: 0)
  var trunk = 0

  init(
    _ architecture: Architecture, weights: Weights, variant: sk_variant, measures: Bool = false
  ) {
    self.measures = measures
    self.architecture = architecture
    self.weights = weights
    self.variant = variant
  }

  mutating func compile(height: Int, width: Int) throws {
    try addStem(Extent(height: height, width: width))
    let units = architecture.units
    for (index, unit) in units.enumerated() {
      guard architecture.block == .shuffle else {
        try addUnit(unit, index: index)
        continue
      }
      let next = index + 1 < units.count ? units[index + 1] : nil
      try addShuffleUnit(unit, index: index, splits: next.map { !$0.hasProjection } ?? false)
    }
    try addHead()
    if architecture.classes > 0 { try addClassifier() }
  }

  // MARK: Parts of the network

  mutating func addUnit(_ unit: Unit, index: Int) throws {
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
    let selected = try addSelection(unit, index: index, output: output)
    try addEnd(unit, selected: selected, input: input, output: output)
    extent = output
    add(
      .probe(
        unit: index, channels: unit.output, positions: output.positions,
        parts: [Place(slot: .trunk(trunk))]), nil)
  }

  /// Expand, shortcut, excitation: what follows the branches.
  mutating func addEnd(
    _ unit: Unit, selected: Place, input: Extent, output: Extent
  ) throws {
    // What is not the selected map's place overwrites nothing that is still needed.
    let free = selected.slot == .reduced ? Place(slot: .branch(0)) : Place(slot: .reduced)
    if unit.hasProjection { try addShortcut(unit, from: input, to: output, by: free) }
    let end = Place(slot: .trunk(trunk))
    let isExcited = architecture.squeezeExcitation != nil
    try addDense(
      .init(
        layer: unit.name + " expand", kind: .expand, tensor: unit.prefix + "expand",
        input: unit.width, output: unit.output, from: output, to: output,
        kernel: architecture.block == .bottleneck ? 1 : 3, accumulates: !isExcited,
        rectifies: !isExcited),
      source: selected, destination: isExcited ? free : end)
    if let excitation = try excitation(unit.prefix, channels: unit.output, extent: output) {
      add(
        .excite(excitation, from: free, to: end),
        excitationLayer(unit.name + " excite", excitation, output))
    }
  }

  /// The 1×1 convolution of the trunk into the other one, of its means over windows where the network
  /// takes them; these go by a place that is free.
  private mutating func addShortcut(
    _ unit: Unit, from input: Extent, to output: Extent, by free: Place
  ) throws {
    var source = Place(slot: .trunk(trunk))
    if unit.poolsShortcut {
      let channels = variant.padded(unit.input)
      reserve(free.slot, channels * output.positions)
      add(
        .averagePool(channels: channels, from: source, input: input, to: free, side: unit.stride),
        PlannedLayer(
          name: unit.name + " shortcut pool", kind: .shortcut,
          input: [unit.input, input.height, input.width],
          output: [unit.input, output.height, output.width], macs: 0,
          implementation: ownImplementation))
      source = free
    }
    try addDense(
      .init(
        layer: unit.name + " shortcut", kind: .shortcut, tensor: unit.prefix + "shortcut",
        input: unit.input, output: unit.output, from: unit.poolsShortcut ? output : input,
        to: output, stride: unit.poolsShortcut ? 1 : unit.stride),
      source: source, destination: Place(slot: .trunk(1 - trunk)))
    trunk = 1 - trunk
  }

  mutating func addBranches(
    _ unit: Unit, source: Place, channels: Int, input: Extent
  ) throws -> Extent {
    let branches = unit.branches
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
    let sums = unit.hasAttention && architecture.attentionScope != .position
    if sums { sumCount = max(sumCount, variant.padded(unit.width)) }
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
            rectifies: unit.rectifiesBranches),
          source: from, destination: Place(slot: .branch(m)))
        if sums {
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

  mutating func addOwn(
    _ members: [Int], groups: Int, share: Int, _ unit: Unit, _ from: Place, _ input: Extent,
    _ output: Extent, _ layer: PlannedLayer
  ) throws {
    let shape = sk_shape(
      input_channels: Int32(share), output_channels: Int32(unit.width), groups: Int32(groups),
      height: Int32(input.height), width: Int32(input.width), output_height: Int32(output.height),
      output_width: Int32(output.width), stride: Int32(unit.stride),
      relu: unit.rectifiesBranches ? 1 : 0, accumulate: 0)
    let convolution = try own(
      shape,
      branches: members.map { m in
        let branch = unit.branches[m]
        return OwnBranch(
          kernel: branch.kernel, dilation: branch.dilation, padding: branch.padding,
          folded: folding(unit.prefix + "branches.\(m)"))
      })
    guard let convolution else { return }
    var layer = layer
    layer.macs = members.reduce(0) { sum, m in
      let kernel = unit.branches[m].kernel
      return sum + kernel * kernel * (share / groups) * unit.width * output.positions
    }
    add(
      .own(
        convolution, from: from, to: members.map { Place(slot: .branch($0)) },
        sums: unit.hasAttention && architecture.attentionScope != .position), layer)
  }

  /// A unit's or the head's squeeze-and-excitation, if the network has it.
  mutating func excitation(
    _ prefix: String, channels: Int, extent: Extent
  ) throws(MemoryError) -> Excitation? {
    guard let reduction = architecture.squeezeExcitation?.reduction else { return nil }
    sumCount = max(sumCount, variant.padded(channels))
    guard !measures else {
      weightBytes += 4 * (channels / reduction + 1) * (channels + variant.padded(channels))
      return nil
    }
    func values(_ name: String) -> [Float] { weights[prefix + name]?.values ?? [] }
    let excitation = try Excitation(
      channels: channels, paddedChannels: variant.padded(channels), hidden: channels / reduction,
      positions: extent.positions, squeeze: values("squeeze.weight"),
      squeezeBias: values("squeeze.bias"), excite: values("excite.weight"),
      exciteBias: values("excite.bias"))
    weightBytes += excitation.weightBytes
    return excitation
  }

  func excitationLayer(_ name: String, _ excitation: Excitation, _ extent: Extent) -> PlannedLayer {
    let shape = [excitation.channels, extent.height, extent.width]
    return PlannedLayer(
      name: name, kind: .excite, input: shape, output: shape,
      macs: 2 * excitation.hidden * excitation.channels, implementation: ownImplementation)
  }

  /// The 1×1 convolution after the last unit, where there is one.
  mutating func addHead() throws {
    guard let head = architecture.head else { return }
    try addDense(
      .init(
        layer: "head", kind: .head, tensor: "head",
        input: architecture.stages.last?.output ?? architecture.stem.channels, output: head,
        from: extent, to: extent, rectifies: true),
      source: Place(slot: .trunk(trunk)), destination: Place(slot: .trunk(1 - trunk)))
    trunk = 1 - trunk
  }

  mutating func addClassifier() throws {
    let channels = architecture.features
    let excitation =
      architecture.excitesHead
      ? try excitation("head.", channels: channels, extent: extent) : nil
    sumCount = max(sumCount, variant.padded(channels))
    guard !measures else {
      weightBytes += 4 * (channels + 1) * architecture.classes
      return
    }
    let classifier = try Classifier(
      channels: channels, paddedChannels: variant.padded(channels),
      positions: extent.positions, classes: architecture.classes,
      weights: weights["classifier.weight"]?.values ?? [],
      bias: weights["classifier.bias"]?.values ?? [], excitation: excitation)
    weightBytes += (classifier.weights.count + classifier.bias.count) * 4
    add(
      .classify(classifier, from: Place(slot: .trunk(trunk))),
      PlannedLayer(
        name: "classifier", kind: .classifier, input: [channels, extent.height, extent.width],
        output: [architecture.classes, 1, 1],
        macs: channels * architecture.classes
          + (excitation.map { 2 * $0.hidden * $0.channels } ?? 0),
        implementation: ownImplementation))
  }

  // MARK: Bookkeeping

  var ownImplementation: String {
    switch variant {
    case sk_avx2: "sk:avx2"
    case sk_avx512: "sk:avx512"
    case sk_avx512_bf16: "sk:avx512_bf16"
    default: "sk:portable"
    }
  }

  /// Appends a step; without a layer of its own it belongs to the one before.
  mutating func add(_ step: Step, _ layer: PlannedLayer?) {
    if let layer { layers.append(layer) }
    steps.append(step)
    layerOfStep.append(max(layers.count - 1, 0))
  }

  /// A convolution that our own kernels are to run.
  struct OwnBranch {
    var kernel: Int
    var dilation: Int
    var padding: Int
    var folded: () throws -> FoldedConvolution
  }

  /// How a convolution's batch norm will be folded in.
  func folding(_ tensor: String) -> () throws -> FoldedConvolution {
    let (weights, epsilon) = (weights, architecture.epsilon)
    return { try FoldedConvolution(tensor, in: weights, epsilon: epsilon) }
  }

  /// A convolution by our own kernels, its memory counted; nil if that is all that is wanted.
  mutating func own(_ shape: sk_shape, branches: [OwnBranch]) throws -> OwnConvolution? {
    guard !measures else {
      var shape = shape
      let calls = branches.map {
        sk_branch(
          kernel: Int32($0.kernel), dilation: Int32($0.dilation), padding: Int32($0.padding),
          weights: nil, bias: nil, output: nil)
      }
      for branch in branches {
        weightBytes += sk_packed_bytes(variant, &shape, Int32(branch.kernel))
      }
      scratchBytes = max(
        scratchBytes, sk_scratch_bytes(variant, &shape, calls, Int32(calls.count)))
      return nil
    }
    let convolution = try OwnConvolution(
      shape, branches: branches.map { (try $0.folded(), $0.dilation, $0.padding) },
      variant: variant)
    weightBytes += convolution.weightBytes
    scratchBytes = max(scratchBytes, convolution.scratchBytes)
    return convolution
  }

  /// Bytes of buffers that each runner takes.
  var workspaceBytes: Int {
    let attention = architecture.units.reduce(0) {
      $0 + ($1.hasAttention ? variant.padded($1.width) * $1.branches.count : 0)
    }
    return variant.size * slots.values.reduce(0, +) + scratchBytes
      + 4 * (4 * sumCount + 2 * attention)
  }

  mutating func reserve(_ slot: Slot, _ count: Int) {
    slots[slot] = max(slots[slot] ?? 0, count)
  }

  func extent(
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
}

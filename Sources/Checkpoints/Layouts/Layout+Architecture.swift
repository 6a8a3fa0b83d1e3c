import Networks

extension Layout {
  /// The network whose tensors a file holds, from their names and shapes and this layout's
  /// conventions.
  ///
  /// - Throws: `CheckpointError` if a tensor that decides about the network is missing or has a
  ///   shape that no such layer can have, or if the network breaks a rule of `Architecture`.
  func architecture(of tensors: NamedTensors) throws(CheckpointError) -> Architecture {
    let shapes = MeasuredShapes(layout: self, tensors: tensors)
    let stem = try shapes.convolution("stem.conv.weight")
    let isShuffled = shapes.has("stages.0.0.shortcut.depthwise.conv.weight")
    // A shuffle unit that begins a stage has one branch and no attention.
    let typical = isShuffled && shapes.has("stages.0.1.expand.conv.weight") ? 1 : 0
    let first = "stages.0.\(typical)."
    let hasAttention = shapes.has(first + "fuse.conv.weight")
    var architecture = Architecture(
      block: isShuffled
        ? .shuffle : shapes.has(first + "reduce.conv.weight") ? .bottleneck : .basic,
      stem: Architecture.Stem(
        kernel: stem.kernel, stride: 2, channels: stem.output,
        pool: conventions.pool(stem.kernel), hidden: try shapes.hiddenStem()),
      stages: [],
      branches: Array(
        repeating: Architecture.Branch(kernel: 1, dilation: 1, groups: 1),
        count: shapes.count { first + "branches.\($0).conv.weight" }),
      gate: hasAttention ? .softmax : .sum,
      selectBias: shapes.has(first + "select.0.bias"),
      shortcutPool: conventions.shortcutPool,
      head: shapes.has("head.conv.weight") ? try shapes.rows("head.conv.weight") : nil,
      classes: shapes.has("classifier.weight") || shapes.has("classifier.bias")
        ? try shapes.rows("classifier.weight") : 0)
    if architecture.branches.count == 1 { architecture.gate = nil }

    var attentionWidths: [Int] = []
    for s in 0..<shapes.count({ "stages.\($0).0.branches.0.conv.weight" }) {
      try addStage(s, unit: typical, to: &architecture, shapes)
      if hasAttention {
        attentionWidths.append(try shapes.rows("stages.\(s).\(typical).fuse.conv.weight"))
      }
    }
    if hasAttention { setAttentionWidths(attentionWidths, of: &architecture) }
    if shapes.has(first + "squeeze.weight") {
      // The widest stage loses least by the division.
      let last = "stages.\(architecture.stages.count - 1).\(typical)."
      let hidden = try shapes.rows(last + "squeeze.weight")
      architecture.squeezeExcitation = Architecture.SqueezeExcitation(
        reduction: max(1, try shapes.rows(last + "excite.weight") / hidden))
    }
    do throws(ArchitectureError) {
      try architecture.validate()
    } catch {
      throw CheckpointError(
        file: tensors.path, place: "shapes in \(title)", problem: error.description)
    }
    return conventions.known(architecture)
  }

  /// Adds a stage, and to the branches what one of its units tells about them.
  private func addStage(
    _ s: Int, unit: Int, to architecture: inout Architecture, _ shapes: MeasuredShapes
  ) throws(CheckpointError) {
    let prefix = "stages.\(s).\(unit)."
    let isShuffled = architecture.block == .shuffle
    let rows = try shapes.rows(prefix + "branches.0.conv.weight")
    let width = joinsBranches ? rows / architecture.branches.count : rows
    let input = architecture.stages.last?.output ?? architecture.stem.channels
    let branchInput = architecture.block == .basic ? input : width
    let branchCount = architecture.branches.count
    for m in 0..<branchCount {
      let branch = try shapes.convolution(prefix + "branches.\(m).conv.weight")
      if s == 0, m == 0, conventions.maySplitInput, branchCount > 1,
        branch.input * branchCount == branchInput
      {
        architecture.splitInput = true
      }
      let slice = branchInput / (architecture.splitInput ? branchCount : 1)
      architecture.branches[m].kernel = branch.kernel
      architecture.branches[m].dilation = conventions.dilation(m, branch.kernel)
      // Stages narrower than G have a group for every channel, so the largest count is G.
      architecture.branches[m].groups = max(
        architecture.branches[m].groups, slice / branch.input)
    }
    architecture.stages.append(
      Architecture.Stage(
        units: shapes.count { "stages.\(s).\($0).branches.0.conv.weight" }, width: width,
        output: try shapes.rows(prefix + "expand.conv.weight") * (isShuffled ? 2 : 1),
        stride: s == 0 && !isShuffled ? 1 : 2))
  }

  /// Takes r and L that explain every stage, or else the likeliest and the deviating widths.
  private func setAttentionWidths(_ widths: [Int], of architecture: inout Architecture) {
    func expected(_ stage: Architecture.Stage, _ pair: (reduction: Int, minimum: Int)) -> Int {
      max(stage.width / pair.reduction, pair.minimum)
    }
    let candidates = conventions.attentionWidths
    let pair =
      candidates.first { pair in
        zip(architecture.stages, widths).allSatisfy { expected($0, pair) == $1 }
      } ?? candidates[0]
    architecture.reduction = pair.reduction
    architecture.minimum = pair.minimum
    for s in architecture.stages.indices where expected(architecture.stages[s], pair) != widths[s] {
      architecture.stages[s].attentionWidth = widths[s]
    }
  }
}

/// Shapes of a foreign file asked for by our names.
private struct MeasuredShapes {
  var layout: Layout
  var tensors: NamedTensors

  func has(_ name: String) -> Bool { shape(name) != nil }

  /// Number of consecutive tensors from 0 on.
  func count(_ name: (Int) -> String) -> Int {
    var count = 0
    while has(name(count)) { count += 1 }
    return count
  }

  /// Channels of the stem's convolutions before its last; nil if there are none.
  func hiddenStem() throws(CheckpointError) -> [Int]? {
    var channels: [Int] = []
    while has("stem.hidden.\(channels.count).conv.weight") {
      channels.append(try rows("stem.hidden.\(channels.count).conv.weight"))
    }
    return channels.isEmpty ? nil : channels
  }

  /// The extent of a tensor's first dimension.
  func rows(_ name: String) throws(CheckpointError) -> Int {
    let shape = try existing(name)
    guard let rows = shape.first, rows > 0 else {
      throw fault(name, "expected one row or more, found shape \(brief(shape))")
    }
    return rows
  }

  /// Output channels, input channels of a group and side of a convolution's square kernel.
  func convolution(
    _ name: String
  ) throws(CheckpointError) -> (output: Int, input: Int, kernel: Int) {
    let shape = try existing(name)
    guard shape.count == 4, shape[2] == shape[3], shape.allSatisfy({ $0 > 0 }) else {
      throw fault(name, "expected a square convolution [O, I, K, K], found shape \(brief(shape))")
    }
    return (shape[0], shape[1], shape[2])
  }

  private func shape(_ name: String) -> [Int]? {
    layout.foreignName(of: name).flatMap { tensors.shapes[$0] }
  }

  private func existing(_ name: String) throws(CheckpointError) -> [Int] {
    guard let shape = shape(name) else {
      throw fault(name, "is not in the file")
    }
    return shape
  }

  private func fault(_ name: String, _ problem: String) -> CheckpointError {
    CheckpointError(
      file: tensors.path, place: "tensor '\(layout.foreignName(of: name) ?? name)'",
      problem: problem, advice: tensors.partAdvice ?? "the other names are \(layout.title)")
  }
}

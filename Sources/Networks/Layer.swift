/// A layer that multiplies: a convolution with its batch norm, or a linear layer.
public struct Layer: Codable, Hashable, Sendable {
  /// Name of its tensors without the last part: `stages.0.0.reduce`.
  public var name: String
  /// Shape of its weights: `[O, I/G, K, K]`, or `[O, I]` for the classifier.
  public var shape: [Int]
  /// Distance between outputs in positions of its input.
  public var stride: Int
  /// Distance between taps.
  public var dilation: Int
  /// Number of groups.
  public var groups: Int
  /// Learnt values: weights, biases, and γ and β of the batch norm.
  public var parameters: Int
  /// Size of the output.
  public var output: SpatialSize
  /// Multiply-adds for one picture.
  public var macs: Int
}

extension Architecture {
  /// The layers that multiply, in the order in which a picture meets them.
  ///
  /// Batch norm, ReLU, pools, sums, softmax and the weighing of branches count as nothing, as in
  /// the paper's figures.
  ///
  /// - Throws: `ArchitectureError` if the picture is too small or too large.
  public func layers(input: SpatialSize) throws(ArchitectureError) -> [Layer] {
    let stemSizes = try stemSizes(input: input)
    let one = SpatialSize(side: 1)
    var list: [Layer] = []
    func add(
      _ name: String, _ shape: [Int], output: SpatialSize, stride: Int = 1, dilation: Int = 1,
      groups: Int = 1, vectors: Int
    ) {
      let weights = shape.reduce(1, *)
      list.append(
        Layer(
          name: name, shape: shape, stride: stride, dilation: dilation, groups: groups,
          parameters: weights + vectors * shape[0], output: output, macs: weights * output.count))
    }
    for convolution in stem.convolutions {
      add(
        convolution.name, [convolution.output, convolution.input, stem.kernel, stem.kernel],
        output: stemSizes.convolution, stride: convolution.stride, vectors: 2)
    }
    var size = stemSizes.pool
    func addExcitation(_ name: String, _ channels: Int) {
      guard let excitation = squeezeExcitation else { return }
      let hidden = channels / excitation.reduction
      add(name + "squeeze", [hidden, channels, 1, 1], output: one, vectors: 1)
      add(name + "excite", [channels, hidden, 1, 1], output: one, vectors: 1)
    }
    for unit in units {
      let p = unit.prefix
      let side = block == .basic ? 3 : 1
      if block != .basic {
        add(p + "reduce", [unit.width, unit.pathInput, 1, 1], output: size, vectors: 2)
      }
      size = size.mapped { Architecture.convolved($0, stride: unit.stride) }
      for (m, branch) in unit.branches.enumerated() {
        let input = branchInput(of: unit)
        let groups = min(branch.groups, input)
        add(
          p + "branches.\(m)", [unit.width, input / groups, branch.kernel, branch.kernel],
          output: size, stride: unit.stride, dilation: branch.dilation, groups: groups, vectors: 2)
      }
      if unit.hasAttention {
        let gated = attentionScope == .position ? size : one
        add(p + "fuse", [unit.attentionWidth, unit.width, 1, 1], output: gated, vectors: 2)
        for m in unit.branches.indices {
          add(
            p + "select.\(m)", [logitCount(of: unit), unit.attentionWidth, 1, 1], output: gated,
            vectors: selectBias ? 1 : 0)
        }
      }
      add(p + "expand", [unit.pathOutput, unit.width, side, side], output: size, vectors: 2)
      addExcitation(p, unit.pathOutput)
      if unit.hasProjection, block == .shuffle {
        add(
          p + "shortcut.depthwise", [unit.input, 1, 3, 3], output: size, stride: unit.stride,
          groups: unit.input, vectors: 2)
        add(
          p + "shortcut.pointwise", [unit.pathOutput, unit.input, 1, 1], output: size, vectors: 2)
      } else if unit.hasProjection {
        add(
          p + "shortcut", [unit.output, unit.input, 1, 1], output: size,
          stride: unit.poolsShortcut ? 1 : unit.stride, vectors: 2)
      }
    }
    if let head {
      add("head", [head, stages.last?.output ?? stem.channels, 1, 1], output: size, vectors: 2)
      if excitesHead { addExcitation("head.", head) }
    }
    if classes > 0 { add("classifier", [classes, features], output: one, vectors: 1) }
    return list
  }

  /// Channels that each branch of a unit sees.
  public func branchInput(of unit: Unit) -> Int {
    let input = block == .basic ? unit.input : unit.width
    return splitInput ? input / unit.branches.count : input
  }

  /// Channels that the classifier sees.
  public var features: Int { head ?? stages.last?.output ?? stem.channels }

  /// Whether squeeze-and-excitation weighs the head's channels.
  public var excitesHead: Bool {
    block == .shuffle && head != nil && squeezeExcitation != nil
  }

  /// Number of learnt values, #P: weights, biases, and γ and β of the batch norms.
  public var parameterCount: Int {
    parameters.reduce(0) { $0 + ($1.isLearnt ? $1.count : 0) }
  }

  /// Multiply-adds of convolutions and linear layers for one picture.
  ///
  /// - Throws: `ArchitectureError` if the picture is too small or too large.
  public func macCount(input: SpatialSize) throws(ArchitectureError) -> Int {
    try layers(input: input).reduce(0) { $0 + $1.macs }
  }
}

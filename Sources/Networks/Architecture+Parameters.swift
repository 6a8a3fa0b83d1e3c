/// A tensor that a network needs: its name and shape.
public struct Parameter: Hashable, Sendable {
  /// Name in this project's layout.
  public var name: String
  /// Shape, outermost dimension first.
  public var shape: [Int]
  /// Whether training learns it; running statistics are not learnt.
  public var isLearnt: Bool

  /// Number of values.
  public var count: Int { shape.reduce(1, *) }
}

extension Architecture {
  /// Every tensor that the network needs, in the order in which a picture meets them.
  public var parameters: [Parameter] {
    var list: [Parameter] = []
    func add(_ name: String, _ shape: [Int], learnt: Bool = true) {
      list.append(Parameter(name: name, shape: shape, isLearnt: learnt))
    }
    func addConvolution(_ name: String, _ shape: [Int]) {
      add(name + ".conv.weight", shape)
      add(name + ".bn.weight", [shape[0]])
      add(name + ".bn.bias", [shape[0]])
      add(name + ".bn.running_mean", [shape[0]], learnt: false)
      add(name + ".bn.running_var", [shape[0]], learnt: false)
    }
    for convolution in stem.convolutions {
      addConvolution(
        convolution.name, [convolution.output, convolution.input, stem.kernel, stem.kernel])
    }
    func addExcitation(_ name: String, _ channels: Int) {
      guard let excitation = squeezeExcitation else { return }
      let hidden = channels / excitation.reduction
      add(name + "squeeze.weight", [hidden, channels, 1, 1])
      add(name + "squeeze.bias", [hidden])
      add(name + "excite.weight", [channels, hidden, 1, 1])
      add(name + "excite.bias", [channels])
    }
    for unit in units {
      let p = unit.prefix
      if block != .basic { addConvolution(p + "reduce", [unit.width, unit.pathInput, 1, 1]) }
      for (m, branch) in unit.branches.enumerated() {
        let input = branchInput(of: unit)
        addConvolution(
          p + "branches.\(m)",
          [unit.width, input / min(branch.groups, input), branch.kernel, branch.kernel])
      }
      if unit.hasAttention {
        addConvolution(p + "fuse", [unit.attentionWidth, unit.width, 1, 1])
        for m in unit.branches.indices {
          add(p + "select.\(m).weight", [logitCount(of: unit), unit.attentionWidth, 1, 1])
          if selectBias { add(p + "select.\(m).bias", [logitCount(of: unit)]) }
        }
      }
      let side = block == .basic ? 3 : 1
      addConvolution(p + "expand", [unit.pathOutput, unit.width, side, side])
      addExcitation(p, unit.pathOutput)
      if unit.hasProjection, block == .shuffle {
        addConvolution(p + "shortcut.depthwise", [unit.input, 1, 3, 3])
        addConvolution(p + "shortcut.pointwise", [unit.pathOutput, unit.input, 1, 1])
      } else if unit.hasProjection {
        addConvolution(p + "shortcut", [unit.output, unit.input, 1, 1])
      }
    }
    if let head {
      addConvolution("head", [head, stages.last?.output ?? stem.channels, 1, 1])
      if excitesHead { addExcitation("head.", head) }
    }
    if classes > 0 {
      add("classifier.weight", [classes, features])
      add("classifier.bias", [classes])
    }
    return list
  }
}

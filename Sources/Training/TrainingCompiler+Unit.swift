import Networks

/// A convolution with its norm, and what it puts out before that.
struct Convolved {
  var convolution: any Convolution
  var norm: BatchNorm
  var output: Field
}

/// Branches that one convolution call computes, and the part of the source that they see.
struct BranchGroup {
  var convolution: any Convolution
  var members: [Int]
  var input: Range<Int>?

  /// The part of a map that the branches see.
  func slice(_ field: Field) -> Field { input.map { field.channels($0) } ?? field }
}

/// A unit's branches.
struct Branches {
  var groups: [BranchGroup]
  var norms: [BatchNorm]
  var outputs: [Field]
  /// Whether ReLU follows the norms.
  var rectifies: Bool
}

extension TrainingCompiler {
  /// A unit's way forward, with the meetings that batch norm needs, and its way back.
  mutating func addUnit(_ unit: Unit) throws {
    let input = trunk
    let inputGradient = trunkGradient
    let reduced =
      architecture.block == .bottleneck
      ? try addDense(unit.prefix + "reduce", unit.input, unit.width, from: input) : nil
    let shortcut = try addShortcut(unit, from: input)
    var source = input
    if let reduced {
      forward.meet()
      addFinish([reduced.norm])
      source = newField(unit.width, input.extent)
      addNormalize(reduced.norm, reduced.output, to: source)
    }
    let branches = try addBranches(unit, from: source)
    forward.meet()
    addFinish(branches.norms)
    let selected = newField(unit.width, branches.outputs[0].extent)
    let selection = try addSelect(unit, branches, to: selected)
    let expanded = try addDense(
      unit.prefix + "expand", unit.width, unit.output, from: selected,
      kernel: architecture.block == .bottleneck ? 1 : 3)
    let end = try addEnd(unit, expanded, shortcut?.layer, input: input)
    trunk = end.output
    trunkGradient = unit.hasProjection ? newGradient(of: end.output) : inputGradient

    var back = Sequence(isForward: false)
    let selectedGradient = Field(
      channels: selected.channels, extent: selected.extent, in: selectedStore)
    addEndGradient(end, expanded, shortcut?.layer, selected, to: selectedGradient, &back)
    addSelectGradient(selection, branches, selectedGradient, &back)
    if let reduced {
      let sourceGradient = Field(
        channels: source.channels, extent: source.extent, in: reducedStore)
      addBranchGradients(
        selection, branches, source, selectedGradient, to: sourceGradient, adds: false, &back)
      addGradientSums(reduced.norm, reduced.output, sourceGradient, to: &back)
      back.meet()
      addFinishGradient([reduced.norm], to: &back)
      addGradient(
        reduced, of: sourceGradient, rectifies: true, input: input, to: inputGradient,
        adds: !unit.hasProjection, &back)
      if let shortcut {
        addGradient(shortcut, of: trunkGradient, to: inputGradient, adds: true, &back)
      }
    } else {
      if let shortcut {
        addGradient(shortcut, of: trunkGradient, to: inputGradient, adds: false, &back)
      }
      addBranchGradients(
        selection, branches, source, selectedGradient, to: inputGradient, adds: true, &back)
    }
    backward.append(back)
  }

  // MARK: Branches

  /// The branches' convolutions with their moments.
  mutating func addBranches(_ unit: Unit, from source: Field) throws -> Branches {
    let share = architecture.branchInput(of: unit)
    let extent = convolved(source.extent, stride: unit.stride)
    let outputs = unit.branches.map { _ in newField(unit.width, extent) }
    let norms = try outputs.enumerated().map { m, output in
      try addNorm(unit.prefix + "branches.\(m).bn", output)
    }
    var groups: [BranchGroup] = []
    for (m, branch) in unit.branches.enumerated() {
      let cardinality = min(branch.groups, share)
      if architecture.splitInput {
        guard m * share % batch.variant.lanes == 0 else {
          throw TrainingError.network(
            "\(unit.name) splits its input at channel \(m * share), which is not a multiple of "
              + "\(batch.variant.lanes)")
        }
        groups.append(
          try makeGroup(
            unit, [m], share, cardinality, source, outputs[m],
            slice: m * share..<m * share + batch.variant.padded(share)))
      } else if cardinality == 1 {
        groups.append(try makeGroup(unit, [m], share, 1, source, outputs[m], slice: nil))
      } else if !groups.contains(where: { $0.members.contains(m) }) {
        // Branches with equal groups share one copy of the input.
        let together = unit.branches.indices.filter {
          min(unit.branches[$0].groups, share) == cardinality
        }
        groups.append(
          try makeGroup(unit, together, share, cardinality, source, outputs[m], slice: nil))
      }
    }
    for group in groups {
      let input = group.slice(source)
      let results = group.members.map { outputs[$0] }
      addForward(group.convolution, input, results)
    }
    for (norm, output) in zip(norms, outputs) { addMoments(norm, output) }
    return Branches(
      groups: groups, norms: norms, outputs: outputs, rectifies: unit.rectifiesBranches)
  }

  private mutating func makeGroup(
    _ unit: Unit, _ members: [Int], _ share: Int, _ cardinality: Int, _ source: Field,
    _ output: Field, slice: Range<Int>?
  ) throws -> BranchGroup {
    let convolution: any Convolution
    if cardinality == 1, members.count == 1 {
      let branch = unit.branches[members[0]]
      convolution = try makeDense(
        unit.prefix + "branches.\(members[0])", share, unit.width, from: source.extent,
        to: output.extent, kernel: branch.kernel, stride: unit.stride, dilation: branch.dilation)
    } else {
      convolution = try makeOwn(
        unit.prefix + "branches", groups: cardinality, share, unit.width, from: source.extent,
        to: output.extent, stride: unit.stride,
        branches: members.map { m in
          let branch = unit.branches[m]
          return .init(
            parameter: unit.prefix + "branches.\(m).conv.weight", kernel: branch.kernel,
            dilation: branch.dilation, padding: branch.padding)
        })
    }
    return BranchGroup(convolution: convolution, members: members, input: slice)
  }

  /// The branches' gradients, their weights', and that of what they see.
  func addBranchGradients(
    _ selection: Selection, _ branches: Branches, _ source: Field, _ gradient: Field,
    to target: Field, adds: Bool, _ back: inout Sequence
  ) {
    let rooms = branches.outputs.indices.map { m in
      addBranchGradient(selection, branches, m, gradient, &back)
    }
    for (index, group) in branches.groups.enumerated() {
      let results = group.members.map { rooms[$0] }
      addWeightGradient(group.convolution, group.slice(source), results, &back)
      addInputGradient(
        group.convolution, results, to: group.slice(target),
        adds: adds || (index > 0 && group.input == nil), &back)
    }
  }
}

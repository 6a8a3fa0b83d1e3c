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
  mutating func addUnit(_ path: NetworkParts.Path, _ side: NetworkParts.Shortcut?) throws {
    let input = trunk
    let inputGradient = trunkGradient
    let reduced = try path.reduce.map { try addDense($0, from: input) }
    let shortcut = try side.map { try addShortcut($0, from: input) }
    var source = input
    if let reduced {
      forward.meet()
      addFinish([reduced.norm])
      source = newField(path.width, input.extent)
      addNormalize(reduced.norm, reduced.output, to: source)
    }
    let branches = try addBranches(path, from: source)
    forward.meet()
    addFinish(branches.norms)
    let selected = newField(path.width, branches.outputs[0].extent)
    let selection = try addSelect(path.join, branches, to: selected)
    let expanded = try addDense(path.expand, from: selected)
    let end = try addEnd(path, expanded, shortcut?.layer, input: input)
    trunk = end.output
    trunkGradient = shortcut == nil ? inputGradient : newGradient(of: end.output)

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
        adds: shortcut == nil, &back)
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
  mutating func addBranches(_ path: NetworkParts.Path, from source: Field) throws -> Branches {
    let extent = convolved(source.extent, stride: path.stride)
    let outputs = path.branches.map { _ in newField(path.width, extent) }
    let norms = try zip(path.branches, outputs).map { try addNorm($0.layer.norm, $1) }
    var groups: [BranchGroup] = []
    for (m, branch) in path.branches.enumerated() {
      if let start = branch.start {
        guard start % batch.variant.lanes == 0 else {
          throw TrainingError.network(
            "\(path.name) splits its input at channel \(start), which is not a multiple of "
              + "\(batch.variant.lanes)")
        }
        groups.append(
          try makeGroup(
            path, [m], source, outputs[m],
            slice: start..<start + batch.variant.padded(branch.layer.inputs)))
      } else if branch.layer.groups == 1 {
        groups.append(try makeGroup(path, [m], source, outputs[m], slice: nil))
      } else if !groups.contains(where: { $0.members.contains(m) }) {
        // Branches with equal groups share one copy of the input.
        let together = path.branches.indices.filter {
          path.branches[$0].layer.groups == branch.layer.groups
        }
        groups.append(try makeGroup(path, together, source, outputs[m], slice: nil))
      }
    }
    for group in groups {
      let input = group.slice(source)
      let results = group.members.map { outputs[$0] }
      addForward(group.convolution, input, results)
    }
    for (norm, output) in zip(norms, outputs) { addMoments(norm, output) }
    return Branches(
      groups: groups, norms: norms, outputs: outputs, rectifies: path.rectifiesBranches)
  }

  private mutating func makeGroup(
    _ path: NetworkParts.Path, _ members: [Int], _ source: Field, _ output: Field,
    slice: Range<Int>?
  ) throws -> BranchGroup {
    let layers = members.map { path.branches[$0].layer }
    let convolution: any Convolution =
      layers[0].groups == 1 && layers.count == 1
      ? try makeDense(layers[0], from: source.extent, to: output.extent)
      : try makeOwn(
        layers, from: source.extent, to: output.extent,
        named: layers[0].name.trimming(".\(members[0])"))
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

import Kernels
import Networks

/// A trunk in halves, of which the next unit works on the right one, and where their gradients go.
struct Halves {
  var left: Field, right: Field
  var leftGradient: Field, rightGradient: Field
}

extension TrainingCompiler {
  /// A unit on half of the channels, whose other half passes; both are then shuffled.
  ///
  /// A unit that begins a stage makes both halves from the whole trunk. `splits` says whether the next
  /// unit works on a half too.
  mutating func addShuffleUnit(
    _ path: NetworkParts.Path, _ passing: NetworkParts.Pass?, splits: Bool
  ) throws {
    guard let reduce = path.reduce else {
      throw TrainingError.network("\(path.name) shuffles without a convolution before its branches")
    }
    let input = passing != nil ? trunk : halves?.right ?? trunk
    let inputGradient = passing != nil ? trunkGradient : halves?.rightGradient ?? trunkGradient
    let half = path.expand.outputs
    let reduced = try addDense(reduce, from: input)
    let depthwise = try passing.map { try addDepthwise($0.depthwise, from: input) }
    forward.meet()
    addFinish([reduced.norm] + (depthwise.map { [$0.norm] } ?? []))
    let source = newField(path.width, input.extent)
    addNormalize(reduced.norm, reduced.output, to: source)
    let pass = try depthwise.flatMap { depthwise in
      try passing.map { try addPass($0.pointwise, depthwise) }
    }
    let branches = try addBranches(path, from: source)
    forward.meet()
    addFinish(branches.norms + (pass.map { [$0.pointwise.norm] } ?? []))
    if let pass { addNormalize(pass.pointwise.norm, pass.pointwise.output, to: pass.left) }
    let selected = newField(path.width, branches.outputs[0].extent)
    let selection = try addSelect(path.join, branches, to: selected)
    let expanded = try addDense(path.expand, from: selected)
    forward.meet()
    addFinish([expanded.norm])
    let end = try addRectified(path.excitation, half, expanded)
    let rightGradient = newField(half, end.output.extent)
    var back = Sequence(isForward: false)
    addShuffle(
      half, left: pass?.left ?? halves?.left ?? trunk, right: end.output,
      leftGradient: pass?.gradient ?? halves?.leftGradient ?? trunkGradient,
      rightGradient: rightGradient, splits: splits, &back)

    addGradientSums(end, expanded, rightGradient, &back)
    if let pass {
      addGradientSums(pass.pointwise.norm, pass.pointwise.output, pass.gradient, to: &back)
    }
    back.meet()
    addFinishGradient(
      [expanded.norm] + (pass.map { [$0.pointwise.norm] } ?? []), to: &back)
    let selectedGradient = Field(
      channels: selected.channels, extent: selected.extent, in: selectedStore)
    addGradient(end, expanded, rightGradient, selected, to: selectedGradient, &back)
    if let pass {
      addGradient(
        pass.pointwise, of: pass.gradient, rectifies: true, input: pass.thinned,
        to: pass.thinnedGradient, adds: false, &back)
      addGradientSums(
        pass.depthwise.norm, pass.depthwise.output, pass.thinnedGradient, rectifies: false,
        to: &back)
    }
    addSelectGradient(
      selection, branches, selectedGradient, others: pass.map { [$0.depthwise.norm] } ?? [], &back)
    let sourceGradient = Field(
      channels: source.channels, extent: source.extent, in: reducedStore)
    addBranchGradients(
      selection, branches, source, selectedGradient, to: sourceGradient, adds: false, &back)
    addGradientSums(reduced.norm, reduced.output, sourceGradient, to: &back)
    if let pass {
      addGradient(
        pass.depthwise, of: pass.thinnedGradient, rectifies: false, input: input,
        to: inputGradient, adds: false, &back)
    }
    back.meet()
    addFinishGradient([reduced.norm], to: &back)
    addGradient(
      reduced, of: sourceGradient, rectifies: true, input: input, to: inputGradient,
      adds: pass != nil, &back)
    backward.append(back)
  }

  // MARK: The half that passes

  /// The left half where a unit begins a stage: a depthwise 3×3 without ReLU, then a 1×1.
  private struct Pass {
    var depthwise: Convolved, pointwise: Convolved
    var thinned: Field, left: Field
    /// Of `thinned` and `left`.
    var thinnedGradient: Field, gradient: Field
  }

  private mutating func addDepthwise(
    _ layer: NetworkParts.Layer, from input: Field
  ) throws -> Convolved {
    let output = newField(layer.outputs, convolved(input.extent, stride: layer.stride))
    let convolution = try makeOwn(
      [layer], from: input.extent, to: output.extent, named: layer.name)
    addForward(convolution, input, [output])
    let norm = try addNorm(layer.norm, output)
    addMoments(norm, output)
    return Convolved(convolution: convolution, norm: norm, output: output)
  }

  private mutating func addPass(
    _ layer: NetworkParts.Layer, _ depthwise: Convolved
  ) throws -> Pass {
    let extent = depthwise.output.extent
    let thinned = newField(layer.inputs, extent)
    addNormalize(depthwise.norm, depthwise.output, rectifies: false, to: thinned)
    let pointwise = try addDense(layer, from: thinned)
    return Pass(
      depthwise: depthwise, pointwise: pointwise, thinned: thinned,
      left: newField(layer.outputs, extent), thinnedGradient: newField(layer.inputs, extent),
      gradient: newField(layer.outputs, extent))
  }

  // MARK: Shuffling

  private mutating func addShuffle(
    _ channels: Int, left: Field, right: Field, leftGradient: Field, rightGradient: Field,
    splits: Bool, _ back: inout Sequence
  ) {
    let variant = batch.variant
    let half = Int32(channels)
    let count = splits ? channels : 2 * channels
    let outputs = (0..<(splits ? 2 : 1)).map { _ in newField(count, right.extent) }
    let gradients = outputs.map { newField(count, $0.extent) }
    forward.add(.gate, positions: right.positions) { worker, chunk in
      for picture in chunk.pictures {
        sk_shuffle(
          variant, half, right.positions, left.pointer(picture, worker, chunk),
          right.pointer(picture, worker, chunk), outputs[0].pointer(picture, worker, chunk),
          splits ? outputs[1].pointer(picture, worker, chunk) : nil)
      }
    }
    back.add(.gate, positions: right.positions) { worker, chunk in
      for picture in chunk.pictures {
        sk_unshuffle(
          variant, half, right.positions, gradients[0].pointer(picture, worker, chunk),
          splits ? gradients[1].pointer(picture, worker, chunk) : nil,
          leftGradient.pointer(picture, worker, chunk),
          rightGradient.pointer(picture, worker, chunk))
      }
    }
    trunk = outputs[0]
    trunkGradient = gradients[0]
    halves =
      splits
      ? Halves(
        left: outputs[0], right: outputs[1], leftGradient: gradients[0],
        rightGradient: gradients[1]) : nil
  }

  // MARK: Rectified maps, excited or not

  /// The normalized and rectified map, excited if there is an excitation.
  mutating func addRectified(
    _ excitation: NetworkParts.Excitation?, _ channels: Int, _ layer: Convolved
  ) throws -> End {
    let output = newField(channels, layer.output.extent)
    let excitation = try makeExcitation(excitation, channels, norm: layer.norm, rectifies: true)
    guard let excitation else {
      addNormalize(layer.norm, layer.output, to: output)
      return End(output: output, excitation: nil)
    }
    forward.add(.gate, positions: output.positions) { worker, chunk in
      try excitation.end(
        worker, chunk, input: layer.output, residual: nil, output: output)
    }
    return End(output: output, excitation: excitation)
  }

  /// Adds up the sums of the norm's gradient before such a map.
  func addGradientSums(
    _ end: End, _ layer: Convolved, _ gradient: Field, _ back: inout Sequence
  ) {
    guard let excitation = end.excitation else {
      return addGradientSums(layer.norm, layer.output, gradient, to: &back)
    }
    back.add(.gate, positions: gradient.positions) { worker, chunk in
      try excitation.endGradient(
        worker, chunk, input: layer.output, output: end.output, gradient: gradient)
    }
  }

  /// The gradients of the layer before such a map: of its weights and of its input.
  func addGradient(
    _ end: End, _ layer: Convolved, _ gradient: Field, _ input: Field, to target: Field,
    _ back: inout Sequence
  ) {
    let room = newRoom(layer.output, in: &back)
    if let excitation = end.excitation {
      back.add(.gate, positions: gradient.positions) { worker, chunk in
        excitation.inputGradient(
          worker, chunk, input: layer.output, gradient: gradient, output: room)
      }
    } else {
      addNormGradient(layer.norm, layer.output, gradient, rectifies: true, to: room, &back)
    }
    addWeightGradient(layer.convolution, input, [room], &back)
    addInputGradient(layer.convolution, [room], to: target, adds: false, &back)
  }
}

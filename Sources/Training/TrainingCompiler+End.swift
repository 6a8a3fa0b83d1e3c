import Networks

/// What ends a unit.
struct End {
  var output: Field
  var excitation: Excitation?
}

extension TrainingCompiler {
  /// The excitation if there is one, the shortcut's sum and the ReLU.
  mutating func addEnd(
    _ path: NetworkParts.Path, _ expanded: Convolved, _ shortcut: Convolved?, input: Field
  ) throws -> End {
    let excitation = try makeExcitation(
      path.excitation, path.expand.outputs, norm: expanded.norm, rectifies: false)
    forward.meet()
    addFinish([expanded.norm] + (shortcut.map { [$0.norm] } ?? []))
    let output = newField(path.expand.outputs, expanded.output.extent)
    if let shortcut {
      forward.add(.normForward, positions: output.positions) { worker, chunk in
        for picture in chunk.pictures {
          shortcut.norm.normalize(
            worker, rectifies: false, shortcut.output.pointer(picture, worker, chunk),
            to: output.pointer(picture, worker, chunk))
        }
      }
    }
    let residual = shortcut == nil ? input : output
    if let excitation {
      forward.add(.gate, positions: output.positions) { worker, chunk in
        try excitation.end(
          worker, chunk, input: expanded.output, residual: residual, output: output)
      }
    } else {
      forward.add(.normForward, positions: output.positions) { worker, chunk in
        for picture in chunk.pictures {
          expanded.norm.normalize(
            worker, rectifies: true, expanded.output.pointer(picture, worker, chunk),
            residual: residual.pointer(picture, worker, chunk),
            to: output.pointer(picture, worker, chunk))
        }
      }
    }
    return End(output: output, excitation: excitation)
  }

  /// From the gradient of a unit's output to that of the selected map.
  ///
  /// What is left where the output's gradient was is the shortcut's share.
  func addEndGradient(
    _ end: End, _ expanded: Convolved, _ shortcut: Convolved?, _ selected: Field,
    to selectedGradient: Field, _ back: inout Sequence
  ) {
    let gradient = trunkGradient
    let map = expanded.output
    if let excitation = end.excitation {
      back.add(.gate, positions: map.positions) { worker, chunk in
        try excitation.endGradient(
          worker, chunk, input: map, output: end.output, gradient: gradient)
      }
    } else {
      back.add(.normBackward, positions: map.positions) { worker, chunk in
        for picture in chunk.pictures {
          let values = gradient.pointer(picture, worker, chunk)
          expanded.norm.addGradientSums(
            worker, rectifies: false, input: map.pointer(picture, worker, chunk),
            gradient: values,
            rectified: (UnsafeRawPointer(end.output.pointer(picture, worker, chunk)), values))
        }
      }
    }
    if let shortcut {
      back.add(.normBackward, positions: map.positions) { worker, chunk in
        for picture in chunk.pictures {
          shortcut.norm.addGradientSums(
            worker, rectifies: false, input: shortcut.output.pointer(picture, worker, chunk),
            gradient: gradient.pointer(picture, worker, chunk))
        }
      }
    }
    back.meet()
    addFinishGradient([expanded.norm] + (shortcut.map { [$0.norm] } ?? []), to: &back)
    let room = newRoom(map, in: &back)
    if let excitation = end.excitation {
      back.add(.gate, positions: map.positions) { worker, chunk in
        excitation.inputGradient(worker, chunk, input: map, gradient: gradient, output: room)
      }
    } else {
      addNormGradient(expanded.norm, map, gradient, rectifies: false, to: room, &back)
    }
    addWeightGradient(expanded.convolution, selected, [room], &back)
    addInputGradient(expanded.convolution, [room], to: selectedGradient, adds: false, &back)
  }

  /// The excitation of a map, if there is one.
  mutating func makeExcitation(
    _ excitation: NetworkParts.Excitation?, _ channels: Int, norm: BatchNorm, rectifies: Bool
  ) throws -> Excitation? {
    guard let excitation else { return nil }
    return try Excitation(
      excitation, channels: channels, norm: norm, rectifies: rectifies,
      weights: { addPlainWeights($0) }, batch: batch)
  }
}

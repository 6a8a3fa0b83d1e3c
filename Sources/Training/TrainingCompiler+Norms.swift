extension TrainingCompiler {
  // MARK: Forwards

  /// Adds up a map's moments while it is in the cache.
  mutating func addMoments(_ norm: BatchNorm, _ field: Field) {
    forward.add(.normForward, positions: field.positions) { [batch] worker, chunk in
      guard batch.isTraining else { return }
      for picture in chunk.pictures {
        norm.addMoments(worker, field.pointer(picture, worker, chunk))
      }
    }
  }

  /// Once the workers have met: scale and shift.
  mutating func addFinish(_ norms: [BatchNorm]) {
    forward.open(.normForward) { worker in for norm in norms { try norm.finish(worker) } }
  }

  /// The normalized map, rectified or not.
  mutating func addNormalize(
    _ norm: BatchNorm, _ input: Field, rectifies: Bool = true, to output: Field
  ) {
    forward.add(.normForward, positions: input.positions) { worker, chunk in
      for picture in chunk.pictures {
        norm.normalize(
          worker, rectifies: rectifies, input.pointer(picture, worker, chunk),
          to: output.pointer(picture, worker, chunk))
      }
    }
  }

  // MARK: Backwards

  /// Adds up the sums that a norm's gradient is made of.
  func addGradientSums(
    _ norm: BatchNorm, _ input: Field, _ gradient: Field, rectifies: Bool = true,
    to sequence: inout Sequence
  ) {
    sequence.add(.normBackward, positions: input.positions) { worker, chunk in
      for picture in chunk.pictures {
        norm.addGradientSums(
          worker, rectifies: rectifies, input: input.pointer(picture, worker, chunk),
          gradient: gradient.pointer(picture, worker, chunk))
      }
    }
  }

  /// Once the workers have met: the factors, and γ's and β's gradients.
  func addFinishGradient(_ norms: [BatchNorm], to sequence: inout Sequence) {
    sequence.open(.normBackward) { worker in for norm in norms { norm.finishGradient(worker) } }
  }

  /// The gradient of a norm's input.
  func addNormGradient(
    _ norm: BatchNorm, _ input: Field, _ gradient: Field, rectifies: Bool, to output: Field,
    _ sequence: inout Sequence
  ) {
    sequence.add(.normBackward, positions: input.positions) { worker, chunk in
      for picture in chunk.pictures {
        norm.inputGradient(
          worker, rectifies: rectifies, input: input.pointer(picture, worker, chunk),
          gradient: gradient.pointer(picture, worker, chunk),
          to: output.floats(picture, worker, chunk))
      }
    }
  }
}

/// What a training step spends its time on.
public enum TrainingPart: String, CaseIterable, Sendable {
  /// Weights into the layouts of the passes, gradients out of theirs.
  case packing
  /// Dense convolutions, forwards.
  case denseForward
  /// Dense convolutions, gradient of the input.
  case denseInput
  /// Dense convolutions, gradient of the weights.
  case denseWeights
  /// Grouped convolutions, forwards.
  case groupedForward
  /// Grouped convolutions, gradient of the input.
  case groupedInput
  /// Grouped convolutions, gradient of the weights.
  case groupedWeights
  /// Batch norm and ReLU, forwards.
  case normForward
  /// Batch norm and ReLU, backwards.
  case normBackward
  /// Fuse, select and excitation, both ways.
  case gate
  /// Pools, classifier and loss, both ways.
  case head
  /// Waiting for other workers.
  case waiting

  var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

/// What a zoom enlarges.
public enum ZoomProtocol: String, Codable, Hashable, Sendable, CaseIterable {
  /// The whole view, as in the paper: the central square of side/scale, resampled to the input.
  case crop
  /// The target alone, about its centre; the rest of the picture stays where it is.
  case target
}

/// A stimulus that changes what a zoom changes besides the target's size, and not the size.
public enum Control: String, Codable, Hashable, Sendable, CaseIterable {
  /// The unzoomed picture, reduced by the scale and enlarged back: sharpness changes, size does not.
  case blur
  /// The unzoomed picture with the zoomed one's radial amplitude spectrum and its own phases.
  case spectrum
  /// A place away from the target, enlarged as the target is.
  case surround
  /// The zoom itself, shown to the same architecture with fresh weights; it has no stimuli of its own.
  case untrained
}

/// What a zoom enlarges.
public enum ZoomProtocol: String, Codable, Hashable, Sendable, CaseIterable {
  /// The whole view, as in the paper: the central square of side/scale, resampled to the input.
  case crop
  /// The target alone, about its centre; the rest of the view of scale 1 stays where it is.
  ///
  /// A target told by a box is drawn as a patch: the box and what the resampling filter reaches around
  /// it are shown in full, and over a 32nd of the view's side (at least a pixel) beyond that the patch fades
  /// into the picture. At scales of 1 and more the patch covers its hole; below 1 the hole is filled
  /// with the smooth membrane (Laplace's equation) that its surroundings span.
  ///
  /// A target told by transparency is laid over the background, its box being the smallest around all pixels
  /// that are not wholly transparent.
  ///
  /// Picture and patch are each resampled once from the photograph's pixels. What outgrows the
  /// view is clipped.
  case target
}

/// A stimulus that changes what a zoom changes besides the target's size, and not the size.
///
/// Each stands beside every scale but the smallest, whose stimulus is the unzoomed picture; its factor is
/// the scale divided by the smallest.
public enum Control: String, Codable, Hashable, Sendable, CaseIterable {
  /// The unzoomed picture, reduced by the factor and enlarged back: sharpness changes, size does not.
  ///
  /// With the target protocol, the target alone, in place.
  case blur
  /// The unzoomed picture with the zoomed one's radial amplitude spectrum, its own phases and mean.
  case spectrum
  /// Something else, enlarged as the target is.
  ///
  /// With the crop protocol, a crop of the same size as far from the target as the picture allows
  /// (if no target is known, it is taken to be the central half of the crop's side); with the target
  /// protocol, a patch of the target's size enlarged by the factor elsewhere in the view, the target left
  /// as it is. Left out where it would touch the target, and for objects told by transparency.
  case surround
  /// The zoom itself, shown to the same architecture with fresh weights; it has no stimuli of its own.
  case untrained
}

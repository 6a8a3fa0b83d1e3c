/// A stimulus that changes what a zoom changes besides the target's size, and not the size; or that takes a
/// zoom's change apart.
///
/// One that is shown at the smallest scale too moves from there to the largest; the others start from the
/// zoom's smallest, the unzoomed picture. `ZoomProtocol.controls(atScales:)` says which go with which
/// protocol. Each control's file has its definition.
public enum Control: String, Codable, Hashable, Sendable, CaseIterable {
  /// The zoom itself, every scale filtered to the sharpness of the largest.
  case psf
  /// A dose of blur: the unzoomed picture, reduced by scale/smallest and enlarged back; more than a zoom loses.
  case blur
  /// The unzoomed picture with the zoomed one's radial amplitude spectrum, its own phases and mean.
  case spectrum
  /// The unzoomed picture with the zoomed one's local contrast in bands of size and orientation.
  case local
  /// The zoom of the photograph with its target's phases drawn at random.
  case scrambled
  /// A patch of background as large as the target grows instead of it, and changes the picture as much.
  case sham
  /// The target's mirror image through the zoom's growing patch, at the magnification of the unzoomed picture.
  case seam
  /// The target left as it is, an area elsewhere as smooth and as large as what shrinking the target bares.
  case moat
  /// A zoom about a fixed point of the background.
  case surround
  /// The zoom of self-similar noise in the photograph's colours: any zoom has the same statistics.
  case noise
  /// The zoom itself, shown to the same network with its gates' weights redrawn; it has no stimuli of its own.
  case gate
  /// The aperture's content enlarged, its window left as in the unzoomed picture.
  case apertureContent = "aperture-content"
  /// The aperture's window enlarged, its content left as in the unzoomed picture.
  case apertureWindow = "aperture-window"
  /// The zoom shown to untrained weights. Runs of before have it; `gate` has taken its place.
  case untrained
}

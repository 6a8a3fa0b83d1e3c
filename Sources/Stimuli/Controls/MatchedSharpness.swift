import Pictures

extension Zoom {
  /// `psf`: the zoom itself, every scale filtered to the sharpness of the largest.
  ///
  /// What grows goes through a Gaussian of σ₀·√((largest/scale)² − 1) source pixels first, the smallest scale
  /// too. σ₀ is the photograph's own point spread as `PointSpread` measures it, times the specification's
  /// `psfFactor`.
  func matchedSharpness() -> [ControlPicture] {
    let sigma = PointSpread.measured(
      in: scene.photograph.picture, within: scene.view.box)
    let spread = PointSpread(
      sigma: sigma * specification.psfFactor, largestScale: scales[scales.count - 1])
    return atEveryScale { scene.zoomed(to: $0, sharpAs: spread) }
  }
}

import Pictures

extension Zoom {
  /// `moat`: the target left as it is, an area elsewhere as smooth and as large as what shrinking the target
  /// bares.
  ///
  /// At a scale s below 1, a rectangle of the target's proportions and (1 − s²) of its hole's area is filled
  /// with the membrane that fills the hole in the zoom. It lies about one point at all scales, where the
  /// largest is as far from the target as the view allows. At scales of 1 and more the picture is as it is.
  /// Left out where it would touch the target, and for objects told by transparency.
  func moat() -> [ControlPicture] {
    guard let scene = scene as? BoxScene, smallest < 1 else { return [] }
    let size = Double(scene.view.size)
    let hole = scene.hole
    func share(_ scale: Double) -> Double { max(1 - scale * scale, 0).squareRoot() }
    let largest = hole.scaled(by: share(smallest))
    guard
      let place = farthestPlace(
        from: hole, width: largest.width, height: largest.height,
        within: Box(left: 0, top: 0, right: size, bottom: size))
    else { return [] }
    return scales.enumerated().map { i, scale in
      let moat = place.scaled(by: share(scale) / share(smallest))
      let picture =
        scale < 1
        ? scene.unchanged.filled(PixelRectangle(nearest: moat, size: scene.view.size))
        : scene.unchanged
      return ControlPicture(scale: i, picture: picture, frame: scene.frame(at: 1))
    }
  }
}

import Pictures

extension Zoom {
  /// `aperture-content` and `aperture-window`: content and window of the aperture enlarged apart.
  func apertureArm(
    _ factors: (Double) -> (content: Double, window: Double)
  ) -> [ControlPicture] {
    guard let scene = scene as? ApertureScene else { return [] }
    return scales.enumerated().map { i, scale in
      let (content, window) = factors(scale)
      return ControlPicture(
        scale: i, picture: scene.picture(content: content, window: window),
        frame: scene.frame(at: max(content, window) == scale ? scale : smallest))
    }
  }
}

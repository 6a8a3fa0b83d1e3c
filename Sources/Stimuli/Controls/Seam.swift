import Pictures

extension Zoom {
  /// `seam`: the target's mirror image through the zoom's growing patch, at the magnification of the unzoomed
  /// picture.
  ///
  /// Patch, soft edge and background are the zoom's. Unmirrored, the patch would show what it covers and
  /// leave no seam; with left and right exchanged about the target's centre, its edge cuts through the
  /// picture as the zoom's does. Beyond the photograph's edges it goes on mirrored. For targets told by a box.
  func seam() -> [ControlPicture] {
    guard let scene = scene as? BoxScene else { return [] }
    let ground = scene.ground(at: smallest)
    return atEveryScale { scale in
      Patch(
        of: scene.photograph, part: scene.part, scale: smallest, window: scale, isTurned: true,
        view: scene.view)?.drawn(over: ground) ?? ground
    }
  }
}

import Pictures

extension Zoom {
  /// `surround`: a zoom about a fixed point of the background, beginning without the target or with the target
  /// as it stays.
  ///
  /// With the crop protocol, the largest square of background, no larger than the view, enlarged about its own
  /// centre as the view is; the target is taken to be the central half of the view's side where none is known.
  /// With the target protocol, a patch of the target's unzoomed size enlarged where it is farthest from it at
  /// the largest scale, the target left as it is. Left out where the square has fewer pixels than its
  /// stimulus and than the zoom, where the patch would touch the target, and for objects told by transparency.
  func surround() -> [ControlPicture] {
    if let scene = scene as? CropScene { return crops(of: scene) }
    if let scene = scene as? BoxScene { return patches(of: scene) }
    return []
  }

  private func crops(of scene: CropScene) -> [ControlPicture] {
    let bounds = scene.photograph.picture.bounds
    let avoided = scene.target ?? scene.view.box.scaled(by: 0.5)
    let room = max(
      avoided.left - bounds.left, bounds.right - avoided.right, avoided.top - bounds.top,
      bounds.bottom - avoided.bottom)
    let view = scene.view.box.width / smallest
    let side = min(room, bounds.width, bounds.height, view)
    let enlargement = scales[scales.count - 1] / smallest
    guard side >= min(view, Double(specification.size) * enlargement), side >= enlargement,
      let place = farthestPlace(from: avoided, width: side, height: side, within: bounds)
    else { return [] }
    return scales.enumerated().map { i, scale in
      let box = place.scaled(by: smallest / scale)
      return ControlPicture(
        scale: i, picture: scene.photograph.view(box), frame: scene.crops.frame(of: box))
    }
  }

  private func patches(of scene: BoxScene) -> [ControlPicture] {
    let (photograph, view) = (scene.photograph, scene.view)
    let margin = Patch.margin(photograph, view: view)
    let softness = Patch.softness(size: view.size) / view.magnification
    let kept = max(smallest, 1)
    let (width, height) = (smallest * scene.part.width, smallest * scene.part.height)
    let footprint = Box(centerX: 0, centerY: 0, width: width, height: height)
      .grown(by: margin).scaled(by: scales[scales.count - 1] / smallest)
    guard
      let place = farthestPlace(
        from: scene.part.scaled(by: kept).grown(by: margin * kept + softness),
        width: footprint.width, height: footprint.height, within: view.box)
    else { return [] }
    let part = Box(
      centerX: place.centerX, centerY: place.centerY, width: width, height: height)
    return keepingTarget { enlarging(part, at: $0, of: scene) }
  }

  /// The unzoomed picture with another patch enlarged, about its own centre.
  func enlarging(_ part: Box, at scale: Int, of scene: BoxScene) -> Picture {
    Patch(of: scene.photograph, part: part, scale: scales[scale] / smallest, view: scene.view)?
      .drawn(over: pictures[0]) ?? pictures[0]
  }
}

/// Finds the place farthest from a target for a box of given sides that does not touch the target.
///
/// The farthest place of a box within a rectangle is one of the rectangle's corners, and that corner is
/// also the last to be touched: if the box overlaps the target there, it overlaps it everywhere. Of
/// corners equally far, the left one and then the upper one is taken.
///
/// - Returns: Nil if the box fits nowhere.
func farthestPlace(from target: Box, width: Double, height: Double, within bounds: Box) -> Box? {
  guard width <= bounds.width, height <= bounds.height else { return nil }
  let isLeft = target.centerX - bounds.left >= bounds.right - target.centerX
  let isUpper = target.centerY - bounds.top >= bounds.bottom - target.centerY
  let left = isLeft ? bounds.left : bounds.right - width
  let top = isUpper ? bounds.top : bounds.bottom - height
  let place = Box(left: left, top: top, right: left + width, bottom: top + height)
  let shared = place.clipped(to: target)
  return shared.width > 0 && shared.height > 0 ? nil : place
}

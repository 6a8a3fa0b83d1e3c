import Pictures

/// Finds the place farthest from a target for a box of given sides that does not touch the target.
///
/// The farthest place of a box within a rectangle is one of the rectangle's corners, and that corner is
/// also the last to be touched: if the box overlaps the target there, it overlaps it everywhere. Of
/// corners equally far, the left one and then the upper one is taken.
///
/// - Returns: Nil if the box fits nowhere.
func surround(of target: Box, width: Double, height: Double, within bounds: Box) -> Box? {
  guard width <= bounds.width, height <= bounds.height else { return nil }
  let isLeft = target.centerX - bounds.left >= bounds.right - target.centerX
  let isUpper = target.centerY - bounds.top >= bounds.bottom - target.centerY
  let left = isLeft ? bounds.left : bounds.right - width
  let top = isUpper ? bounds.top : bounds.bottom - height
  let place = Box(left: left, top: top, right: left + width, bottom: top + height)
  let shared = place.clipped(to: target)
  return shared.width > 0 && shared.height > 0 ? nil : place
}

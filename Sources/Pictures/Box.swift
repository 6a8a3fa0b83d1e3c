/// A rectangle in pixels, its edges between pixels: pixel (0, 0) spans 0…1.
public struct Box: Codable, Hashable, Sendable {
  /// Left edge.
  public var left: Double
  /// Upper edge.
  public var top: Double
  /// Right edge; the pixel column of this number lies outside.
  public var right: Double
  /// Lower edge; the pixel row of this number lies outside.
  public var bottom: Double

  /// Makes a box from its edges.
  public init(left: Double, top: Double, right: Double, bottom: Double) {
    self.left = left
    self.top = top
    self.right = right
    self.bottom = bottom
  }

  /// Makes a box from its centre and sides.
  public init(centerX: Double, centerY: Double, width: Double, height: Double) {
    self.init(
      left: centerX - width / 2, top: centerY - height / 2,
      right: centerX + width / 2, bottom: centerY + height / 2)
  }

  /// Right minus left.
  public var width: Double { right - left }
  /// Bottom minus top.
  public var height: Double { bottom - top }
  /// Column of the centre.
  public var centerX: Double { (left + right) / 2 }
  /// Row of the centre.
  public var centerY: Double { (top + bottom) / 2 }
  /// Area in square pixels; 0 for an empty box.
  public var area: Double { max(0, width) * max(0, height) }

  /// The part that lies in another box; of negative or no width if there is none.
  public func clipped(to other: Box) -> Box {
    Box(
      left: max(left, other.left), top: max(top, other.top),
      right: min(right, other.right), bottom: min(bottom, other.bottom))
  }

  /// The box scaled about its centre.
  public func scaled(by factor: Double) -> Box { scaled(by: factor, aboutCenterOf: self) }

  /// The box scaled about the centre of another.
  public func scaled(by factor: Double, aboutCenterOf other: Box) -> Box {
    let (x, y) = (other.centerX, other.centerY)
    return Box(
      left: x + (left - x) * factor, top: y + (top - y) * factor,
      right: x + (right - x) * factor, bottom: y + (bottom - y) * factor)
  }

  /// The box with each edge moved outwards.
  public func grown(by distance: Double) -> Box {
    Box(
      left: left - distance, top: top - distance, right: right + distance,
      bottom: bottom + distance)
  }
}

/// The names below an axis of categories, turned or thinned where they would touch.
package struct CategoryLabels: Sendable {
  package let names: [String]
  /// Distance between neighbours in points.
  package let spacing: Double
  package let isVertical: Bool
  /// Every how manieth name is written.
  package let step: Int
  /// Room that the names take up below the axis, in points.
  package let height: Double

  package init(_ names: [String], spacing: Double, fonts: Fonts) {
    self.names = names
    self.spacing = spacing
    let widest = names.map { fonts.width(of: $0, size: TypeSize.tick) }.max() ?? 0
    isVertical = names.count > 1 && widest + 4 > spacing
    step = isVertical && spacing > 0 ? Int((1.05 * TypeSize.tick / spacing).rounded(.up)) : 1
    height = Self.gap + (isVertical ? widest : TypeSize.tick)
  }

  /// Writes the names, the first one at `first`, which lies on the axis.
  func draw(from first: Point, on canvas: any Canvas) {
    for (index, name) in names.enumerated() where index % step == 0 {
      let x = first.x + Double(index) * spacing
      canvas.write(
        Text(
          name, at: Point(x, first.y + Self.gap), size: TypeSize.tick,
          alignment: isVertical ? .end : .middle, rise: isVertical ? .middle : .top,
          isVertical: isVertical))
    }
  }

  private static let gap = 3.0
}

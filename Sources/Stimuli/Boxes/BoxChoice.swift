import Pictures

/// Which box is the target's where a photograph has several.
public enum BoxChoice: String, Codable, Hashable, Sendable, CaseIterable {
  /// The one of the largest area, the first of equals.
  case largest
  /// The first as the file has them.
  case first
  /// The smallest box around all of them.
  case union

  /// The chosen box; nil of none.
  func box(of boxes: [Box]) -> Box? {
    switch self {
    case .largest:
      boxes.reduce(nil) { best, box in best.map { $0.area >= box.area ? $0 : box } ?? box }
    case .first: boxes.first
    case .union:
      boxes.reduce(nil) { union, box in
        union.map {
          Box(
            left: min($0.left, box.left), top: min($0.top, box.top),
            right: max($0.right, box.right), bottom: max($0.bottom, box.bottom))
        } ?? box
      }
    }
  }
}

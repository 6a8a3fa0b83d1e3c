import Foundation

/// A small shape that marks a value, each telling a series apart without its colour.
package enum Marker: CaseIterable, Sendable {
  case circle, square, triangle, diamond, wedge, star

  /// The corners of the shape about `centre`, `radius` points large.
  package func outline(at centre: Point, radius: Double) -> [Point] {
    switch self {
    case .circle: corners(32, centre, radius) { _ in 1 }
    case .square: corners(4, centre, radius * 1.2, turn: .pi / 4) { _ in 1 }
    case .triangle: corners(3, centre, radius * 1.3) { _ in 1 }
    case .diamond: corners(4, centre, radius * 1.3) { _ in 1 }
    case .wedge: corners(3, centre, radius * 1.3, turn: .pi) { _ in 1 }
    case .star: corners(10, centre, radius) { $0.isMultiple(of: 2) ? 1 : 0.42 }
    }
  }

  /// The shape of the scale at `position` among those shown.
  package static func scale(_ position: Int) -> Marker {
    [.circle, .square, .triangle][position % 3]
  }

  private func corners(
    _ count: Int, _ centre: Point, _ radius: Double, turn: Double = 0,
    share: (Int) -> Double
  ) -> [Point] {
    (0..<count).map { corner in
      let angle = 2 * Double.pi * Double(corner) / Double(count) + turn
      return Point(
        centre.x + radius * share(corner) * sin(angle),
        centre.y - radius * share(corner) * cos(angle))
    }
  }
}

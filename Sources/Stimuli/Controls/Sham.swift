import Foundation
import Pictures

extension Zoom {
  /// Places tried along each side of the view.
  private static let places = 9
  /// Share of a place that the target may take.
  private static let largestOverlap = 0.15
  /// How many times the target's change a place's may be, and the reverse.
  private static let tolerance = 1.25

  /// `sham`: a patch of background as large as the unzoomed target grows instead of it, and changes the
  /// picture as much.
  ///
  /// Of 9 × 9 places within the view that hold less than 15 % of the target, the one is taken whose growth to the
  /// largest scale changes the picture's levels (root mean square) by the most similar factor; left
  /// out where that is more than a quarter off, and for objects told by transparency. With the target protocol the
  /// target stays as it is in the unzoomed picture, unless the growing patch covers it.
  func sham() -> [ControlPicture] {
    guard let target = scene.target, let last = scales.indices.last, last > 0 else { return [] }
    let asked = pictures[last].rootMeanSquareDifference(from: pictures[0])
    var best: (part: Box, distance: Double)?
    for part in shamPlaces(besides: target) {
      let (first, grown) = (shamPicture(part, 0), shamPicture(part, last))
      guard let first, let grown else { return [] }
      let change = grown.rootMeanSquareDifference(from: first)
      guard change > 0, asked > 0 else { continue }
      let distance = abs(log(change / asked))
      if distance < best?.distance ?? .infinity { best = (part, distance) }
    }
    guard let best, best.distance <= log(Self.tolerance) else { return [] }
    return scales.indices.compactMap { i in
      shamPicture(best.part, i).map { picture in
        ControlPicture(
          scale: i, picture: picture,
          frame: scene.frame(at: scene is RetargetScene ? scales[i] : smallest))
      }
    }
  }

  private func shamPicture(_ part: Box, _ scale: Int) -> Picture? {
    if let scene = scene as? BoxScene {
      return scale == 0 ? pictures[0] : enlarging(part, at: scale, of: scene)
    }
    return (scene as? RetargetScene)?.magnifying(part).zoomed(to: scales[scale])
  }

  /// Boxes of the target's sides, in rows, that hold little of it.
  private func shamPlaces(besides target: Box) -> [Box] {
    let view = scene.view.box
    let inView = target.clipped(to: view)
    // Retargeting magnifies from scale 1, whatever the smallest scale is.
    let share = scene is RetargetScene ? 1 : smallest
    let shown = inView.scaled(by: share).clipped(to: view)
    let (width, height) = (shown.width, shown.height)
    // Patches are of the photograph, where a shrunken target still has its size.
    let avoided = inView.scaled(by: max(share, 1))
    let steps = Double(Self.places - 1)
    return (0..<Self.places).flatMap { row in
      (0..<Self.places).compactMap { column in
        let left = view.left + (view.width - width) * Double(column) / steps
        let top = view.top + (view.height - height) * Double(row) / steps
        let place = Box(left: left, top: top, right: left + width, bottom: top + height)
        return place.clipped(to: avoided).area < Self.largestOverlap * place.area ? place : nil
      }
    }
  }
}

import Pictures

/// The crop protocol: the central square of side view/scale.
struct CropScene: Scene {
  let photograph: Photograph
  let view: View
  let target: Box?

  private func box(_ scale: Double) -> Box { view.box.scaled(by: 1 / scale) }

  func zoomed(to scale: Double) -> Picture { photograph.view(box(scale)) }

  func zoomed(to scale: Double, sharpAs spread: PointSpread) -> Picture {
    photograph.blurred(by: spread.blur(at: scale)).view(box(scale))
  }

  func replacing(_ photograph: Photograph) -> any Scene {
    CropScene(photograph: photograph, view: view, target: target)
  }

  func frame(at scale: Double) -> Frame { frame(of: box(scale)) }

  /// Of any square that is shown as a whole.
  func frame(of box: Box) -> Frame {
    Frame(
      box: box, sourceSide: box.width, isUndersampled: box.width < Double(view.size),
      visibleShare: target.map { $0.clipped(to: box).area / $0.area } ?? 1)
  }
}

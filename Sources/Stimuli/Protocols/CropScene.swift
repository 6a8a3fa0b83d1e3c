import Pictures

/// The crop protocol: the central square of side view/scale.
struct CropScene: Scene {
  let photograph: Photograph
  let crops: Crops
  var view: View { crops.view }
  var target: Box? { crops.target }

  func zoomed(to scale: Double) -> Picture { photograph.view(crops.box(at: scale)) }

  func zoomed(to scale: Double, sharpAs spread: PointSpread) -> Picture {
    photograph.blurred(by: spread.blur(at: scale)).view(crops.box(at: scale))
  }

  func replacing(_ photograph: Photograph) -> any Scene {
    CropScene(photograph: photograph, crops: crops)
  }

  func frame(at scale: Double) -> Frame { crops.frame(of: crops.box(at: scale)) }
}

/// What the crop protocol shows, apart from the pixels.
struct Crops {
  let view: View
  let target: Box?

  func box(at scale: Double) -> Box { view.box.scaled(by: 1 / scale) }

  /// Of any square that is shown as a whole.
  func frame(of box: Box) -> Frame {
    Frame(
      box: box, sourceSide: box.width, isUndersampled: box.width < Double(view.size),
      visibleShare: target.map { $0.clipped(to: box).area / $0.area } ?? 1)
  }
}

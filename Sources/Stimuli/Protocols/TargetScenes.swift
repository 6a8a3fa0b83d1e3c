import Pictures

/// A target that a box cuts from its surroundings.
///
/// The photograph stays as it is around the target's hole. At scales of 1 and more the patch covers the
/// hole; below, the hole shows and is filled from its surroundings.
struct BoxScene: Scene {
  let photograph: Photograph
  let part: Box
  let view: View
  private let smallestScale: Double
  /// The view as it is in the photograph.
  let unchanged: Picture
  /// The view without the target, where it will be seen.
  private let holeFilled: Picture?

  init(_ photograph: Photograph, target: Box, view: View, smallestScale: Double) {
    self.photograph = photograph
    part = target
    self.view = view
    self.smallestScale = smallestScale
    unchanged = photograph.view(view.box)
    let hole = Patch.hole(of: target, photograph, view: view)
    holeFilled =
      smallestScale < 1
      ? unchanged.filled(PixelRectangle(touching: hole, size: view.size)) : nil
  }

  var target: Box? { part }

  /// The view without the target where the scale bares it.
  func ground(at scale: Double) -> Picture { (scale < 1 ? holeFilled : nil) ?? unchanged }

  /// Where the target is missing at scales below 1, in pixels of the stimulus, not clipped to it.
  var hole: Box { Patch.hole(of: part, photograph, view: view) }

  func zoomed(to scale: Double) -> Picture {
    patch(of: photograph, scale)?.drawn(over: ground(at: scale)) ?? ground(at: scale)
  }

  func zoomed(to scale: Double, sharpAs spread: PointSpread) -> Picture {
    patch(of: photograph.blurred(by: spread.blur(at: scale)), scale)?
      .drawn(over: ground(at: scale)) ?? ground(at: scale)
  }

  func blurred(by factor: Double, at scale: Double) -> Picture {
    patch(of: photograph, scale)?.blurred(by: factor, filter: photograph.filter)
      .drawn(over: ground(at: scale)) ?? ground(at: scale)
  }

  func replacing(_ photograph: Photograph) -> any Scene {
    BoxScene(photograph, target: part, view: view, smallestScale: smallestScale)
  }

  func frame(at scale: Double) -> Frame { Frame(rescaling: part, in: view, scale: scale) }

  private func patch(of photograph: Photograph, _ scale: Double) -> Patch? {
    Patch(of: photograph, part: part, scale: scale, view: view)
  }
}

/// An object with transparency, drawn over a backdrop that does not change.
struct ObjectScene: Scene {
  let photograph: Photograph
  private let part: Box
  let view: View
  private let backdrop: Picture

  init(_ photograph: Photograph, object: Box, view: View) {
    self.photograph = photograph
    part = object
    self.view = view
    backdrop = photograph.backdrop ?? .gray(size: view.size)
  }

  var target: Box? { part }

  func zoomed(to scale: Double) -> Picture { drawn(layer(of: photograph, scale)) }

  func zoomed(to scale: Double, sharpAs spread: PointSpread) -> Picture {
    drawn(layer(of: photograph.blurred(by: spread.blur(at: scale)), scale))
  }

  func blurred(by factor: Double, at scale: Double) -> Picture {
    drawn(layer(of: photograph, scale)?.blurred(by: factor, filter: photograph.filter))
  }

  func replacing(_ photograph: Photograph) -> any Scene {
    ObjectScene(photograph, object: part, view: view)
  }

  func frame(at scale: Double) -> Frame { Frame(rescaling: part, in: view, scale: scale) }

  private func layer(of photograph: Photograph, _ scale: Double) -> ScaledLayer? {
    let whole = PixelRectangle(columns: 0..<view.size, rows: 0..<view.size)
    return ScaledLayer(of: photograph, scale: scale, aboutCenterOf: part, within: whole, view: view)
  }

  private func drawn(_ layer: ScaledLayer?) -> Picture {
    guard let layer else { return backdrop }
    return layer.picture.premultipliedComposite(
      over: backdrop, left: layer.covered.columns.lowerBound, top: layer.covered.rows.lowerBound)
  }
}

extension Frame {
  /// Of a view in which a part alone is drawn at a scale.
  init(rescaling part: Box, in view: View, scale: Double) {
    let side = view.box.width / scale
    let enlarged = part.scaled(by: scale)
    self.init(
      box: view.box, sourceSide: side,
      isUndersampled: min(side, view.box.width) < Double(view.size),
      visibleShare: enlarged.clipped(to: view.box).area / enlarged.area)
  }
}

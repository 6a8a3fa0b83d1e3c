import Pictures

/// The aperture protocol: the target seen through a soft window over a uniform ground, the window's size and
/// the magnification of what is seen through it varied apart.
struct ApertureScene: Scene {
  let photograph: Photograph
  private let part: Box
  let view: View
  /// What lies around the window.
  private let backdrop: Picture

  var target: Box? { part }

  init(photograph: Photograph, target: Box, view: View, backdrop: Picture) {
    self.photograph = photograph
    part = target
    self.view = view
    self.backdrop = photograph.backdrop ?? backdrop
  }

  /// The content magnified by one factor, seen through a window enlarged by another.
  func picture(content: Double, window: Double, of photograph: Photograph? = nil) -> Picture {
    patch(content: content, window: window, of: photograph ?? self.photograph)?
      .drawn(over: backdrop) ?? backdrop
  }

  private func patch(content: Double, window: Double, of photograph: Photograph) -> Patch? {
    Patch(of: photograph, part: part, scale: content, window: window, view: view)
  }

  func zoomed(to scale: Double) -> Picture { picture(content: scale, window: scale) }

  func zoomed(to scale: Double, sharpAs spread: PointSpread) -> Picture {
    picture(
      content: scale, window: scale, of: photograph.blurred(by: spread.blur(at: scale)))
  }

  func blurred(by factor: Double, at scale: Double) -> Picture {
    patch(content: scale, window: scale, of: photograph)?
      .blurred(by: factor, filter: photograph.filter).drawn(over: backdrop) ?? backdrop
  }

  func replacing(_ photograph: Photograph) -> any Scene {
    ApertureScene(photograph: photograph, target: part, view: view, backdrop: backdrop)
  }

  func frame(at scale: Double) -> Frame { Frame(rescaling: part, in: view, scale: scale) }
}
